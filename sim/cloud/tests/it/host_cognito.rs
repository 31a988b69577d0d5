//! User pools at their own hosts on the wire.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use rez_cloud::billing::{Charge, Prices};
use rez_cloud::faults::{Fault, FaultKind, Target};
use rez_cloud::program::Ambient;
use rez_cloud::{Cloud, CloudBuilder};
use serde_json::Value;

use crate::support::{MINUTE, Recorder, clients, cloud, pass};

const LOGIN: &str = "https://guests.auth.us-east-1.amazoncognito.com";
const CALLBACK: &str = "https://app.example.com/callback";

/// A pool with a domain, a group and a client.
fn pool(id: &str, domain: &str) -> String {
    format!(
        "
  {id}: {{ Type: AWS::Cognito::UserPool, Properties: {{ UserPoolName: {domain} }} }}
  {id}Domain:
    Type: AWS::Cognito::UserPoolDomain
    Properties: {{ UserPoolId: !Ref {id}, Domain: {domain} }}
  {id}Admins:
    Type: AWS::Cognito::UserPoolGroup
    Properties: {{ UserPoolId: !Ref {id}, GroupName: admin }}
  {id}Client:
    Type: AWS::Cognito::UserPoolClient
    Properties:
      UserPoolId: !Ref {id}
      ClientName: app
      GenerateSecret: false
      AllowedOAuthFlowsUserPoolClient: true
      AllowedOAuthFlows: [code]
      AllowedOAuthScopes: [openid]
      CallbackURLs: ['{CALLBACK}']
      SupportedIdentityProviders: [COGNITO]
"
    )
}

fn two_pools() -> CloudBuilder {
    cloud(&(pool("Guests", "guests") + &pool("Hosts", "hosts")))
}

async fn get(client: &Ambient, url: &str) -> (u16, Bytes) {
    let answer = clients::send(client, Request::get(url).body(Bytes::new()).unwrap()).await.unwrap();
    (answer.status().as_u16(), answer.into_body())
}

fn keys(cloud: &Cloud, pool: &str) -> String {
    format!("{}/.well-known/jwks.json", cloud.topology().user_pools[pool].issuer)
}

async fn tokens(cloud: &Cloud) -> Value {
    let client = &cloud.topology().user_pools["Guests"].clients["GuestsClient"].id;
    let authorize = format!(
        "{LOGIN}/oauth2/authorize?response_type=code&client_id={client}&scope=openid&redirect_uri={CALLBACK}&state=s"
    );
    let callback = cloud.user_pool("Guests").unwrap().sign_in(&authorize, "ada", "lovelace").unwrap();
    let code = callback.split("code=").nth(1).unwrap().split('&').next().unwrap();
    let form = format!("grant_type=authorization_code&client_id={client}&redirect_uri={CALLBACK}&code={code}");
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
    let parts = [
        "service: \"cognito\"",
        "operation: \"Token\"",
        &format!("resource: \"{}\"", cloud.topology().user_pools["Guests"].id),
    ];
    assert_eq!(recorder.count("Request", &parts), 1);
}

#[tokio::test(start_paused = true)]
async fn each_pool_has_its_keys_below_the_one_issuer() {
    let cloud = two_pools().build().unwrap();
    let client = cloud.outside("verifier");
    let (status, guests) = get(&client, &keys(&cloud, "Guests")).await;
    let (_, hosts) = get(&client, &keys(&cloud, "Hosts")).await;
    assert_eq!(status, 200);
    assert_ne!(guests, hosts);
    cloud.user_pool("Guests").unwrap().rotate_keys(MINUTE);
    assert_ne!(get(&client, &keys(&cloud, "Guests")).await.1, guests);
    assert_eq!(get(&client, &keys(&cloud, "Hosts")).await.1, hosts);
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
    let faults = [fault("cognito.Keys:Guests", 503), fault("cognito:Hosts", 500)];
    let cloud = builder.faults(faults).build().unwrap();
    let client = cloud.outside_exposed("verifier");
    let configuration = |pool| keys(&cloud, pool).replace("jwks.json", "openid-configuration");
    for (url, expected) in [
        (keys(&cloud, "Guests"), 503),
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

#[tokio::test(start_paused = true)]
async fn what_is_not_modelled_is_refused() {
    let told = |template: String| cloud(&template).build().err().unwrap().to_string();
    let secret = pool("Guests", "guests").replace("GenerateSecret: false", "GenerateSecret: true");
    let expected = "user pool `Guests`: client `GuestsClient` has a secret, which no template can hand to a function";
    assert_eq!(told(secret), expected);
    let without_domain = "  Guests: { Type: AWS::Cognito::UserPool, Properties: { UserPoolName: guests } }\n";
    assert!(told(without_domain.to_owned()).contains("has no domain"));
}
