//! From a topic to its queues: what arrives, when, how often, and what becomes of what cannot.

use std::future::ready;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rez_cloud::history::Cause;
use rez_cloud::profile::{Knobs, Latency, Profile};
use rez_cloud::program::BoxFuture;
use rez_cloud::services::attribute::{AttributeValue, Attributes, MessageAttribute};
use rez_cloud::services::sns::{Delivery, DeliveryFailure, DeliveryTarget, Publication, Structure};
use rez_cloud::services::sqs::Received;
use rez_cloud::world::Clock;
use serde_json::Value;

use super::{SECOND, World, map, pass, world};

const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:t";
const QUEUE: &str = "arn:aws:sqs:us-east-1:123456789012:q";
const DEAD: &str = "arn:aws:sqs:us-east-1:123456789012:dead";

fn subscribed(attributes: &[(&str, &str)], change: impl FnOnce(&mut Knobs)) -> World {
    let mut knobs = Profile::Ideal.knobs();
    knobs.sns.delivery = Latency::fixed(SECOND);
    change(&mut knobs);
    let world = world(&knobs);
    world.queue("q", &[]);
    world.queue("dead", &[]);
    let sns = &world.services.sns;
    sns.create_topic("t", &map(&[])).unwrap();
    sns.subscribe(TOPIC, "sqs", QUEUE, &map(attributes)).unwrap();
    world
}

fn publish(world: &World, publication: Publication) -> String {
    world.services.sns.publish(TOPIC, publication, Cause::Outside).unwrap()
}

async fn arrived(world: &World, queue: &str) -> Vec<Received> {
    pass(2).await;
    world.receive(queue).await
}

fn with_attributes() -> Publication {
    let binary = MessageAttribute { data_type: "Binary".to_owned(), value: AttributeValue::Binary(vec![2, 3, 4]) };
    let attributes =
        Attributes::from([("kind".to_owned(), MessageAttribute::string("x")), ("bytes".to_owned(), binary)]);
    Publication { attributes, ..Publication::new("a \"message\"") }
}

