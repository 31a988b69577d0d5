//! One correlation id from end to end, in log lines that each read alone and tell no secret.

use std::collections::BTreeSet;

use rez::world::{NTFY_TOKEN, WEB_API_KEY};
use rez_core::create::{NewMessage, manual};
use rez_core::message::Content;

use crate::support::{Line, World, minutes, seconds};

const CORRELATION: &str = "correlation-of-this-test";
const SECRET_BODY: &str = "a body that nobody but its reader may see";

async fn deliver(world: &World) -> String {
    let content = Content { title: "title".into(), body: SECRET_BODY.into(), priority: 3, tags: vec![] };
    let correlation_id = Some(CORRELATION.to_owned());
    let new = NewMessage { created_by: "somebody".into(), content, correlation_id };
    let id = manual(&world.people, new).await.unwrap().id;
    world.pass(seconds(20)).await;
    id.to_string()
}

#[tokio::test(start_paused = true)]
async fn a_messages_whole_way_is_joined_by_one_id() {
    let world = World::ideal();
    let id = deliver(&world).await;
    let of_message: Vec<Line> =
        world.record.lines().into_iter().filter(|line| line.json()["message_id"] == id.as_str()).collect();
    let functions: BTreeSet<&str> = of_message.iter().map(|line| line.function.as_str()).collect();
    assert_eq!(functions, BTreeSet::from([world.names.notifier.as_str(), world.names.processor.as_str()]));
    for line in &of_message {
        assert_eq!(line.json()["correlation_id"], CORRELATION, "{}", line.text);
    }
    assert!(of_message.windows(2).all(|pair| pair[0].at <= pair[1].at));
    let event = &world.record.published()[0].1;
    assert!(event.contains(CORRELATION), "the event carries it: {event}");
}

#[tokio::test(start_paused = true)]
async fn every_line_reads_alone() {
    let world = World::ideal();
    deliver(&world).await;
    world.pass(minutes(2)).await;
    for line in world.record.lines() {
        let json = line.json();
        for field in ["timestamp", "level", "message", "service", "stage", "request_id", "trace_id"] {
            assert!(
                json[field].is_string(),
                "`{field}` is missing in {} of environment {}",
                line.text,
                line.environment
            );
        }
        for secret in [NTFY_TOKEN, WEB_API_KEY, SECRET_BODY] {
            assert!(!line.text.contains(secret), "{}", line.text);
        }
    }
}

/// A function's role allows each of its calls: nobody is refused.
#[tokio::test(start_paused = true)]
async fn all_calls_of_a_delivery_are_allowed() {
    let world = World::ideal();
    deliver(&world).await;
    let calls =
        world.record.calls(|call| call.function == world.names.processor || call.function == world.names.notifier);
    assert!(calls.len() >= 4, "claim, invoke, gate, settle: {calls:?}");
    for call in calls {
        assert!((200..300).contains(&call.status), "{} {} {}", call.service, call.operation, call.resource);
        assert!(call.sent > seconds(0) && call.environment > 0);
    }
}
