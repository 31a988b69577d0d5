//! ntfy's three kinds of 429, and hints of a proxy before it: each is waited out in its own way, and none stops more
//! than it must.

use rez::ntfy::Settings;
use rez::world::NTFY_TOKEN;
use rez_core::message::Status;

use crate::support::{Mood, Setup, Try, World, hours, minutes, seconds};

const REQUESTS: u64 = 42_901;
const DAILY_MESSAGES: u64 = 42_908;
const AUTH_FAILURES: u64 = 42_909;

fn refused(world: &World, code: u64) -> Vec<Try> {
    world.ntfy.tries().into_iter().filter(|a_try| a_try.code == code).collect()
}

/// Somebody else at our address has used the server's bucket up.
#[tokio::test(start_paused = true)]
async fn too_many_requests_are_deferred_and_no_failure() {
    let world = Setup::new().ntfy(|ntfy| ntfy.request_burst = 3).begin();
    let ids = world.create_many("m", 6).await;
    world.pass(seconds(4)).await;
    assert!(!refused(&world, REQUESTS).is_empty());
    world.pass(minutes(10)).await;
    assert_eq!(world.count(&ids, Status::Completed).await, 6);
    for id in ids {
        assert_eq!(world.message(id).await.attempts, 1, "only the attempt that delivered it counts");
    }
    assert!(world.dead_letters().await.is_empty());
    assert!(world.record.changes(|change| change.after("breaker") == "open").is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_daily_quota_is_waited_out_until_midnight() {
    let world = Setup::new().ntfy(|ntfy| ntfy.daily_messages = 2).begin();
    let ids = world.create_many("m", 5).await;
    world.pass(hours(23)).await;
    assert_eq!(world.count(&ids, Status::Completed).await, 2);
    let tries = refused(&world, DAILY_MESSAGES);
    assert!((1..=3).contains(&tries.len()), "to ask again before midnight is useless: {tries:?}");
    assert!(world.dead_letters().await.is_empty());

    world.pass_until(hours(24) + minutes(10)).await;
    // One of the next day's two is the daily message.
    assert_eq!((world.count(&ids, Status::Completed).await, world.ntfy.accepted().len()), (3, 4));
}

#[tokio::test(start_paused = true)]
async fn too_many_failed_log_ins_are_our_own_fault_and_lose_nothing() {
    let world = Setup::new().ntfy(|ntfy| ntfy.token = Some("tk_somethingelse".into())).begin();
    let ids = world.create_many("m", 40).await;
    world.pass(hours(1)).await;
    assert!(!refused(&world, AUTH_FAILURES).is_empty(), "more than 30 failures, and ntfy says so");
    assert_eq!(world.count(&ids, Status::Created).await, 40);
    assert!(world.dead_letters().await.is_empty());

    world.ntfy.becomes(Settings { token: Some(NTFY_TOKEN.to_owned()), ..Settings::default() });
    world.pass(hours(2)).await;
    assert_eq!(world.count(&ids, Status::Completed).await, 40);
    assert_eq!(world.ntfy.accepted().len(), 40, "each once");
}

/// Regression: it was believed, and nothing was ever tried again.
#[tokio::test(start_paused = true)]
async fn a_retry_after_of_centuries_is_waited_out_until_midnight() {
    let world = World::ideal();
    world.ntfy.is(Mood::Busy { status: 429, retry_after: "99999999999" });
    let id = world.create("m").await;
    world.pass(minutes(1)).await;
    assert_eq!(world.ntfy.tries().len(), 1);
    world.ntfy.is(Mood::Up);
    world.pass_until(hours(24) + minutes(10)).await;
    assert_eq!(world.status(id).await, Status::Completed);
}

/// Regression: whatever was deferred after it waited a day, too.
#[tokio::test(start_paused = true)]
async fn a_503_with_a_days_retry_after_delays_no_other_message() {
    let world = Setup::new().parameter("NtfyPaceBurst", "1").begin();
    world.ntfy.is(Mood::Busy { status: 503, retry_after: "86400" });
    let unlucky = world.create("unlucky").await;
    world.pass(seconds(10)).await;
    world.ntfy.is(Mood::Up);
    let ids = world.create_many("m", 3).await;
    world.pass(minutes(10)).await;
    assert_eq!(world.count(&ids, Status::Completed).await, 3);
    assert_eq!(world.status(unlucky).await, Status::Created);
}
