//! An API of three routes: open, behind an authorizer, and with a limit of its own.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response};
use rez_cloud::host::api_gateway::{AuthorizerSettings, CorsSettings, Route, Settings, Throttle};
use rez_cloud::program::{FunctionError, Program};
use rez_cloud::{Cloud, CloudBuilder};
use serde_json::{Value, json};

use crate::support::{Invoked, Recorder, clients, cloud, function};

pub const HOST: &str = "desk1.execute-api.us-east-1.amazonaws.com";

const TEMPLATE: &str = "
  Clerk:
    Type: AWS::Serverless::Function
    Properties: { FunctionName: clerk, Runtime: provided.al2023, Timeout: 60 }
  Porter:
    Type: AWS::Serverless::Function
    Properties: { FunctionName: porter, Runtime: provided.al2023, Timeout: 30 }
  ApiToClerk:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Clerk
      Action: lambda:InvokeFunction
      Principal: apigateway.amazonaws.com
      SourceArn: !Sub arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:desk1/*
  ApiToPorter:
    Type: AWS::Lambda::Permission
    Properties: { FunctionName: !Ref Porter, Action: lambda:InvokeFunction, Principal: apigateway.amazonaws.com }
";

/// The cloud with the API in it, and all that its functions were given.
pub struct Desk {
    pub cloud: Cloud,
    pub recorder: Recorder,
    events: Arc<Mutex<Vec<(&'static str, Value)>>>,
}

/// What the two functions do.
pub struct Staff {
    pub clerk: Arc<dyn Program>,
    pub porter: Arc<dyn Program>,
}

/// A function that answers with `payload`.
pub fn answers(payload: &Value) -> Arc<dyn Program> {
    let payload = Bytes::from(payload.to_string());
    function(move |_| std::future::ready(Ok(payload.clone())))
}

/// A function that answers after so many seconds.
pub fn answers_after(seconds: u64) -> Arc<dyn Program> {
    function(move |_| async move {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        Ok(Bytes::from_static(b"{}"))
    })
}

/// A function that fails.
pub fn fails() -> Arc<dyn Program> {
    let error = FunctionError { error_type: "Boom".into(), message: "boom".into() };
    function(move |_| std::future::ready(Err(error.clone())))
}

pub fn settings() -> Settings {
    let route = |key: &str, authorizer: Option<&str>, throttle| Route {
        key: key.to_owned(),
        function: "clerk".to_owned(),
        authorizer: authorizer.map(str::to_owned),
        throttle,
    };
    let authorizer = AuthorizerSettings {
        function: "porter".to_owned(),
        identity_sources: vec!["$request.header.Authorization".to_owned()],
        cache: Duration::from_secs(300),
    };
    Settings {
        api_id: "desk1".to_owned(),
        stage: "$default".to_owned(),
        routes: vec![
            route("GET /open", None, None),
            route("ANY /items/{id}", Some("porter"), None),
            route("GET /items", Some("porter"), None),
            route("POST /few", None, Some(Throttle { rate: 1.0, burst: 2 })),
        ],
        authorizers: BTreeMap::from([("porter".to_owned(), authorizer)]),
        cors: None,
        throttle: None,
    }
}

pub fn cors() -> CorsSettings {
    CorsSettings {
        origins: vec!["https://app.example.com".to_owned()],
        methods: vec!["GET".to_owned()],
        ..CorsSettings::default()
    }
}

impl Desk {
    /// Everybody passes, and the clerk answers 200.
    pub fn new() -> Self {
        Self::with(Self::staff(), settings(), |builder| builder)
    }

    pub fn staff() -> Staff {
        Staff { clerk: answers(&json!({ "statusCode": 200 })), porter: answers(&json!({ "isAuthorized": true })) }
    }

    pub fn with_clerk(clerk: Arc<dyn Program>) -> Self {
        Self::with(Staff { clerk, ..Self::staff() }, settings(), |builder| builder)
    }

    pub fn with_porter(porter: Arc<dyn Program>) -> Self {
        Self::with(Staff { porter, ..Self::staff() }, settings(), |builder| builder)
    }

    pub fn with(staff: Staff, settings: Settings, change: impl FnOnce(CloudBuilder) -> CloudBuilder) -> Self {
        let (events, recorder) = (Arc::default(), Recorder::default());
        let builder = cloud(TEMPLATE).subscribe(recorder.subscriber()).api("Desk", settings);
        let builder = builder.function("Clerk", overheard("clerk", staff.clerk, &events));
        let builder = builder.function("Porter", overheard("porter", staff.porter, &events));
        Self { cloud: change(builder).build().unwrap(), recorder, events }
    }

    pub async fn send(&self, request: Request<Bytes>) -> Response<Bytes> {
        clients::send(&self.cloud.outside("client"), request).await.unwrap()
    }

    /// Status of the answer to a request with these headers.
    pub async fn status(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> u16 {
        self.send(request(method, path, headers)).await.status().as_u16()
    }

    /// Events that this function was given.
    pub fn events(&self, function: &str) -> Vec<Value> {
        let events = self.events.lock().unwrap();
        events.iter().filter(|(given, _)| *given == function).map(|(_, event)| event.clone()).collect()
    }
}

pub fn request(method: Method, path: &str, headers: &[(&str, &str)]) -> Request<Bytes> {
    let builder = Request::builder().method(method).uri(format!("https://{HOST}{path}"));
    let builder = headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value));
    builder.body(Bytes::new()).unwrap()
}

/// Status, body as JSON.
pub fn told(response: &Response<Bytes>) -> (u16, Value) {
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap())
}

type Events = Arc<Mutex<Vec<(&'static str, Value)>>>;

/// The program, and a record of what it was given.
fn overheard(name: &'static str, program: Arc<dyn Program>, events: &Events) -> Arc<dyn Program> {
    let events = events.clone();
    function(move |invoked: Invoked| {
        let (program, events) = (program.clone(), events.clone());
        async move {
            let event = serde_json::from_slice(&invoked.payload).unwrap();
            events.lock().unwrap().push((name, event));
            let handler = program.start(invoked.ambient).await.unwrap();
            handler.handle(invoked.payload, invoked.context).await
        }
    })
}
