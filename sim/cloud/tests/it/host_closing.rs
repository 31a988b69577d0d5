//! The end of a world that others depend on: what was begun is ended, and what was not stays where it is.

use std::time::Duration;

use rez_cloud::Cloud;
use rez_cloud::history::Cause;
use rez_cloud::program::FunctionError;
use rez_cloud::services::sqs::{Counts, Outgoing};

use crate::support::{Invoked, MINUTE, Recorder, SECOND, cloud, function, ok, pass};

const WORKER: &str = "
  Work: { Type: AWS::SQS::Queue, Properties: { QueueName: work, VisibilityTimeout: 60 } }
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: worker
      Runtime: provided.al2023
      Timeout: 30
      MemorySize: 128
      Events:
        Work: { Type: SQS, Properties: { Queue: !GetAtt Work.Arn } }
        Hourly: { Type: Schedule, Properties: { Name: hourly, Schedule: rate(1 hour) } }
";
/// How long the worker takes.
const WORK: Duration = Duration::from_secs(10);

async fn slowly(invoked: Invoked) -> Result<bytes::Bytes, FunctionError> {
    pass(WORK).await;
    ok(invoked).await
}

fn started() -> (Cloud, Recorder) {
    let recorder = Recorder::default();
    let builder = cloud(WORKER).subscribe(recorder.subscriber());
    let cloud = builder.function("Worker", function(slowly)).build().unwrap();
    cloud.start();
    (cloud, recorder)
}

fn send(cloud: &Cloud, body: &str) {
    cloud.services().sqs.send("work", Outgoing::new(body), Cause::Outside).unwrap();
}

fn counts(cloud: &Cloud) -> Counts {
    cloud.services().sqs.counts("work").unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_batch_under_way_is_settled_and_what_comes_later_stays_in_the_queue() {
    let (cloud, recorder) = started();
    send(&cloud, "under way");
    recorder.until("Invocation", &["Started"]).await;
    let later = async {
        pass(SECOND).await;
        send(&cloud, "later");
    };
    let began = tokio::time::Instant::now();
    tokio::join!(cloud.drain(), later);
    assert!((SECOND..2 * WORK).contains(&began.elapsed()), "{:?}", began.elapsed());
    let Counts { visible, in_flight, .. } = counts(&cloud);
    assert_eq!((visible, in_flight), (1, 0), "one was deleted, one was never received");
    pass(10 * MINUTE).await;
    assert_eq!(recorder.count("Invocation", &["Started"]), 1);
}

#[tokio::test(start_paused = true)]
async fn an_idle_world_closes_at_once() {
    let (cloud, _) = started();
    pass(65 * SECOND).await;
    let began = tokio::time::Instant::now();
    cloud.drain().await;
    assert_eq!(began.elapsed(), Duration::ZERO, "no poll holds it up");
}

#[tokio::test(start_paused = true)]
async fn a_closed_world_fires_no_schedule() {
    let (cloud, recorder) = started();
    cloud.drain().await;
    pass(180 * MINUTE).await;
    assert_eq!(recorder.count("Schedule", &[]), 0);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_nobody_waits_for_is_worked_off() {
    let (cloud, recorder) = started();
    cloud.invoke_async("Worker", "{}").unwrap();
    cloud.drain().await;
    assert_eq!(recorder.count("Invocation", &["Started"]), 1);
    assert_eq!(recorder.count("Invocation", &["Ended"]), 1);
}

#[tokio::test(start_paused = true)]
async fn no_retry_holds_it_up() {
    let fails = |_: Invoked| async { Err(FunctionError { error_type: "No".to_owned(), message: "never".to_owned() }) };
    let cloud = cloud(WORKER).function("Worker", function(fails)).build().unwrap();
    cloud.start();
    cloud.invoke_async("Worker", "{}").unwrap();
    pass(10 * SECOND).await;
    let began = tokio::time::Instant::now();
    cloud.drain().await;
    assert_eq!(began.elapsed(), Duration::ZERO);
}
