//! The dead-letter queue: when a message gets there, what it looks like there, and how it gets back.

use rez_cloud::history::Cause;
use rez_cloud::services::sqs::{MoveTaskStatus, Outgoing, Receive};
use serde_json::{Value, json};

use super::recorded::Given;
use super::{World, ideal, json as body_of, pass};

const DEAD: &str = "arn:aws:sqs:us-east-1:123456789012:dead";
const POLICY: &str = r#"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dead","maxReceiveCount":2}"#;

fn with_dead_letters() -> World {
    let world = ideal();
    world.queue("dead", &[]);
    world.queue("q", &[("RedrivePolicy", POLICY), ("VisibilityTimeout", "1")]);
    world
}

/// Receives from `q` until its messages are moved.
async fn exhaust(world: &World) {
    for _ in 0..3 {
        world.receive("q").await;
        pass(1).await;
    }
}

/// test_dead_letter_queue_max_receive_count
#[tokio::test(start_paused = true)]
async fn it_is_moved_by_the_receive_that_is_one_too_many() {
    let world = with_dead_letters();
    world.send("q", "a");
    for _ in 0..2 {
        assert_eq!(world.receive("q").await.len(), 1);
        pass(100).await;
    }
    assert_eq!(world.services.sqs.counts("dead").unwrap().visible, 0, "not by the end of the timeout");
    assert!(world.receive("q").await.is_empty());
    assert_eq!(world.services.sqs.counts("dead").unwrap().visible, 1);
    assert_eq!(world.events.all().last().unwrap(), "q moved to dead after 2");
}

#[tokio::test(start_paused = true)]
async fn the_batch_is_filled_from_the_messages_behind_it() {
    let world = with_dead_letters();
    world.send("q", "old");
    let zero = Receive::new(1, Some(0), Some(0)).unwrap();
    for _ in 0..2 {
        world.services.sqs.receive_with("q", zero).await.unwrap();
    }
    pass(1).await;
    world.send("q", "new");
    assert_eq!(world.bodies("q").await, ["new"]);
}

/// test_dead_letter_queue_message_attributes
#[tokio::test(start_paused = true)]
async fn it_keeps_id_time_and_count_and_says_where_it_came_from() {
    let world = with_dead_letters();
    let outgoing = Outgoing { trace_header: Some("Root=1-2-3".to_owned()), ..Outgoing::new("a") };
    let sent = world.services.sqs.send("q", outgoing, Cause::Outside).unwrap();
    let sent_at = world.clock.now();
    exhaust(&world).await;
    let dead = world.receive("dead").await.remove(0);
    assert_eq!(dead.message.id, sent.message_id);
    assert_eq!(dead.message.sent, sent_at);
    assert_eq!(dead.receive_count, 3);
    let attributes = dead.system_attributes();
    assert_eq!(attributes["DeadLetterQueueSourceArn"], "arn:aws:sqs:us-east-1:123456789012:q");
    assert_eq!(attributes["AWSTraceHeader"], "Root=1-2-3");
}

#[tokio::test(start_paused = true)]
async fn its_retention_goes_on_counting_from_the_first_queue() {
    let world = ideal();
    world.queue("dead", &[("MessageRetentionPeriod", "100")]);
    world.queue("q", &[("RedrivePolicy", POLICY), ("VisibilityTimeout", "30")]);
    world.send("q", "a");
    for _ in 0..3 {
        world.receive("q").await;
        pass(30).await;
    }
    assert_eq!(world.services.sqs.counts("dead").unwrap().visible, 1);
    pass(10).await;
    assert_eq!(world.services.sqs.counts("dead").unwrap().visible, 0);
    assert_eq!(world.events.count("dead expired"), 1);
}

/// test_set_empty_redrive_policy
#[tokio::test(start_paused = true)]
async fn an_empty_policy_removes_it() {
    let world = with_dead_letters();
    world.services.sqs.set_attributes("q", &super::map(&[("RedrivePolicy", "")])).unwrap();
    world.send("q", "a");
    exhaust(&world).await;
    assert_eq!(world.receive("q").await.len(), 1);
    assert!(!world.services.sqs.attributes("q").unwrap().contains_key("RedrivePolicy"));
}

