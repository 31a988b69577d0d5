//! Feature flags: two are real, and both let messages wait instead of losing them.

use rez_cloud::faults::FaultKind;
use rez_core::message::Status;
use serde_json::{Value, json};

use crate::support::{Setup, World, minutes, seconds};

fn flags(flags: Value) -> Value {
    let mut item = json!({ "config_key": { "S": "flags" } });
    item.as_object_mut().unwrap().extend(flags.as_object().unwrap().clone());
    item
}

/// What is off is on again within the five minutes for which an environment keeps the flags, and what it waited for.
async fn check(off: Value, on: Value) {
    let world = World::ideal();
    world.configure(&flags(off)).await;
    let ids = world.create_many("m", 3).await;
    world.pass(minutes(20)).await;
    assert_eq!(world.count(&ids, Status::Created).await, 3);
    assert!(world.ntfy.tries().is_empty());
    assert!(world.dead_letters().await.is_empty());

    world.configure(&flags(on)).await;
    world.pass(minutes(25)).await;
    assert_eq!(world.count(&ids, Status::Completed).await, 3);
    for id in ids {
        let life = world.record.life(&id.to_string());
        let asked = life.iter().filter(|status| *status == "processing").count();
        assert!(asked <= 6, "asking again every five minutes is enough: {life:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn deliveries_can_be_paused() {
    check(json!({ "pause_deliveries": { "BOOL": true } }), json!({ "pause_deliveries": { "BOOL": false } })).await;
}

#[tokio::test(start_paused = true)]
async fn a_channel_can_be_switched_off() {
    let switch = |on: bool| json!({ "channels": { "M": { "ntfy": { "BOOL": on } } } });
    check(switch(false), switch(true)).await;
}

#[tokio::test(start_paused = true)]
async fn a_switch_of_another_channel_is_none_of_ours() {
    let world = World::ideal();
    world.configure(&flags(json!({ "channels": { "M": { "pigeons": { "BOOL": false } } } }))).await;
    let id = world.create("m").await;
    world.pass(seconds(10)).await;
    assert_eq!(world.status(id).await, Status::Completed);
}

/// Regression: somebody's pause was taken for none, in every new environment.
#[tokio::test(start_paused = true)]
async fn a_pause_that_is_mistyped_pauses_and_is_told_as_our_own_fault() {
    let paused = |value: Value| json!({ "pause_deliveries": value });
    check(paused(json!({ "S": "true" })), paused(json!({ "BOOL": false }))).await;

    let world = World::ideal();
    world.configure(&flags(paused(json!({ "S": "true" })))).await;
    world.create("m").await;
    world.pass(seconds(10)).await;
    let logged = world.record.logged("flag_wrong");
    assert!(logged.iter().all(|line| line["level"] == "ERROR" && line["category"] == "system"), "{logged:?}");
    assert!(!logged.is_empty());
}

/// Regression: a missing permission was taken for a table out of reach, and nobody was told.
#[tokio::test(start_paused = true)]
async fn flags_that_are_refused_stop_nothing_and_are_told_as_our_own_fault() {
    let denied = FaultKind::Refuse { status: 400, code: "AccessDeniedException".to_owned() };
    let world = Setup::new().fault(denied, "dynamodb.GetItem:ConfigTable", seconds(0)..minutes(60)).begin();
    let id = world.create("m").await;
    world.pass(minutes(1)).await;
    assert_eq!(world.status(id).await, Status::Completed);
    let logged = world.record.logged("flags_refused");
    assert!(logged.iter().all(|line| line["level"] == "ERROR" && line["category"] == "system"), "{logged:?}");
    assert!(!logged.is_empty());
}
