//! The decision before every try.

use std::hint::black_box;

use criterion::Criterion;
use rez_core::clock::Moment;
use rez_core::gate::{Settings, State, decide};

pub fn bench(criterion: &mut Criterion) {
    let (settings, state) = (Settings::default(), State::default());
    let now = Moment::parse("2026-11-10T15:51:46Z").expect("a date");
    criterion.bench_function("gate/decide", |bencher| {
        bencher.iter(|| decide(black_box(&settings), black_box(&state), now, "a try"));
    });
}
