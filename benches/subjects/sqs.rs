//! A message's life in the embedded SQS.

use std::time::Duration;

use criterion::Criterion;
use rez_cloud::history::Cause;
use rez_cloud::services::sqs::Outgoing;

const QUEUE: &str = "  Orders: { Type: AWS::SQS::Queue, Properties: { QueueName: orders } }\n";

pub fn bench(criterion: &mut Criterion) {
    let runtime = super::runtime();
    let cloud = runtime.block_on(async { super::cloud(QUEUE) });
    let sqs = &cloud.services().sqs;
    criterion.bench_function("sqs/send, receive, delete", |bencher| {
        bencher.iter(|| {
            runtime.block_on(async {
                sqs.send("orders", Outgoing::new("two of them"), Cause::Outside).expect("the queue is there");
                for received in sqs.receive("orders", 10, Duration::ZERO).await.expect("the queue is there") {
                    sqs.delete("orders", &received.receipt_handle).expect("the handle is good");
                }
            });
        });
    });
}