/// test_subscribe_sqs_queue
#[tokio::test(start_paused = true)]
async fn the_envelope_has_its_keys_in_the_order_of_aws() {
    let world = subscribed(&[], |_| {});
    let publication = Publication { subject: Some("hello".to_owned()), ..with_attributes() };
    let id = publish(&world, publication);
    let received = arrived(&world, "q").await.remove(0);
    let body = &received.message.body;
    let expected = [
        "Type",
        "MessageId",
        "TopicArn",
        "Subject",
        "Message",
        "Timestamp",
        "SignatureVersion",
        "Signature",
        "SigningCertURL",
        "UnsubscribeURL",
        "MessageAttributes",
    ];
    let places: Vec<usize> = expected.iter().map(|key| body.find(&format!("\"{key}\":")).expect(key)).collect();
    assert!(places.is_sorted(), "{body}");

    let envelope: Value = serde_json::from_str(body).unwrap();
    assert_eq!(envelope.as_object().unwrap().len(), expected.len());
    assert_eq!(envelope["Type"], "Notification");
    assert_eq!(envelope["MessageId"], id.as_str());
    assert_eq!(envelope["TopicArn"], TOPIC);
    assert_eq!(envelope["Message"], "a \"message\"");
    assert_eq!(envelope["Timestamp"], "2026-11-23T12:00:00.000Z");
    assert_eq!(envelope["MessageAttributes"]["kind"], serde_json::json!({ "Type": "String", "Value": "x" }));
    assert_eq!(envelope["MessageAttributes"]["bytes"], serde_json::json!({ "Type": "Binary", "Value": "AgME" }));
    assert!(received.message.attributes.is_empty());
    assert_ne!(received.message.id, id);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_is_left_out_of_the_envelope() {
    let world = subscribed(&[], |_| {});
    publish(&world, Publication::new("a"));
    let envelope: Value = serde_json::from_str(&arrived(&world, "q").await[0].message.body).unwrap();
    assert!(envelope.get("Subject").is_none() && envelope.get("MessageAttributes").is_none());
}

/// test_attribute_raw_subscribe
#[tokio::test(start_paused = true)]
async fn raw_delivery_is_the_message_itself_with_its_attributes() {
    let world = subscribed(&[("RawMessageDelivery", "true")], |_| {});
    publish(&world, with_attributes());
    let received = arrived(&world, "q").await.remove(0);
    assert_eq!(received.message.body, "a \"message\"");
    assert_eq!(received.message.attributes, with_attributes().attributes);
}

/// Raw delivery of more attributes than a queue takes is the client's fault.
#[tokio::test(start_paused = true)]
async fn raw_delivery_of_eleven_attributes_is_dropped() {
    let world = subscribed(&[("RawMessageDelivery", "true")], |_| {});
    let attributes = (0..11).map(|number| (format!("a{number}"), MessageAttribute::string("x"))).collect();
    publish(&world, Publication { attributes, ..Publication::new("a") });
    assert!(arrived(&world, "q").await.is_empty());
    assert_eq!(world.services.sns.dropped(), 1);
}

/// test_publish_sqs_from_sns_with_xray_propagation, test_publish_message_group_id
#[tokio::test(start_paused = true)]
async fn trace_header_and_group_travel_along() {
    let world = subscribed(&[], |_| {});
    let trace_header = "Root=1-3152b799-8954dae64eda91bc9a23a7e8;Parent=7fa8c0f79203be72;Sampled=1";
    publish(
        &world,
        Publication {
            trace_header: Some(trace_header.to_owned()),
            group_id: Some("group".to_owned()),
            ..Publication::new("a")
        },
    );
    let attributes = arrived(&world, "q").await[0].system_attributes();
    assert_eq!(attributes["AWSTraceHeader"], trace_header);
    assert_eq!(attributes["MessageGroupId"], "group");
}

#[tokio::test(start_paused = true)]
async fn a_structured_message_has_a_text_for_each_protocol() {
    let world = subscribed(&[("RawMessageDelivery", "true")], |_| {});
    for message in [r#"{"default":"d","sqs":"s"}"#, r#"{"default":"d","lambda":"l"}"#] {
        publish(&world, Publication { structure: Structure::PerProtocol, ..Publication::new(message) });
    }
    let bodies: Vec<String> = arrived(&world, "q").await.iter().map(|one| one.message.body.clone()).collect();
    assert_eq!(bodies, ["s", "d"]);
}

#[tokio::test(start_paused = true)]
async fn a_filter_keeps_messages_away() {
    let world = subscribed(&[("FilterPolicy", r#"{"kind":["x"]}"#)], |_| {});
    publish(&world, Publication::new("none"));
    publish(&world, with_attributes());
    assert_eq!(arrived(&world, "q").await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn delivery_takes_its_latency_and_can_come_twice() {
    let world = subscribed(&[], |knobs| knobs.sns.duplicate = 1.0);
    publish(&world, Publication::new("a"));
    tokio::time::sleep(Duration::from_millis(999)).await;
    assert!(world.receive("q").await.is_empty());
    tokio::time::sleep(Duration::from_millis(2)).await;
    let received = world.receive("q").await;
    assert_eq!(received.len(), 2);
    assert_ne!(received[0].message.id, received[1].message.id);
}

/// Fails as it is told, and notes when it was tried.
struct Failing {
    clock: Clock,
    failure: DeliveryFailure,
    only: &'static str,
    tries: Arc<Mutex<Vec<u64>>>,
    taken: Arc<Mutex<Vec<Delivery>>>,
}

impl DeliveryTarget for Failing {
    fn deliver<'a>(&'a self, delivery: &'a Delivery) -> BoxFuture<'a, Result<(), DeliveryFailure>> {
        if delivery.endpoint != self.only {
            self.taken.lock().unwrap().push(delivery.clone());
            return Box::pin(ready(Ok(())));
        }
        self.tries.lock().unwrap().push(self.clock.elapsed().as_secs());
        Box::pin(ready(Err(self.failure)))
    }
}

type Seen = (Arc<Mutex<Vec<u64>>>, Arc<Mutex<Vec<Delivery>>>);

fn fail(world: &World, failure: DeliveryFailure) -> Seen {
    let (tries, taken) = (Arc::default(), Arc::default());
    let seen: Seen = (Arc::clone(&tries), Arc::clone(&taken));
    world.services.sns.deliver_through(Arc::new(Failing { clock: world.clock, failure, only: QUEUE, tries, taken }));
    seen
}

#[tokio::test(start_paused = true)]
async fn a_failure_of_the_server_is_retried_in_the_phases_of_the_guide() {
    let world = subscribed(&[], |_| {});
    let (tries, _) = fail(&world, DeliveryFailure::Server);
    publish(&world, Publication::new("a"));
    pass(200).await;
    let tries = tries.lock().unwrap().clone();
    assert_eq!(tries[..6], [1, 1, 1, 1, 2, 3], "one and three at once, two a second apart");
    assert!(tries[15..].windows(2).all(|pair| pair[1] - pair[0] == 20), "then every 20 seconds: {tries:?}");
    assert_eq!(world.services.sns.dropped(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_failure_of_the_client_is_not_retried() {
    let world = subscribed(&[], |_| {});
    let (tries, _) = fail(&world, DeliveryFailure::Client);
    publish(&world, Publication::new("a"));
    pass(100).await;
    assert_eq!(tries.lock().unwrap().len(), 1);
    assert_eq!(world.services.sns.dropped(), 1);
}

/// test_redrive_policy_sqs_queue_subscription
#[tokio::test(start_paused = true)]
async fn the_dead_letter_queue_gets_what_the_subscriber_would_have_got() {
    let policy = format!(r#"{{"deadLetterTargetArn":"{DEAD}"}}"#);
    let world = subscribed(&[("RedrivePolicy", &policy)], |_| {});
    let (_, taken) = fail(&world, DeliveryFailure::Client);
    publish(&world, Publication::new("a"));
    pass(2).await;
    let taken = taken.lock().unwrap();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].endpoint, DEAD);
    assert!(taken[0].content.body.starts_with(r#"{"Type":"Notification""#));
    assert_eq!(world.services.sns.dropped(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_queue_is_the_clients_fault() {
    let world = subscribed(&[], |_| {});
    world.services.sqs.delete_queue("q").unwrap();
    publish(&world, Publication::new("a"));
    pass(2).await;
    assert_eq!(world.services.sns.dropped(), 1);
}
