//! Our functions in an ideal cloud that throttles nothing, beside an ntfy that takes everything, and a person with a token.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use rez::ntfy::{Ntfy, NtfyServer, Settings};
use rez::world::names::{KEY, USER_POOL};
use rez::world::{self, functions, names};
use rez_cloud::profile::{Knobs, Profile};
use rez_cloud::program::Ambient;
use rez_cloud::world::Clock;
use rez_cloud::{Cloud, CloudBuilder, Seed};
use rez_core::create::{Creator, NewMessage};
use rez_core::message::{Content, Draft, Kind, Message, MessageId};
use rez_core::stage::Stage;
use rez_topology::Options;
use serde_json::Value;
use tokio::runtime::Runtime;
use tracing::subscriber::DefaultGuard;
use uuid::Uuid;

/// More than any bench gets to.
const WITHOUT_END: u32 = 1_000_000_000;
const PERSON: (&str, &str) = ("person", "Correct-person-battery-9");
/// The verifier and its challenge of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// The system at rest: nobody polls, and no schedule fires, unless its cloud is started.
pub struct System {
    pub runtime: Runtime,
    pub cloud: Cloud,
    /// Somebody who creates messages, without the API.
    pub creator: Creator,
    drawn: Cell<u128>,
    _logs: DefaultGuard,
}

impl System {
    pub fn at_rest() -> Self {
        Self::altered(|builder| builder)
    }

    pub fn altered(alter: impl FnOnce(CloudBuilder) -> CloudBuilder) -> Self {
        let runtime = super::runtime();
        // Clocks follow the runtime in which they are made and read.
        let (cloud, creator) = runtime.block_on(async {
            let cloud = alter(builder()).build().expect("the template has no mistake");
            let creator = world::creator(&cloud, cloud.outside("creator")).expect("the template has all it takes");
            (cloud, creator)
        });
        Self { _logs: world::keep_logs(cloud.clock()), runtime, cloud, creator, drawn: Cell::new(0) }
    }

    /// What a function's `main` would be handed: its environment, and a wire without latencies.
    pub fn ambient(&self, function: &str) -> Ambient {
        let mut ambient = self.runtime.block_on(async { self.cloud.outside(function) });
        ambient.variables.extend(self.cloud.topology().functions[function].environment.clone());
        ambient
    }

    /// A message that is stored, and that nobody has announced.
    pub fn stored_message(&self) -> Message {
        self.drawn.update(|drawn| drawn + 1);
        let id = MessageId(Uuid::from_u128(self.drawn.get()));
        self.runtime.block_on(async {
            let draft = Draft { created_by: "somebody".into(), kind: Kind::Manual, content: content() };
            let now = self.cloud.clock().now().into();
            let message = Message::new(id, Stage::Dev, now, draft, format!("correlation of {id}"));
            self.creator.store.create(&message).await.expect("the table takes it");
            message
        })
    }

    /// An access token that Cognito signed for a user.
    pub fn token(&self) -> String {
        let pool = self.cloud.user_pool(USER_POOL).expect("the template has one");
        let client = self.cloud.topology().user_pools[USER_POOL].clients.values().next().expect("it has a client");
        let (client_id, callback) = (&client.id, &client.callbacks[0]);
        let [_, (login, _)] = pool.places();
        let url = format!(
            "https://{login}/oauth2/authorize?response_type=code&client_id={client_id}&redirect_uri={callback}&state=s\
             &code_challenge_method=S256&code_challenge={CHALLENGE}"
        );
        self.runtime.block_on(async {
            pool.add_user(PERSON.0, PERSON.1, &["user"]).expect("the template has the group");
            let back = pool.sign_in(&url, PERSON.0, PERSON.1).expect("name and password are good");
            let code = back.split(['?', '&']).find_map(|pair| pair.strip_prefix("code=")).expect("a code came back");
            let form = format!(
                "grant_type=authorization_code&client_id={client_id}&redirect_uri={callback}&code={code}\
                 &code_verifier={VERIFIER}"
            );
            let request = Request::post(format!("https://{login}/oauth2/token"))
                .header("content-type", "application/x-www-form-urlencoded")
                .body(Bytes::from(form))
                .expect("a form is a body");
            let answer: Value = serde_json::from_slice(pool.handle(&request).body()).expect("the answer is JSON");
            answer["access_token"].as_str().unwrap_or_else(|| panic!("no token: {answer}")).to_owned()
        })
    }
}

/// What somebody asks for who writes a message.
pub fn new_message() -> NewMessage {
    NewMessage { created_by: "somebody".into(), content: content(), correlation_id: None }
}

fn content() -> Content {
    let body = "The nightly backup has ended. ".repeat(4);
    Content { title: "Backup done".into(), body, priority: 3, tags: vec!["backup".into()] }
}

fn builder() -> CloudBuilder {
    let unpaced =
        Options::default().parameter("NtfyPaceBurst", WITHOUT_END.to_string()).parameter("NtfyPaceIntervalMs", "1");
    let topology = rez::run::topology(None, &unpaced).expect("the template has no mistake");
    let (start, seed) = (rez::run::start(), Seed(1));
    let token = Some(world::NTFY_TOKEN.to_owned());
    let settings = Settings {
        token,
        request_burst: WITHOUT_END,
        request_interval: Duration::from_millis(1),
        daily_messages: u32::MAX,
        ..Settings::default()
    };
    let ntfy =
        NtfyServer::new(Ntfy::new(settings, seed.stream("ntfy ids")), Clock::starting_at(start), Arc::new(|_| ()));
    let builder = Cloud::builder(topology.clone(), seed)
        .knobs(unthrottled())
        .epoch(start)
        .secrets_key(&topology.keys[KEY].arn)
        .server(names::ntfy_host(&topology).expect("the template names it"), Arc::new(ntfy));
    let secrets = world::secrets(&topology, world::NTFY_TOKEN).expect("the template has a stage");
    let put = |builder: CloudBuilder, (name, value)| builder.parameter(name, value);
    functions::deploy(secrets.into_iter().fold(builder, put))
}

/// Capacity comes with time, and a bench lets none pass.
fn unthrottled() -> Knobs {
    let mut knobs = Profile::Ideal.knobs();
    knobs.dynamodb.read_units_per_second = 1e12;
    knobs.dynamodb.write_units_per_second = 1e12;
    knobs
}
