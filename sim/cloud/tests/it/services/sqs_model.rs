//! A queue against a model of a few lines that scans: whatever is done to both, they agree.

use std::time::Duration;

use proptest::prelude::*;
use rez_cloud::history::Cause;
use rez_cloud::profile::Profile;
use rez_cloud::services::sqs::{Outgoing, Receive};

use super::{SECOND, World, world};

const RECEIVES_MAX: u32 = 3;

#[derive(Clone, Debug)]
enum Step {
    Send { delay: u64 },
    Receive { max: i64, visibility: i64 },
    Delete { delivery: usize },
    ChangeVisibility { delivery: usize, seconds: i64 },
    Pass { seconds: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..4_u64).prop_map(|delay| Step::Send { delay }),
        4 => (1..5_i64, 0..6_i64).prop_map(|(max, visibility)| Step::Receive { max, visibility }),
        2 => any::<usize>().prop_map(|delivery| Step::Delete { delivery }),
        1 => (any::<usize>(), 0..6_i64).prop_map(|(delivery, seconds)| Step::ChangeVisibility { delivery, seconds }),
        3 => (0..4_u64).prop_map(|seconds| Step::Pass { seconds }),
    ]
}

/// A message as the model sees it: a row in a list.
#[derive(Debug)]
struct Row {
    body: String,
    visible: Duration,
    receives: u32,
}

#[derive(Default)]
struct Model {
    rows: Vec<Row>,
    dead: Vec<String>,
}

impl Model {
    /// Bodies and receive counts, oldest first.
    fn receive(&mut self, now: Duration, max: usize, visibility: Duration) -> Vec<(String, u32)> {
        let mut order: Vec<usize> = (0..self.rows.len()).filter(|&row| self.rows[row].visible <= now).collect();
        order.sort_by_key(|&row| self.rows[row].visible);
        let mut received = Vec::new();
        for row in order {
            let row = &mut self.rows[row];
            if received.len() == max {
                break;
            }
            if row.receives == RECEIVES_MAX {
                self.dead.push(row.body.clone());
                continue;
            }
            row.receives += 1;
            row.visible = now + visibility;
            received.push((row.body.clone(), row.receives));
        }
        self.rows.retain(|row| !self.dead.contains(&row.body));
        received
    }
}

/// A real queue beside its model, and all deliveries so far: body and handle.
struct Pair {
    world: World,
    model: Model,
    deliveries: Vec<(String, String)>,
    sent: usize,
}

impl Pair {
    fn new(profile: Profile) -> Self {
        let world = world(&profile.knobs());
        world.queue("dead", &[]);
        let policy = format!(
            r#"{{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dead","maxReceiveCount":{RECEIVES_MAX}}}"#
        );
        world.queue("q", &[("RedrivePolicy", &policy)]);
        Self { world, model: Model::default(), deliveries: Vec::new(), sent: 0 }
    }

    async fn apply(&mut self, step: &Step) {
        let sqs = &self.world.services.sqs;
        let now = self.world.clock.elapsed();
        match *step {
            Step::Send { delay } => {
                let body = self.sent.to_string();
                self.sent += 1;
                let delay = Duration::from_secs(delay);
                let outgoing = Outgoing { delay: Some(delay), ..Outgoing::new(&body) };
                sqs.send("q", outgoing, Cause::Outside).unwrap();
                self.model.rows.push(Row { body, visible: now + delay, receives: 0 });
            }
            Step::Receive { max, visibility } => {
                let receive = Receive::new(max, Some(0), Some(visibility)).unwrap();
                let received = sqs.receive_with("q", receive).await.unwrap();
                let expected = self.model.receive(now, max as usize, SECOND * visibility as u32);
                let seen: Vec<(String, u32)> =
                    received.iter().map(|one| (one.message.body.clone(), one.receive_count)).collect();
                assert_eq!(seen, expected);
                let handles = received.into_iter().map(|one| (one.message.body.clone(), one.receipt_handle));
                self.deliveries.extend(handles);
            }
            Step::Delete { delivery } => {
                let Some((body, handle)) = self.delivery(delivery) else { return };
                self.world.services.sqs.delete("q", &handle).unwrap();
                self.model.rows.retain(|row| row.body != body);
            }
            Step::ChangeVisibility { delivery, seconds } => {
                let Some((body, handle)) = self.delivery(delivery) else { return };
                let changed = self.world.services.sqs.change_visibility("q", &handle, seconds);
                let row = self.model.rows.iter_mut().find(|row| row.body == body);
                assert_eq!(changed.is_ok(), row.is_some());
                if let Some(row) = row {
                    row.visible = now + SECOND * seconds as u32;
                }
            }
            Step::Pass { seconds } => tokio::time::sleep(Duration::from_secs(seconds)).await,
        }
    }

    fn delivery(&self, index: usize) -> Option<(String, String)> {
        let count = self.deliveries.len();
        (count > 0).then(|| self.deliveries[index % count].clone())
    }

    /// What is in the two queues in the end is what the model says: nothing is lost, nothing is left over.
    async fn close(self) {
        tokio::time::sleep(Duration::from_secs(10)).await;
        let counts = self.world.services.sqs.counts("q").unwrap();
        assert_eq!(counts.visible, self.model.rows.len());
        let mut dead = Vec::new();
        loop {
            let bodies = self.world.bodies("dead").await;
            if bodies.is_empty() {
                break;
            }
            dead.extend(bodies);
        }
        assert_eq!(dead, self.model.dead);
    }
}

fn on_a_paused_clock<T>(test: impl Future<Output = T>) -> T {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_time().start_paused(true).build().unwrap().block_on(test)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_queue_does_what_its_model_does(steps in prop::collection::vec(step(), 1..60)) {
        on_a_paused_clock(async {
            let mut pair = Pair::new(Profile::Ideal);
            for step in &steps {
                pair.apply(step).await;
            }
            pair.close().await;
        });
    }

    /// Even in the worst profile a message that is hidden comes out only as a declared duplicate.
    #[test]
    fn what_is_hidden_comes_out_as_a_duplicate_only(steps in prop::collection::vec(step(), 1..60)) {
        on_a_paused_clock(async {
            let mut knobs = Profile::Adversarial.knobs();
            knobs.sqs.duplicate = 0.3;
            let world = world(&knobs);
            world.queue("q", &[]);
            let mut hidden = std::collections::BTreeMap::new();
            for step in &steps {
                match *step {
                    Step::Send { .. } => drop(world.send("q", "a")),
                    Step::Pass { seconds } => tokio::time::sleep(Duration::from_secs(seconds)).await,
                    Step::Receive { max, visibility } => {
                        let now = world.clock.now();
                        let already = world.events.count("q duplicate");
                        let receive = Receive::new(max, Some(0), Some(visibility)).unwrap();
                        let received = world.services.sqs.receive_with("q", receive).await.unwrap();
                        let early = received.iter().filter(|one| hidden.get(&one.message.id).is_some_and(|at| now < *at));
                        let (early, declared) = (early.count(), world.events.count("q duplicate") - already);
                        prop_assert!(early <= declared, "{early} came early, {declared} were declared");
                        hidden.extend(received.iter().map(|one| (one.message.id.clone(), one.visible_again)));
                    }
                    Step::Delete { .. } | Step::ChangeVisibility { .. } => {}
                }
            }
            Ok(())
        })?;
    }
}
