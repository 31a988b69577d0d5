//! The writes around a delivery: the claim, and the settlement with its counter in one transaction.

use criterion::{BatchSize, Criterion};
use rez_core::message::Receipt;
use rez_core::store::{Claim, Fenced, Settlement};

use super::system::System;

pub fn bench(criterion: &mut Criterion) {
    let system = System::at_rest();
    let store = &system.creator.store;
    criterion.bench_function("claim/claim, settle", |bencher| {
        bencher.iter_batched(
            || system.stored_message(),
            |message| {
                system.runtime.block_on(async {
                    let Ok(Claim::Claimed(claimed)) = store.claim(message.id).await else { panic!("it waits") };
                    let lease = claimed.lease.clone().expect("what is claimed has a lease");
                    let delivered = Receipt { delivered: claimed.updated, notification_id: Some("n".to_owned()) };
                    let settled = store.settle(&claimed, &lease, &Settlement::Completed(delivered)).await;
                    assert_eq!(settled, Ok(Fenced::Done));
                });
            },
            BatchSize::SmallInput,
        );
    });
}
