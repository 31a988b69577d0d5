//! What both sides are asked to do.

use std::cell::Cell;
use std::future::Future;
use std::time::Duration;

use futures_util::future::try_join_all;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::light::{Failure, Light};
use super::sides::Side;

/// Messages that pass through before memory is looked at.
pub const MESSAGES: usize = 100_000;

/// Requests under way at once, each on a connection of its own.
const CONNECTIONS: usize = 16;
/// How long each operation is asked for.
const EACH: Duration = Duration::from_secs(5);
/// Receives in a row that may find nothing while messages are still to come.
const EMPTY_RECEIVES_MAX: u32 = 100;
/// Messages of a batch: SQS and SNS take no more.
const BATCH: usize = 10;

const SQS: &str = "AmazonSQS";
const DYNAMODB: &str = "DynamoDB_20120810";
const TABLE: &str = "side-by-side";
/// More than either side gives in a second.
const UNITS: u32 = 1_000_000;
/// As long as the text of an event.
const TEXT: &str = "The quick brown fox jumps over the lazy dog. The quick brown fox jumps over the lazy dog. The quick \
                    brown fox jumps over the lazy dog. The quick brown fox jumps over the lazy dog. The quick brown fox.";

pub struct Measured {
    /// Of each operation, how often a second.
    pub rates: Vec<(&'static str, f64)>,
    pub memory_mib: f64,
}

/// # Errors
/// The first answer that was no success.
pub async fn measure(side: &Side) -> Result<Measured, Failure> {
    let bench = Bench::set_up(&side.client).await?;
    let rates = vec![
        ("SQS send", bench.rate("send", || bench.send()).await?),
        ("SQS receive", bench.rate("receive", || bench.receive()).await?),
        ("SNS publish", bench.rate("publish", || bench.publish()).await?),
        ("DynamoDB put", bench.rate("put", || bench.put()).await?),
        ("DynamoDB get", bench.rate("get", || bench.get()).await?),
    ];
    eprintln!("{}: {MESSAGES} messages", side.name);
    bench.pass_through().await?;
    Ok(Measured { rates, memory_mib: side.memory_mib()? })
}

struct Bench<'a> {
    client: &'a Light,
    queue: String,
    /// With nobody subscribed.
    topic: String,
    /// Counts what was asked, and names the next item.
    next: Cell<usize>,
    /// Messages that were received and deleted.
    deleted: Cell<usize>,
}

impl<'a> Bench<'a> {
    async fn set_up(client: &'a Light) -> Result<Self, Failure> {
        let queue = client.json(SQS, "CreateQueue", &json!({ "QueueName": "side-by-side" })).await?;
        let queue = queue["QueueUrl"].as_str().ok_or("a queue has a URL")?.to_owned();
        let topic =
            client.form(&[("Action", "CreateTopic"), ("Name", "side-by-side"), ("Version", "2010-03-31")]).await?;
        let arn = topic.split_once("<TopicArn>").and_then(|(_, rest)| rest.split_once("</TopicArn>"));
        let topic = arn.ok_or("a topic has an ARN")?.0.to_owned();
        let table = json!({
            "TableName": TABLE,
            // On demand, a new table takes 4,000 writes a second, here as at AWS.
            "ProvisionedThroughput": { "ReadCapacityUnits": UNITS, "WriteCapacityUnits": UNITS },
            "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
            "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
        });
        client.json(DYNAMODB, "CreateTable", &table).await?;
        Ok(Self { client, queue, topic, next: Cell::new(0), deleted: Cell::new(0) })
    }

    /// Asks over all connections for as long as there is time and something to do; how often a second.
    async fn rate<F, A>(&self, what: &str, ask: F) -> Result<f64, Failure>
    where
        F: Fn() -> A,
        A: Future<Output = Result<bool, Failure>>,
    {
        let (started, done) = (Instant::now(), Cell::new(0_u32));
        let worker = || async {
            while started.elapsed() < EACH && ask().await? {
                done.set(done.get() + 1);
            }
            Ok::<_, Failure>(())
        };
        try_join_all((0..CONNECTIONS).map(|_| worker())).await.map_err(|error| format!("{what}: {error}"))?;
        Ok(f64::from(done.get()) / started.elapsed().as_secs_f64())
    }

    fn next_id(&self) -> String {
        let id = self.next.get();
        self.next.set(id + 1);
        format!("item-{id}")
    }

