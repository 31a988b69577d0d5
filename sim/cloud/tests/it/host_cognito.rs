//! User pools at their own hosts on the wire.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use rez_cloud::billing::{Charge, Prices};
use rez_cloud::faults::{Fault, FaultKind, Target};
use rez_cloud::host::cognito::{Client, Settings};
use rez_cloud::program::Ambient;
use rez_cloud::{Cloud, CloudBuilder};
use serde_json::Value;

use crate::support::{MINUTE, Recorder, clients, cloud, pass};

const KEYS: &str = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Guests/.well-known/jwks.json";
const LOGIN: &str = "https://guests.auth.us-east-1.amazoncognito.com";
const CALLBACK: &str = "https://app.example.com/callback";

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn pool(name: &str, domain: &str) -> Settings {
    let client = Client { callback_urls: names(&[CALLBACK]), scopes: names(&["openid"]), ..Client::default() };
    let mut settings = Settings::new("us-east-1", &format!("us-east-1_{name}"), domain);
    settings.groups = names(&["admin"]);
    settings.clients.insert("app".to_owned(), client);
    settings
}

fn two_pools() -> CloudBuilder {
    cloud("  Queue: { Type: AWS::SQS::Queue }")
        .user_pool("Guests", pool("Guests", "guests"))
        .user_pool("Hosts", pool("Hosts", "hosts"))
}

async fn get(client: &Ambient, url: &str) -> (u16, Bytes) {
    let answer = clients::send(client, Request::get(url).body(Bytes::new()).unwrap()).await.unwrap();
    (answer.status().as_u16(), answer.into_body())
}

async fn tokens(cloud: &Cloud) -> Value {
    let authorize = format!(
        "{LOGIN}/oauth2/authorize?response_type=code&client_id=app&scope=openid&redirect_uri={CALLBACK}&state=s"
    );
    let callback = cloud.user_pool("Guests").unwrap().sign_in(&authorize, "ada", "lovelace").unwrap();
    let code = callback.split("code=").nth(1).unwrap().split('&').next().unwrap();
    let form = format!("grant_type=authorization_code&client_id=app&redirect_uri={CALLBACK}&code={code}");
    let request = Request::post(format!("{LOGIN}/oauth2/token"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Bytes::from(form))
        .unwrap();
    let answer = clients::send(&cloud.outside("browser"), request).await.unwrap();
    serde_json::from_slice(answer.body()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_user_signs_in_over_the_wire() {
    let recorder = Recorder::default();
    let cloud = two_pools().subscribe(recorder.subscriber()).build().unwrap();
    let guests = cloud.user_pool("Guests").unwrap();
    let sub = guests.add_user("ada", "lovelace", &["admin"]).unwrap();
    assert_eq!(guests.add_user("eve", "x", &["root"]), Err("root".to_owned()));
    let tokens = tokens(&cloud).await;
    assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&"Bearer".into(), &3_600.into()));
    assert_eq!(sub.len(), 36);
    let parts = ["service: \"cognito\"", "operation: \"Token\"", "resource: \"us-east-1_Guests\""];
    assert_eq!(recorder.count("Request", &parts), 1);
}

#[tokio::test(start_paused = true)]
async fn each_pool_has_its_keys_below_the_one_issuer() {
    let cloud = two_pools().build().unwrap();
    let client = cloud.outside("verifier");
    let (status, guests) = get(&client, KEYS).await;
    let (_, hosts) = get(&client, &KEYS.replace("Guests", "Hosts")).await;
    assert_eq!(status, 200);
    assert_ne!(guests, hosts);
    cloud.user_pool("Guests").unwrap().rotate_keys(MINUTE);
    assert_ne!(get(&client, KEYS).await.1, guests);
    assert_eq!(get(&client, &KEYS.replace("Guests", "Hosts")).await.1, hosts);
}

#[tokio::test(start_paused = true)]
async fn faults_can_be_aimed_at_a_pool_and_at_what_it_does() {
    let builder = two_pools();
    let known = builder.known_targets();
    let fault = |target: &str, status| Fault {
        kind: FaultKind::Refuse { status, code: "ServiceUnavailable".to_owned() },
        target: Target::parse(target, &known).unwrap(),
        probability: 1.0,
        from: Duration::ZERO,
        until: MINUTE,
    };
    let faults = [fault("cognito.Keys:Guests", 503), fault("cognito:us-east-1_Hosts", 500)];
    let cloud = builder.faults(faults).build().unwrap();
    let client = cloud.outside_exposed("verifier");
    let configuration = |pool| KEYS.replace("Guests", pool).replace("jwks.json", "openid-configuration");
    for (url, expected) in [
        (KEYS.to_owned(), 503),
        (configuration("Guests"), 200),
        (configuration("Hosts"), 500),
        (LOGIN.replace("guests", "hosts") + "/login", 500),
    ] {
        assert_eq!(get(&client, &url).await.0, expected, "{url}");
    }
    let unknown = Target::parse("cognito:Nobody", &known).unwrap_err().to_string();
    assert!(unknown.contains("`Guests`") && unknown.contains("`Hosts`"), "{unknown}");
}

#[tokio::test(start_paused = true)]
async fn a_user_who_signs_in_is_billed_once_a_month() {
    let cloud = two_pools().build().unwrap();
    for user in ["ada", "grace"] {
        cloud.user_pool("Guests").unwrap().add_user(user, "lovelace", &[]).unwrap();
    }
    tokens(&cloud).await;
    tokens(&cloud).await;
    pass(MINUTE).await;
    let bill = cloud.bill(&Prices::us_east_1());
    let users = bill.items.iter().find(|item| item.charge == Charge::CognitoUsers).unwrap();
    assert_eq!((users.quantity, users.cost, users.cost_after_free_tier), (1.0, 0.015, 0.0));
}
