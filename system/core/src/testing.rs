//! For tests: a wire whose answers the test writes down, and an environment on the paused Tokio clock.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::{SharedTimeSource, TimeSource};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use serde_json::Value;
use uuid::Uuid;

use crate::ambient::Ambient;
use crate::clock::Moment;
use crate::config::Variables;
use crate::environment::Environment;
use crate::message::{Content, Draft, Kind, Message, MessageId};
use crate::stage::Stage;

/// When a test begins.
pub const BEGIN: &str = "2026-11-23T12:00:00.000Z";

/// The variables that every function has.
pub const VARIABLES: [(&str, &str); 10] = [
    ("STAGE", "dev"),
    ("AWS_REGION", "us-east-1"),
    ("AWS_SESSION_TOKEN", "session-token"),
    ("MESSAGES_TABLE", "messages"),
    ("COUNTERS_TABLE", "counters"),
    ("CONFIG_TABLE", "config"),
    ("MESSAGES_TOPIC_ARN", "arn:aws:sns:us-east-1:123456789012:messages"),
    ("DEAD_LETTER_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/123456789012/dlq"),
    ("NOTIFICATION_FUNCTION", "notification-service"),
    ("AWS_LAMBDA_FUNCTION_NAME", "test"),
];

/// What a test's server answers.
#[derive(Clone, Debug)]
pub enum Reply {
    Status(u16, String, Vec<(&'static str, String)>),
    /// This, after so long.
    After(Duration, Box<Reply>),
    /// No answer, ever.
    Hang,
    /// The connection breaks.
    Reset,
}

impl Reply {
    pub fn json(status: u16, body: &Value) -> Self {
        Self::Status(status, body.to_string(), Vec::new())
    }

    pub fn text(status: u16, body: &str) -> Self {
        Self::Status(status, body.to_owned(), Vec::new())
    }

    /// Adds a header.
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        if let Self::Status(_, _, headers) = &mut self {
            headers.push((name, value.to_owned()));
        }
        self
    }

    /// DynamoDB's answer to a write whose condition did not hold for `item`.
    pub fn condition_failed(item: Value) -> Self {
        let name = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException";
        Self::json(400, &serde_json::json!({"__type": name, "message": "The conditional request failed", "Item": item}))
    }

    /// DynamoDB's answer to a transaction whose first action has `code`, and met `item`.
    pub fn cancelled(code: &str, item: Value) -> Self {
        let name = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
        let reasons = serde_json::json!([{"Code": code, "Item": item}, {"Code": "None"}]);
        Self::json(400, &serde_json::json!({"__type": name, "Message": "cancelled", "CancellationReasons": reasons}))
    }

    /// SNS's answer to Publish.
    pub fn published() -> Self {
        let id = "<MessageId>m</MessageId>";
        Self::text(200, &format!("<PublishResponse><PublishResult>{id}</PublishResult></PublishResponse>"))
    }
}

/// A request as it left.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub at: Moment,
    pub method: String,
    pub uri: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Recorded {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// `UpdateItem`, `Publish`, `Invoke`, or the method of what is not AWS.
    pub fn operation(&self) -> &str {
        if let Some(target) = self.header("x-amz-target") {
            return target.rsplit('.').next().unwrap_or(target);
        }
        if let Some(action) = self.body.strip_prefix("Action=") {
            return action.split('&').next().unwrap_or(action);
        }
        if self.uri.contains("/invocations") { "Invoke" } else { &self.method }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }

    /// A value of an update's expression, without its DynamoDB type.
    pub fn bound(&self, name: &str) -> Value {
        let value = &self.json()["ExpressionAttributeValues"][name];
        value.as_object().and_then(|typed| typed.values().next()).cloned().unwrap_or(Value::Null)
    }
}

type Answering = Box<dyn FnMut(&Recorded) -> Reply + Send>;

/// The wire: answers requests, and remembers them.
pub struct Wire {
    answer: Mutex<Answering>,
    requests: Mutex<Vec<Recorded>>,
    time: SharedTimeSource,
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wire")
    }
}

impl Wire {
    /// Answers with `replies`, one after the other, and fails the test after the last.
    pub fn new(replies: impl IntoIterator<Item = Reply>) -> Arc<Self> {
        let mut replies: VecDeque<_> = replies.into_iter().collect();
        Self::answering(move |request| {
            replies.pop_front().unwrap_or_else(|| panic!("nobody expected {} {}", request.operation(), request.uri))
        })
    }

    /// Answers with what `answer` says. Must be called inside a Tokio runtime.
    pub fn answering(answer: impl FnMut(&Recorded) -> Reply + Send + 'static) -> Arc<Self> {
        Arc::new(Self {
            answer: Mutex::new(Box::new(answer)),
            requests: Mutex::default(),
            time: SharedTimeSource::new(PausedTime(tokio::time::Instant::now())),
        })
    }