    async fn send(&self) -> Result<bool, Failure> {
        self.client.json(SQS, "SendMessage", &json!({ "QueueUrl": self.queue, "MessageBody": TEXT })).await?;
        Ok(true)
    }

    /// What is received can be received again at once: a queue lets only 120,000 be in flight. `false` once there is nothing.
    async fn receive(&self) -> Result<bool, Failure> {
        let receive = json!({ "QueueUrl": self.queue, "VisibilityTimeout": 0 });
        let answer = self.client.json(SQS, "ReceiveMessage", &receive).await?;
        Ok(answer["Messages"].as_array().is_some_and(|messages| !messages.is_empty()))
    }

    async fn publish(&self) -> Result<bool, Failure> {
        let members =
            [("Action", "Publish"), ("TopicArn", self.topic.as_str()), ("Message", TEXT), ("Version", "2010-03-31")];
        self.client.form(&members).await?;
        Ok(true)
    }

    async fn put(&self) -> Result<bool, Failure> {
        self.client.json(DYNAMODB, "PutItem", &json!({ "TableName": TABLE, "Item": item(&self.next_id()) })).await?;
        Ok(true)
    }

    async fn get(&self) -> Result<bool, Failure> {
        let key = json!({ "id": { "S": "item-0" } });
        let answer = self.client.json(DYNAMODB, "GetItem", &json!({ "TableName": TABLE, "Key": key })).await?;
        if answer["Item"]["text"]["S"] == TEXT { Ok(true) } else { Err("what was put is not there".into()) }
    }

    /// Every message is put into the table, sent, received and deleted, in batches.
    async fn pass_through(&self) -> Result<(), Failure> {
        self.client.json(SQS, "PurgeQueue", &json!({ "QueueUrl": self.queue })).await?;
        let left = Cell::new(MESSAGES);
        let worker = || async {
            while left.get() > 0 {
                left.set(left.get() - BATCH);
                self.pass_batch().await?;
            }
            Ok::<_, Failure>(())
        };
        try_join_all((0..CONNECTIONS).map(|_| worker())).await?;
        self.drain().await
    }

    /// Receives and deletes what the workers have left: one may have found nothing where another was quicker.
    async fn drain(&self) -> Result<(), Failure> {
        let mut empty_receives = 0;
        while self.deleted.get() < MESSAGES && empty_receives < EMPTY_RECEIVES_MAX {
            empty_receives = if self.receive_and_delete().await? { 0 } else { empty_receives + 1 };
        }
        match self.deleted.get() {
            MESSAGES => Ok(()),
            other => Err(format!("{MESSAGES} messages were sent, and {other} received and deleted").into()),
        }
    }

    async fn pass_batch(&self) -> Result<(), Failure> {
        let puts: Vec<_> = (0..BATCH).map(|_| json!({ "PutRequest": { "Item": item(&self.next_id()) } })).collect();
        self.client.json(DYNAMODB, "BatchWriteItem", &json!({ "RequestItems": { TABLE: puts } })).await?;
        let entries: Vec<_> = (0..BATCH).map(|id| json!({ "Id": id.to_string(), "MessageBody": TEXT })).collect();
        self.client.json(SQS, "SendMessageBatch", &json!({ "QueueUrl": self.queue, "Entries": entries })).await?;
        self.receive_and_delete().await.map(drop)
    }

    /// `false` when there was nothing.
    async fn receive_and_delete(&self) -> Result<bool, Failure> {
        let receive = json!({ "QueueUrl": self.queue, "MaxNumberOfMessages": BATCH });
        let received = self.client.json(SQS, "ReceiveMessage", &receive).await?;
        let entry =
            |(id, message): (usize, &Value)| json!({ "Id": id.to_string(), "ReceiptHandle": message["ReceiptHandle"] });
        let entries: Vec<_> = received["Messages"].as_array().into_iter().flatten().enumerate().map(entry).collect();
        if entries.is_empty() {
            return Ok(false);
        }
        let delete = json!({ "QueueUrl": self.queue, "Entries": entries });
        let answer = self.client.json(SQS, "DeleteMessageBatch", &delete).await?;
        self.deleted.set(self.deleted.get() + answer["Successful"].as_array().map_or(0, Vec::len));
        Ok(true)
    }
}

fn item(id: &str) -> Value {
    json!({ "id": { "S": id }, "text": { "S": TEXT }, "attempts": { "N": "1" } })
}
