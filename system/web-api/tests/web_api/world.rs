//! One execution environment of web-api, with everything that it calls.

use std::sync::{Arc, Mutex, MutexGuard};

use lambda_http::{Context, LambdaEvent};
use rez_core::testing::{Recorded, Reply as Answer, Wire};
use serde_json::{Value, json};
use web_api::Deps;

use crate::contract::Contract;
use crate::database::Tables;
use crate::exchange::{Ask, Reply};
use crate::identity::Provider;

const VARIABLES: [(&str, &str); 6] = [
    ("SIGN_IN_DOMAIN", "https://rez.auth.us-east-1.amazoncognito.com"),
    ("SIGN_IN_CLIENT_ID", "client"),
    ("SIGN_IN_REDIRECT_URL", "https://api.example.com/api/auth/callback"),
    ("APPLICATION_URL", "https://app.example.com/"),
    ("ALLOWED_ORIGINS", "https://app.example.com,http://localhost:3000"),
    ("IDEMPOTENCY_TABLE", "idempotency"),
];

const SEAL_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// What web-api calls, and whether it answers.
pub struct Servers {
    pub tables: Tables,
    pub provider: Provider,
    pub seal_key: Option<&'static str>,
    /// Events that were published.
    pub published: Vec<String>,
    /// What takes the place of an answer: by host or by operation.
    pub faults: Vec<(&'static str, Answer)>,
}

pub struct World {
    deps: Deps,
    servers: Arc<Mutex<Servers>>,
    contract: Contract,
    wire: Arc<Wire>,
    sent: Mutex<u32>,
}

impl World {
    /// Must be called inside a Tokio runtime whose clock is paused.
    pub async fn new() -> Self {
        let servers = Servers {
            tables: Tables::create(),
            provider: Provider::default(),
            seal_key: Some(SEAL_KEY),
            published: Vec::new(),
            faults: Vec::new(),
        };
        let servers = Arc::new(Mutex::new(servers));
        let answering = Arc::clone(&servers);
        let wire = Wire::answering(move |request| answering.lock().expect("no server panicked").answer(request));
        let deps = web_api::start(wire.ambient(&VARIABLES)).await.expect("all is configured");
        Self { deps, servers, contract: Contract::load(), wire, sent: Mutex::default() }
    }

    pub fn servers(&self) -> MutexGuard<'_, Servers> {
        self.servers.lock().expect("no server panicked")
    }

    /// Makes whatever has `name` in its operation or its address answer like this, until it is healed.
    pub fn fail(&self, name: &'static str, answer: Answer) {
        self.servers().faults.push((name, answer));
    }

    pub fn heal(&self) {
        self.servers().faults.clear();
    }

    /// Requests that left, by operation.
    pub fn calls(&self) -> Vec<String> {
        self.wire.operations()
    }

    /// Sends a request; its answer has been checked against the contract.
    pub async fn send(&self, ask: Ask) -> Reply {
        let reply = self.send_unchecked(&ask).await;
        self.contract.check(ask.route, &reply);
        reply
    }

    pub async fn send_unchecked(&self, ask: &Ask) -> Reply {
        let mut context = Context::default();
        context.request_id = self.next_request_id();
        let payload = serde_json::from_str(&ask.event()).expect("an event of the gateway");
        let response = web_api::handle(&self.deps, LambdaEvent::new(payload, context)).await;
        Reply::parse(&serde_json::to_value(response).expect("a response of JSON"))
    }

    fn next_request_id(&self) -> String {
        let mut sent = self.sent.lock().expect("counting does not panic");
        *sent += 1;
        format!("8476a536-e9f4-11e8-9739-{:012}", *sent)
    }

    /// Creates a message and returns it.
    pub async fn create(&self, title: &str) -> Value {
        let ask = Ask::new("POST /api/messages").by("user-1", "user").json(&json!({"title": title, "body": "b"}));
        let reply = self.send(ask).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        reply.body
    }

    /// Reads a message.
    pub async fn read(&self, id: &str) -> Reply {
        self.send(Ask::new("GET /api/messages/{id}").by("user-1", "viewer").id(id)).await
    }
}

impl Servers {
    fn answer(&mut self, request: &Recorded) -> Answer {
        let is_hit = |name: &str| request.operation() == name || request.uri.contains(name);
        if let Some((_, answer)) = self.faults.iter().find(|(name, _)| is_hit(name)) {
            return answer.clone();
        }
        match &request.uri {
            uri if uri.contains("dynamodb.us-east-1.amazonaws.com") => self.tables.answer(request),
            uri if uri.contains("localhost:2773") => self.parameter(uri),
            uri if uri.contains("amazoncognito.com") => self.provider.answer(request),
            uri if uri.contains("sns.us-east-1.amazonaws.com") => {
                self.published.push(request.body.clone());
                Answer::published()
            }
            uri => panic!("web-api has no business calling {uri}"),
        }
    }

    fn parameter(&self, uri: &str) -> Answer {
        assert!(uri.contains("name=%2Frez%2Dagent%2Fdev%2Fweb%2Dapi%2Dkey"), "{uri}");
        match self.seal_key {
            Some(value) => Answer::json(200, &json!({"Parameter": {"Value": value}})),
            None => Answer::json(400, &json!({"__type": "ParameterNotFound"})),
        }
    }
}
