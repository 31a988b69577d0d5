//! What the profiles do to a queue: duplicates, disorder, short polls that miss, deletes that might not delete.

use std::collections::{BTreeMap, BTreeSet};

use rez_cloud::profile::{Knobs, Order, Profile};
use rez_cloud::services::sqs::Receive;

use super::{SECOND, ideal, pass, world};

fn knobs(change: impl FnOnce(&mut Knobs)) -> Knobs {
    let mut knobs = Profile::Ideal.knobs();
    change(&mut knobs);
    knobs
}

#[tokio::test(start_paused = true)]
async fn a_duplicate_comes_within_the_timeout_with_a_new_handle_and_the_same_id() {
    let world = world(&knobs(|knobs| knobs.sqs.duplicate = 1.0));
    world.queue("q", &[("VisibilityTimeout", "10")]);
    world.send("q", "a");
    let first = world.receive("q").await.remove(0);
    let again = world.services.sqs.receive("q", 10, 20 * SECOND).await.unwrap().remove(0);
    assert!(world.clock.elapsed() < 10 * SECOND);
    assert_eq!((&again.message.id, again.receive_count), (&first.message.id, 2));
    assert_ne!(again.receipt_handle, first.receipt_handle);
    assert_eq!(world.events.count("q duplicate 2"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_message_can_come_back() {
    let world = world(&knobs(|knobs| knobs.sqs.duplicate = 1.0));
    world.queue("q", &[("VisibilityTimeout", "10")]);
    world.send("q", "a");
    let first = world.receive("q").await.remove(0);
    world.services.sqs.delete("q", &first.receipt_handle).unwrap();
    pass(10).await;
    let again = world.receive("q").await.remove(0);
    assert_eq!(again.message.id, first.message.id);
}

#[tokio::test(start_paused = true)]
async fn a_purged_queue_stays_empty() {
    let world = world(&knobs(|knobs| knobs.sqs.duplicate = 1.0));
    world.queue("q", &[("VisibilityTimeout", "10")]);
    world.send("q", "a");
    world.receive("q").await;
    world.services.sqs.purge("q").unwrap();
    pass(20).await;
    assert!(world.receive("q").await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn duplicates_are_as_frequent_as_the_knob_says() {
    let world = world(&knobs(|knobs| knobs.sqs.duplicate = 0.1));
    world.queue("q", &[("VisibilityTimeout", "10")]);
    let mut deliveries = 0;
    for _ in 0..100 {
        (0..10).for_each(|number| drop(world.send("q", &number.to_string())));
        loop {
            let received = world.receive("q").await;
            deliveries += received.len();
            for received in &received {
                world.services.sqs.delete("q", &received.receipt_handle).unwrap();
            }
            pass(1).await;
            if received.is_empty() {
                break;
            }
        }
    }
    pass(10).await;
    let duplicates = world.events.count("q duplicate") + world.receive("q").await.len();
    assert!((60..160).contains(&duplicates), "{duplicates} of {deliveries}");
}

#[tokio::test(start_paused = true)]
async fn order_is_as_bad_as_the_profile_says() {
    let sent: Vec<String> = (0..10).map(|number| number.to_string()).collect();
    let mut orders = BTreeMap::new();
    for (name, order) in [("ideal", Order::ByTime), ("any", Order::Random)] {
        let world = world(&knobs(|knobs| knobs.sqs.order = order));
        world.queue("q", &[]);
        sent.iter().for_each(|body| drop(world.send("q", body)));
        orders.insert(name, world.bodies("q").await);
    }
    assert_eq!(orders["ideal"], sent);
    assert_ne!(orders["any"], sent);
    assert_eq!(orders["any"].iter().collect::<BTreeSet<_>>(), sent.iter().collect());
}

#[tokio::test(start_paused = true)]
async fn jitter_swaps_neighbours_only() {
    let world = world(&knobs(|knobs| knobs.sqs.order = Order::Jittered(SECOND / 20)));
    world.queue("q", &[]);
    let mut received = Vec::new();
    for number in 0..200 {
        world.send("q", &number.to_string());
        tokio::time::sleep(SECOND / 40).await;
    }
    while received.len() < 200 {
        received.extend(world.bodies("q").await.into_iter().map(|body| body.parse::<i64>().unwrap()));
    }
    let distance = |(place, &number): (usize, &i64)| (place as i64 - number).abs();
    let farthest = received.iter().enumerate().map(distance).max().unwrap();
    assert!((1..=3).contains(&farthest), "{farthest}");
}

#[tokio::test(start_paused = true)]
async fn a_short_poll_can_miss_what_a_long_poll_finds() {
    let world = world(&knobs(|knobs| knobs.sqs.short_poll_misses = true));
    world.queue("q", &[]);
    (0..10).for_each(|number| drop(world.send("q", &number.to_string())));
    let short = world.services.sqs.receive_with("q", Receive::new(10, Some(0), Some(0)).unwrap()).await.unwrap().len();
    let long = world.services.sqs.receive_with("q", Receive::new(10, Some(1), Some(0)).unwrap()).await.unwrap().len();
    assert!(short < 10 && long == 10, "{short} and {long}");
}

#[tokio::test(start_paused = true)]
async fn an_old_handle_might_not_delete() {
    for (deletes, left) in [(true, 0), (false, 1)] {
        let world = world(&knobs(|knobs| knobs.sqs.old_handle_deletes = deletes));
        world.queue("q", &[("VisibilityTimeout", "1")]);
        world.send("q", "a");
        let old = world.receive("q").await.remove(0);
        pass(1).await;
        world.receive("q").await;
        world.services.sqs.delete("q", &old.receipt_handle).unwrap();
        pass(1).await;
        assert_eq!(world.receive("q").await.len(), left);
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_gives_the_same_ids_and_order() {
    let run = async || {
        let world = world(&Profile::Adversarial.knobs());
        world.queue("q", &[]);
        (0..10).for_each(|number| drop(world.send("q", &number.to_string())));
        let received = world.services.sqs.receive("q", 10, SECOND).await.unwrap();
        received.iter().map(|received| (received.message.id.clone(), received.message.body.clone())).collect::<Vec<_>>()
    };
    assert_eq!(run().await, run().await);
    assert_ne!(ideal().send_all().await, run().await);
}

impl super::World {
    async fn send_all(&self) -> Vec<(String, String)> {
        self.queue("q", &[]);
        (0..10).map(|number| (self.send("q", &number.to_string()), number.to_string())).collect()
    }
}
