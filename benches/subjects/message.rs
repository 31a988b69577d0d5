//! One message through the whole embedded system: created, published, received, claimed, accepted by ntfy, settled.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use criterion::{Criterion, Throughput};
use rez_cloud::history::{Fact, Subscriber};
use rez_core::create::manual;
use tokio::sync::Notify;
use tokio::time::timeout;

use super::system::{System, new_message};

/// Virtual time, within which a message in an ideal cloud is long settled.
const PATIENCE: Duration = Duration::from_secs(60);

/// Tells of each message that is completed.
struct Completed(Arc<Notify>);

impl Subscriber for Completed {
    fn observe(&mut self, _at: SystemTime, fact: &Fact<'_>) {
        let Fact::Item { before: Some(before), after: Some(after), .. } = fact else { return };
        let is_completed = |item: &serde_json::Value| item["status"]["S"] == "completed";
        if is_completed(after) && !is_completed(before) {
            self.0.notify_one();
        }
    }
}

pub fn bench(criterion: &mut Criterion) {
    let completed = Arc::new(Notify::new());
    let system = System::altered(|builder| builder.subscribe(Box::new(Completed(completed.clone()))));
    let mut group = criterion.benchmark_group("message");
    group.throughput(Throughput::Elements(1));
    system.runtime.block_on(async { system.cloud.start() });
    group.bench_function("created to completed", |bencher| {
        bencher.iter(|| {
            system.runtime.block_on(async {
                manual(&system.creator, new_message()).await.expect("it is created");
                timeout(PATIENCE, completed.notified()).await.expect("it is delivered");
            });
        });
    });
    group.finish();
}