/// test_move_task_workflow_with_multiple_sources_as_default_destination
#[tokio::test(start_paused = true)]
async fn a_move_task_brings_them_back_as_new_messages() {
    let world = with_dead_letters();
    let id = world.send("q", "a");
    exhaust(&world).await;
    world.services.sqs.start_move(DEAD, None, None).unwrap();
    pass(2).await;
    let back = world.receive("q").await.remove(0);
    assert_eq!((back.message.body.as_str(), back.receive_count), ("a", 1));
    assert_ne!(back.message.id, id);
    assert_eq!(back.message.dead_letter_source, None);
    let task = world.services.sqs.list_moves(DEAD, 1).unwrap().remove(0);
    assert_eq!((task.status, task.moved, task.to_move), (MoveTaskStatus::Completed, 1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_move_task_keeps_its_rate_and_can_be_cancelled() {
    let world = with_dead_letters();
    for _ in 0..10 {
        world.send("q", "a");
    }
    exhaust(&world).await;
    let handle = world.services.sqs.start_move(DEAD, None, Some(2)).unwrap();
    pass(0).await;
    tokio::time::sleep(super::SECOND * 2 + super::SECOND / 2).await;
    assert_eq!(world.services.sqs.cancel_move(&handle).unwrap(), 6);
    pass(10).await;
    assert_eq!(world.services.sqs.counts("dead").unwrap().visible, 4);
}

/// test_move_task_delete_destination_queue_while_running
#[tokio::test(start_paused = true)]
async fn a_move_task_fails_without_its_destination_and_loses_nothing() {
    let world = with_dead_letters();
    world.queue("elsewhere", &[]);
    for _ in 0..4 {
        world.send("q", "a");
    }
    exhaust(&world).await;
    world.services.sqs.start_move(DEAD, Some("arn:aws:sqs:us-east-1:123456789012:elsewhere"), Some(1)).unwrap();
    tokio::time::sleep(super::SECOND / 2).await;
    world.services.sqs.delete_queue("elsewhere").unwrap();
    pass(5).await;
    let task = world.services.sqs.list_moves(DEAD, 1).unwrap().remove(0);
    let reason = "AWS.SimpleQueueService.NonExistentQueue".to_owned();
    assert_eq!(task.status, MoveTaskStatus::Failed { reason });
    assert_eq!(world.services.sqs.counts("dead").unwrap().visible, 3);
}

/// Messages that are visible in `queue`.
fn visible(world: &World, queue: &str) -> usize {
    world.services.sqs.counts(queue).unwrap().visible
}

/// The last move task of `dead`, as ListMessageMoveTasks shows it: status, failure and number of messages moved.
async fn last_task(world: &World) -> (Value, Value, Value) {
    let source = json!({ "SourceArn": DEAD });
    let task = body_of(&world.call("AmazonSQS.ListMessageMoveTasks", source).await)["Results"][0].take();
    let field = |name: &str| task[name].clone();
    (field("Status"), field("FailureReason"), field("ApproximateNumberOfMessagesMoved"))
}

#[tokio::test(start_paused = true)]
async fn a_move_task_fails_at_a_message_that_came_from_no_queue() {
    let world = with_dead_letters();
    world.send("q", "from q");
    exhaust(&world).await;
    world.send("dead", "direct");
    world.services.sqs.start_move(DEAD, None, None).unwrap();
    pass(2).await;
    assert_eq!(last_task(&world).await, (json!("FAILED"), json!("CouldNotDetermineMessageSource"), json!(1)));
    assert_eq!(world.bodies("q").await, ["from q"]);
    assert_eq!(world.bodies("dead").await, ["direct"]);
    assert_eq!(world.events.count("dead deleted"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_move_task_with_a_destination_moves_what_came_from_no_queue() {
    let world = with_dead_letters();
    world.send("dead", "direct");
    world.services.sqs.start_move(DEAD, Some("arn:aws:sqs:us-east-1:123456789012:q"), None).unwrap();
    pass(2).await;
    assert_eq!(last_task(&world).await, (json!("COMPLETED"), Value::Null, json!(1)));
    assert_eq!(world.bodies("q").await, ["direct"]);
}

/// Regression: such a task sent each message after itself for ever.
#[tokio::test(start_paused = true)]
async fn a_move_task_does_not_lead_back_to_its_source() {
    let world = with_dead_letters();
    world.send("dead", "direct");
    let refused = world.services.sqs.start_move(DEAD, Some(DEAD), None);
    assert_eq!(refused.unwrap_err().message, "A queue cannot be both source and destination.");
    assert_eq!(world.bodies("dead").await, ["direct"]);
}

#[tokio::test(start_paused = true)]
async fn a_move_task_loses_no_message_whose_source_is_gone() {
    let world = with_dead_letters();
    world.queue("other", &[("RedrivePolicy", POLICY)]);
    world.send("q", "a");
    exhaust(&world).await;
    world.services.sqs.delete_queue("q").unwrap();
    world.services.sqs.start_move(DEAD, None, None).unwrap();
    pass(2).await;
    let reason = "AWS.SimpleQueueService.NonExistentQueue";
    assert_eq!(last_task(&world).await, (json!("FAILED"), json!(reason), json!(0)));
    assert_eq!(visible(&world, "dead"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_move_task_loses_no_message_that_its_destination_refuses() {
    let world = with_dead_letters();
    world.queue("narrow", &[("MaximumMessageSize", "1024")]);
    world.send("dead", &"a".repeat(1025));
    world.services.sqs.start_move(DEAD, Some("arn:aws:sqs:us-east-1:123456789012:narrow"), None).unwrap();
    pass(2).await;
    assert_eq!(last_task(&world).await, (json!("FAILED"), json!("InvalidParameterValue"), json!(0)));
    assert_eq!(visible(&world, "dead"), 1);
}

/// Regression: names and URLs were taken where AWS wants an ARN.
#[tokio::test(start_paused = true)]
async fn a_move_task_knows_its_queues_by_their_arns_alone() {
    let world = with_dead_letters();
    let url = "https://sqs.us-east-1.amazonaws.com/123456789012/";
    for (source, destination, wrong) in [
        ("dead".to_owned(), "arn:aws:sqs:us-east-1:123456789012:q".to_owned(), "SourceArn"),
        (format!("{url}dead"), "arn:aws:sqs:us-east-1:123456789012:q".to_owned(), "SourceArn"),
        (DEAD.to_owned(), "q".to_owned(), "DestinationArn"),
        (DEAD.to_owned(), format!("{url}q"), "DestinationArn"),
    ] {
        let request = json!({ "SourceArn": source, "DestinationArn": destination });
        let refused = Given::json(&world.call("AmazonSQS.StartMessageMoveTask", request).await);
        let expected = format!("The resource that you specified for the {wrong} parameter doesn't exist.");
        assert_eq!((refused.status, refused.message), (404, expected), "{source} to {destination}");
    }
    let listed = world.call("AmazonSQS.ListMessageMoveTasks", json!({ "SourceArn": "dead" })).await;
    assert_eq!(Given::json(&listed).code, "ResourceNotFoundException");
}

/// Regression: it was counted from when the message was sent.
#[tokio::test(start_paused = true)]
async fn the_age_in_a_dead_letter_queue_counts_from_the_move() {
    let world = with_dead_letters();
    let age = |queue: &str| world.services.sqs.oldest_age(queue).unwrap().map(|age| age.as_secs());
    world.send("q", "a");
    pass(1_000).await;
    assert_eq!((age("q"), age("dead")), (Some(1_000), None));
    exhaust(&world).await;
    pass(9).await;
    assert_eq!((age("q"), age("dead")), (None, Some(10)), "a second has passed within");
}

/// Regression: the number was brought into its range. The words are those of ListQueues, whose range is another.
#[tokio::test(start_paused = true)]
async fn at_most_ten_move_tasks_are_listed() {
    let world = with_dead_letters();
    for (max, expected) in [(-1, 400), (0, 400), (1, 200), (10, 200), (11, 400)] {
        let answer =
            world.call("AmazonSQS.ListMessageMoveTasks", json!({ "SourceArn": DEAD, "MaxResults": max })).await;
        assert_eq!(answer.status, expected, "{max}");
        if expected == 400 {
            let message =
                "Value for parameter MaxResults is invalid. Reason: MaxResults must be an integer between 1 and 10.";
            let refused = Given::json(&answer);
            assert_eq!((&*refused.code, &*refused.message), ("InvalidParameterValue", message));
        }
    }
}

/// Regression: RedriveAllowPolicy was kept and not obeyed.
#[tokio::test(start_paused = true)]
async fn a_dead_letter_queue_chooses_its_sources() {
    let by_queue = r#"{"redrivePermission":"byQueue","sourceQueueArns":["arn:aws:sqs:us-east-1:123456789012:q"]}"#;
    for (permission, q, other) in [
        ("", true, true),
        (r#"{"redrivePermission":"allowAll"}"#, true, true),
        (r#"{"redrivePermission":"denyAll"}"#, false, false),
        (by_queue, true, false),
    ] {
        let world = ideal();
        world.queue("dead", &[("RedriveAllowPolicy", permission)]);
        let create = |name: &str| world.services.sqs.create_queue(name, &super::map(&[("RedrivePolicy", POLICY)]));
        assert_eq!((create("q").is_ok(), create("other").is_ok()), (q, other), "{permission}");
        world.queue("third", &[]);
        let set = world.services.sqs.set_attributes("third", &super::map(&[("RedrivePolicy", POLICY)]));
        assert_eq!(set.is_ok(), other, "{permission}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_allows_nothing_known_is_refused() {
    let world = with_dead_letters();
    let sources = vec![DEAD; 11];
    for policy in [
        json!("allowAll"),
        json!({ "redrivePermission": "perhaps" }),
        json!({ "redrivePermission": "byQueue" }),
        json!({ "redrivePermission": "byQueue", "sourceQueueArns": [] }),
        json!({ "redrivePermission": "byQueue", "sourceQueueArns": sources }),
        json!({ "redrivePermission": "denyAll", "sourceQueueArns": [DEAD] }),
    ] {
        let set =
            world.services.sqs.set_attributes("dead", &super::map(&[("RedriveAllowPolicy", &policy.to_string())]));
        assert_eq!(set.unwrap_err().code, "InvalidParameterValue", "{policy}");
    }
}