    pub fn requests(&self) -> Vec<Recorded> {
        self.requests.lock().unwrap().clone()
    }

    /// The operations that were called, in order.
    pub fn operations(&self) -> Vec<String> {
        self.requests().iter().map(|request| request.operation().to_owned()).collect()
    }

    /// The outside of an environment on this wire, with `variables` in place of, or beside, the usual ones. An empty
    /// value takes one away.
    pub fn ambient(self: &Arc<Self>, variables: &[(&str, &str)]) -> Ambient {
        let all = VARIABLES.iter().chain(variables).map(|&(name, value)| (name.to_owned(), value.to_owned()));
        Ambient {
            variables: all.collect(),
            http: client(self),
            time: self.time.clone(),
            sleep: SharedAsyncSleep::new(TokioSleep::new()),
            credentials: Credentials::new("id", "secret", None, None, "test"),
            entropy: 7,
            name: "test".to_owned(),
        }
    }

    pub fn environment(self: &Arc<Self>, service: &'static str, variables: &[(&str, &str)]) -> Environment {
        let ambient = self.ambient(variables);
        Environment::new(service, &ambient, &mut Variables::new(&ambient.variables))
    }

    fn take(&self, request: &HttpRequest) -> Reply {
        let headers = request.headers().iter().map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
        let recorded = Recorded {
            at: self.time.now().into(),
            method: request.method().to_owned(),
            uri: request.uri().to_owned(),
            headers,
            body: String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned(),
        };
        let reply = (self.answer.lock().unwrap())(&recorded);
        self.requests.lock().unwrap().push(recorded);
        reply
    }
}

fn client(wire: &Arc<Wire>) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(Connector(Arc::clone(wire)));
    http_client_fn(move |_, _| connector.clone())
}

#[derive(Debug)]
struct Connector(Arc<Wire>);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        answer(self.0.take(&request))
    }
}

fn answer(reply: Reply) -> HttpConnectorFuture {
    match reply {
        Reply::After(wait, reply) => HttpConnectorFuture::new(async move {
            tokio::time::sleep(wait).await;
            answer(*reply).await
        }),
        Reply::Hang => HttpConnectorFuture::new(std::future::pending()),
        Reply::Reset => HttpConnectorFuture::ready(Err(ConnectorError::io("connection reset".into()))),
        Reply::Status(status, body, headers) => {
            let status = status.try_into().expect("a test answers with an HTTP status");
            let mut response = HttpResponse::new(status, SdkBody::from(body));
            headers.into_iter().for_each(|(name, value)| drop(response.headers_mut().insert(name, value)));
            HttpConnectorFuture::ready(Ok(response))
        }
    }
}

/// The paused Tokio clock, from [`BEGIN`].
#[derive(Debug)]
struct PausedTime(tokio::time::Instant);

impl TimeSource for PausedTime {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(begin().epoch_ms().unsigned_abs()) + self.0.elapsed()
    }
}

/// [`BEGIN`], as a moment.
pub fn begin() -> Moment {
    Moment::parse(BEGIN).expect("a constant is RFC 3339")
}

/// A message that was just created.
pub fn message() -> Message {
    let content = Content { title: "Hello".into(), body: "world".into(), priority: 3, tags: vec!["wave".into()] };
    let draft = Draft { created_by: "somebody".into(), kind: Kind::Manual, content };
    let id = MessageId(Uuid::from_u128(0x7e2c_1f9a_5b3d_4c8e_9f10_2a3b_4c5d_6e7f));
    Message::new(id, Stage::Dev, begin(), draft, "correlation".into())
}

/// A message's item in DynamoDB's JSON.
pub fn item_json(message: &Message) -> Value {
    let item = crate::store::to_item(message);
    item.iter().map(|(name, value)| (name.clone(), attribute_json(value))).collect()
}

fn attribute_json(value: &aws_sdk_dynamodb::types::AttributeValue) -> Value {
    use aws_sdk_dynamodb::types::AttributeValue as Attribute;
    match value {
        Attribute::S(text) => serde_json::json!({"S": text}),
        Attribute::N(number) => serde_json::json!({"N": number}),
        Attribute::Bool(value) => serde_json::json!({"BOOL": value}),
        Attribute::L(values) => serde_json::json!({"L": values.iter().map(attribute_json).collect::<Vec<_>>()}),
        Attribute::M(members) => {
            let members: Value = members.iter().map(|(name, value)| (name.clone(), attribute_json(value))).collect();
            serde_json::json!({"M": members})
        }
        other => panic!("no item of ours has {other:?}"),
    }
}
