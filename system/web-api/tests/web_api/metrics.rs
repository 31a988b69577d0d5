//! `GET /api/metrics`.

use std::time::Duration;

use rez_core::testing::Reply as Answer;
use serde_json::{Value, json};

use crate::exchange::Ask;
use crate::world::World;

async fn metrics(world: &World) -> Value {
    let reply = world.send(Ask::new("GET /api/metrics").by("user-1", "viewer")).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.body
}

/// What message-processor counts.
fn count(world: &World, day: &str, slot: &str, counters: &[(&str, u32)]) {
    let mut item = json!({"day": {"S": format!("dev#{day}")}, "slot": {"S": slot}});
    counters.iter().for_each(|(name, value)| item[name] = json!({"N": value.to_string()}));
    world.servers().tables.put("counters", &item);
}

#[tokio::test(start_paused = true)]
async fn the_last_24_hours_are_summed() {
    let world = World::new().await;
    world.create("t").await;
    count(&world, "2026-11-22", "12#0", &[("completed", 1_000)]);
    count(&world, "2026-11-22", "13#0", &[("completed", 90), ("latency_le_500", 90)]);
    count(&world, "2026-11-23", "00#0", &[("completed", 8), ("latency_le_1000", 8)]);
    count(&world, "2026-11-23", "00#7", &[("failed", 2), ("completed", 2), ("latency_le_5000", 2), ("redriven", 1)]);
    let body = metrics(&world).await;
    assert_eq!(body["counts"], json!({"created": 1, "completed": 100, "failed": 2, "cancelled": 0, "redriven": 1}));
    assert_eq!(body["latency_ms"], json!({"p50": 500, "p95": 1_000, "p99": 5_000}));
    assert!((body["success_rate"].as_f64().expect("a rate") - 100.0 / 102.0).abs() < 1e-9);
    assert_eq!(body["breaker"], "closed");
    let hours = body["hours"].as_array().expect("hours");
    assert_eq!((hours.len(), &hours[0]["hour"]), (24, &json!("2026-11-22T13:00:00.000Z")));
    assert_eq!((&hours[0]["completed"], &hours[23]["created"]), (&json!(90), &json!(1)));
}

/// A destination may be out of reach for a night or a weekend.
#[tokio::test(start_paused = true)]
async fn what_waited_for_days_has_a_bound_too() {
    let world = World::new().await;
    let slow = [("latency_le_28800000", 2), ("latency_le_86400000", 1), ("latency_le_259200000", 1)];
    count(&world, "2026-11-23", "00#0", &slow);
    assert_eq!(metrics(&world).await["latency_ms"], json!({"p50": 28_800_000, "p95": 259_200_000, "p99": 259_200_000}));
    count(&world, "2026-11-23", "12#0", &[("latency_slower", 100)]);
    tokio::time::advance(Duration::from_secs(60)).await;
    assert_eq!(metrics(&world).await["latency_ms"]["p50"], 259_200_000, "the largest bound, as the contract says");
}

#[tokio::test(start_paused = true)]
async fn of_nothing_there_are_no_rates() {
    let body = metrics(&World::new().await).await;
    assert_eq!(body["success_rate"], Value::Null);
    assert_eq!(body["latency_ms"], json!({"p50": null, "p95": null, "p99": null}));
}

#[tokio::test(start_paused = true)]
async fn a_later_look_knows_the_hours_that_are_over_and_sees_what_is_new() {
    let world = World::new().await;
    count(&world, "2026-11-23", "10#0", &[("completed", 5)]);
    metrics(&world).await;
    tokio::time::advance(Duration::from_secs(3600)).await;
    count(&world, "2026-11-23", "13#0", &[("completed", 7)]);
    assert_eq!(metrics(&world).await["counts"]["completed"], 12);
    tokio::time::advance(Duration::from_secs(21 * 3600)).await;
    assert_eq!(metrics(&world).await["counts"]["completed"], 7, "an hour has left the window");
    let queries = world.calls().iter().filter(|operation| *operation == "Query").count();
    assert_eq!(queries, 2 + 1 + 2, "of two days, of one, and of two");
}

#[tokio::test(start_paused = true)]
async fn when_the_counters_cannot_be_read_the_last_answer_is_stale() {
    let world = World::new().await;
    world.fail("Query", Answer::Hang);
    let reply = world.send(Ask::new("GET /api/metrics").by("user-1", "viewer")).await;
    assert_eq!((reply.status, reply.code()), (503, "database_unavailable"), "there is no last answer");
    world.heal();
    let good = metrics(&world).await;
    world.fail("dynamodb", Answer::Reset);
    let stale = metrics(&world).await;
    assert_eq!((&stale["stale"], &stale["as_of"]), (&json!(true), &good["as_of"]));
    world.heal();
    assert_eq!(metrics(&world).await["stale"], false);
}

#[tokio::test(start_paused = true)]
async fn the_breaker_is_told() {
    let world = World::new().await;
    let gate = json!({"config_key": {"S": "gate#ntfy"}, "version": {"N": "3"}, "breaker": {"S": "open"},
        "open_until": {"N": "1795435230000"}, "recent_probe_ids": {"L": []}, "tat_ms": {"N": "0"},
        "queue_ms": {"N": "0"}, "limited_until": {"N": "0"}});
    world.servers().tables.put("config", &gate);
    assert_eq!(metrics(&world).await["breaker"], "open");
}
