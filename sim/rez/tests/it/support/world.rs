//! The world itself, and what a test can do in it.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rez::checkers::Names;
use rez::ntfy::Settings;
use rez::world::{self, NTFY_TOKEN, WEB_API_KEY, functions};
use rez_cloud::faults::Fault;
use rez_cloud::history::Cause;
use rez_cloud::profile::Knobs;
use rez_cloud::services::sqs::{Message as Letter, Outgoing};
use rez_cloud::world::Clock;
use rez_cloud::{Cloud, Seed};
use rez_core::clock::Moment;
use rez_core::create::{Creator, NewMessage, manual};
use rez_core::event::MessageCreated;
use rez_core::message::{Content, Draft, Kind, Message, MessageId, Status};
use rez_core::stage::Stage;
use rez_topology::Topology;
use serde_json::Value;
use tracing::subscriber::DefaultGuard;

use super::{Record, Setup, TestNtfy};

/// Midnight, UTC, of a Monday.
const BEGIN: Duration = Duration::from_secs(1_795_392_000);

pub struct World {
    pub cloud: Cloud,
    /// People who create messages, on a wire with faults.
    pub people: Creator,
    /// The same without: faults do not concern it.
    pub oracle: Creator,
    pub names: Names,
    pub ntfy: Arc<TestNtfy>,
    pub record: Record,
    _logs: DefaultGuard,
}

impl World {
    /// Nothing in it goes wrong by itself.
    pub fn ideal() -> Self {
        Setup::new().begin()
    }

    pub(super) fn begin(topology: Topology, knobs: Knobs, faults: Vec<Fault>, ntfy: Settings) -> Self {
        let begin = SystemTime::UNIX_EPOCH + BEGIN;
        let clock = Clock::starting_at(begin);
        let names = world::names::names(&topology, &[NTFY_TOKEN, WEB_API_KEY]).unwrap();
        let secret = |name| world::names::secret(&topology, name).unwrap();
        let (ntfy, record) = (Arc::new(TestNtfy::new(ntfy, clock)), Record::new(clock));
        let builder = Cloud::builder(topology.clone(), Seed(1))
            .knobs(knobs)
            .epoch(begin)
            .faults(faults)
            .parameter(secret("ntfy-token"), NTFY_TOKEN)
            .parameter(secret("web-api-key"), WEB_API_KEY)
            .server(names.ntfy.as_str(), ntfy.clone())
            .subscribe(Box::new(record.clone()));
        let cloud = functions::deploy(builder).build().unwrap();
        let people = world::creator(&cloud, cloud.outside_exposed("people")).unwrap();
        let oracle = world::creator(&cloud, cloud.outside("oracle")).unwrap();
        let logs = world::keep_logs(cloud.clock());
        cloud.start();
        Self { cloud, people, oracle, names, ntfy, record, _logs: logs }
    }

    pub async fn pass(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    /// Lets time pass until so much has gone by since the beginning.
    pub async fn pass_until(&self, elapsed: Duration) {
        self.pass(elapsed.saturating_sub(self.elapsed())).await;
    }

    pub fn elapsed(&self) -> Duration {
        self.cloud.clock().elapsed()
    }

    /// Somebody creates a message.
    pub async fn create(&self, title: &str) -> MessageId {
        let new = NewMessage { created_by: "somebody".into(), content: content(title), correlation_id: None };
        manual(&self.people, new).await.unwrap().id
    }

    /// Somebody creates so many messages, one right after the other: `PREFIX-0`, `PREFIX-1`, …
    pub async fn create_many(&self, prefix: &str, count: usize) -> Vec<MessageId> {
        let mut ids = Vec::new();
        for number in 0..count {
            ids.push(self.create(&format!("{prefix}-{number}")).await);
        }
        ids
    }

    /// A message that is written and that nobody announced yet.
    pub async fn write(&self, title: &str) -> Message {
        self.write_at(title, self.cloud.clock().now().into()).await
    }

    /// The same, created at that moment.
    pub async fn write_at(&self, title: &str, now: Moment) -> Message {
        let draft = Draft { created_by: "somebody".into(), kind: Kind::Manual, content: content(title) };
        let number = title.bytes().fold(7_u128, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
        let id = MessageId(uuid::Uuid::from_u128(number));
        let message = Message::new(id, Stage::Dev, now, draft, format!("correlation of {title}"));
        self.oracle.store.create(&message).await.unwrap();
        message
    }

    /// Puts records into the queue at one instant, so that they are received together.
    pub fn enqueue(&self, bodies: impl IntoIterator<Item = String>) {
        for body in bodies {
            self.cloud.services().sqs.send(&self.names.queue, Outgoing::new(body), Cause::Outside).unwrap();
        }
    }

    /// The same for the pointers to messages.
    pub fn announce<'a>(&self, messages: impl IntoIterator<Item = &'a Message>) {
        self.enqueue(messages.into_iter().map(|message| MessageCreated::from(message).to_json()));
    }

    pub async fn message(&self, id: MessageId) -> Message {
        self.oracle.store.get(id).await.unwrap().unwrap()
    }

    pub async fn status(&self, id: MessageId) -> Status {
        self.message(id).await.status
    }

    /// How many of these messages have this status.
    pub async fn count(&self, ids: &[MessageId], status: Status) -> usize {
        let mut count = 0;
        for id in ids {
            count += usize::from(self.status(*id).await == status);
        }
        count
    }

    /// What lies in the dead-letter queue. It lies there as before afterwards.
    pub async fn dead_letters(&self) -> Vec<Arc<Letter>> {
        let queue = &self.names.dead_letter_queue;
        let mut letters = Vec::new();
        loop {
            let received = self.cloud.services().sqs.receive(queue, 10, Duration::ZERO).await.unwrap();
            if received.is_empty() {
                return letters;
            }
            letters.extend(received.into_iter().map(|received| received.message));
        }
    }

    /// Messages in the queue, seen or not.
    pub fn queued(&self) -> usize {
        let counts = self.cloud.services().sqs.counts(&self.names.queue).unwrap();
        counts.visible + counts.in_flight + counts.delayed
    }

    /// Writes an item of the table `config`, in DynamoDB JSON.
    pub async fn configure(&self, item: &Value) {
        let body = serde_json::json!({"TableName": self.names.config_table, "Item": item}).to_string();
        let answer = self.cloud.services().dynamodb.handle("PutItem", body.as_bytes(), Cause::Outside).await;
        assert_eq!(answer.status, 200);
    }
}

fn content(title: &str) -> Content {
    Content { title: title.into(), body: format!("what {title} says"), priority: 3, tags: vec!["test".into()] }
}
