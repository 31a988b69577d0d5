//! Functions that are broken on purpose.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use bytes::Bytes;
use rez::world::program::{self, hand_over};
use rez_cloud::program::{Ambient, BoxFuture, FunctionError, Handler, InvocationContext, Program};
use rez_core::Environment;
use rez_core::config::Variables;
use rez_core::http::{Outbound, Request};
use serde_json::{Value, json};

/// What a rogue function may do with an event; beside a real one, with `{event, answer}`. What it answers is the answer,
/// but for `null` beside a real one, whose answer stands.
pub type Deed = for<'a> fn(&'a Tools, Value) -> BoxFuture<'a, Value>;

/// A function that does as its deed says.
pub struct Rogue {
    pub real: Option<Arc<dyn Program>>,
    pub deed: Deed,
}

/// What a deed is done with.
pub struct Tools {
    real: Option<Arc<dyn Handler>>,
    pub dynamodb: aws_sdk_dynamodb::Client,
    ntfy: Outbound,
    messages_table: String,
}

impl Tools {
    /// Writes a status over a message's, whatever that was, if there is such a message.
    pub async fn mark(&self, id: &str, status: &str) {
        let update = self.dynamodb.update_item().table_name(&self.messages_table);
        let update = update
            .key("message_id", AttributeValue::S(id.to_owned()))
            .condition_expression("attribute_exists(message_id)")
            .update_expression("SET #status = :status")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":status", AttributeValue::S(status.to_owned()));
        // What becomes of it is for the checkers to see.
        let _ = update.send().await;
    }
}

impl Program for Rogue {
    fn start(&self, ambient: Ambient) -> BoxFuture<'static, Result<Arc<dyn Handler>, String>> {
        let real = self.real.as_ref().map(|real| real.start(ambient.clone()));
        let deed = self.deed;
        Box::pin(async move {
            let real = match real {
                Some(start) => Some(start.await?),
                None => None,
            };
            let ambient = hand_over(ambient);
            let environment = Environment::new("rogue", &ambient, &mut Variables::new(&ambient.variables));
            let messages_table = ambient.variables.get("MESSAGES_TABLE").cloned().unwrap_or_default();
            let ntfy = environment.outbound("https://ntfy.sh", Duration::from_secs(10));
            let tools = Tools { real, dynamodb: environment.dynamodb(), ntfy, messages_table };
            Ok(Arc::new(Running { tools, deed }) as Arc<dyn Handler>)
        })
    }
}

struct Running {
    tools: Tools,
    deed: Deed,
}

impl Handler for Running {
    fn handle(&self, payload: Bytes, context: InvocationContext) -> BoxFuture<'_, Result<Bytes, FunctionError>> {
        Box::pin(async move {
            if let Some(real) = &self.tools.real {
                let answer = real.handle(payload.clone(), context).await?;
                let event = json!({"event": read(&payload), "answer": read(&answer)});
                let other = (self.deed)(&self.tools, event).await;
                return Ok(if other.is_null() { answer } else { other.to_string().into() });
            }
            Ok(Bytes::from((self.deed)(&self.tools, read(&payload)).await.to_string()))
        })
    }
}

fn read(bytes: &Bytes) -> Value {
    serde_json::from_slice(bytes).unwrap_or_default()
}

/// Does nothing, and says that all went well.
pub fn idle() -> Arc<dyn Program> {
    Arc::new(Rogue { real: None, deed: |_, _| Box::pin(async { json!({"batchItemFailures": []}) }) })
}

/// Gives every record back.
pub fn refusing() -> Arc<dyn Program> {
    let deed: Deed = |_, event| {
        Box::pin(async move {
            let ids = event["Records"].as_array().into_iter().flatten();
            let failures: Vec<Value> = ids.map(|record| json!({"itemIdentifier": record["messageId"]})).collect();
            json!({"batchItemFailures": failures})
        })
    };
    Arc::new(Rogue { real: None, deed })
}

/// A processor that marks every message as completed, whatever it was, and delivers none.
pub fn pretending() -> Arc<dyn Program> {
    let deed: Deed = |tools, event| {
        Box::pin(async move {
            for record in event["Records"].as_array().into_iter().flatten() {
                pretend(tools, record).await;
            }
            json!({"batchItemFailures": []})
        })
    };
    Arc::new(Rogue { real: None, deed })
}

async fn pretend(tools: &Tools, record: &Value) {
    let envelope: Value = serde_json::from_str(record["body"].as_str().unwrap_or_default()).expect("an envelope");
    let event: Value = serde_json::from_str(envelope["Message"].as_str().unwrap_or_default()).expect("an event");
    let id = event["message_id"].as_str().expect("an event that names its message");
    tools.mark(id, "completed").await;
}

/// A notifier that sends once more what it has sent.
pub fn stuttering() -> Arc<dyn Program> {
    let deed: Deed = |tools, told| {
        Box::pin(async move {
            if told["answer"].to_string().contains("delivered") {
                knock(tools, &told["event"]).await;
            }
            Value::Null
        })
    };
    Arc::new(Rogue { real: Some(notifier()), deed })
}

/// A notifier that asks ntfy again when the gate did not let it.
pub fn knocking() -> Arc<dyn Program> {
    let deed: Deed = |tools, told| {
        Box::pin(async move {
            if told["answer"].to_string().contains("deferred") {
                knock(tools, &told["event"]).await;
            }
            Value::Null
        })
    };
    Arc::new(Rogue { real: Some(notifier()), deed })
}

/// A notifier that throws dice which no seed decides.
pub fn dicing() -> Arc<dyn Program> {
    let deed: Deed = |tools, told| {
        Box::pin(async move {
            if RandomState::new().hash_one(0).is_multiple_of(2) {
                knock(tools, &told["event"]).await;
            }
            Value::Null
        })
    };
    Arc::new(Rogue { real: Some(notifier()), deed })
}

async fn knock(tools: &Tools, notification: &Value) {
    let text = |name: &str| notification[name].as_str().unwrap_or_default().to_owned();
    let headers = vec![("authorization", "Bearer tk_simulatedsimulatedsimulated12".to_owned())];
    let body = Bytes::from(text("body"));
    // How it ends is ntfy's affair.
    let _ = tools.ntfy.send(Request { method: "POST", path: "/rez-agent".to_owned(), headers, body }).await;
}

fn notifier() -> Arc<dyn Program> {
    Arc::new(program::Program {
        start: |ambient| Box::pin(notification_service::start(ambient)),
        handle: |deps, event| Box::pin(notification_service::handle(deps, event)),
    })
}
