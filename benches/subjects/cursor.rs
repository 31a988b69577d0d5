//! The cursor of a list: sealed with one page, opened for the next.

use std::hint::black_box;

use criterion::Criterion;
use rez::world::WEB_API_KEY;
use rez_core::clock::Moment;
use rez_core::message::{MessageId, Status};
use rez_core::stage::Stage;
use rez_core::store::{Listing, Position};
use uuid::Uuid;
use web_api::cursor;
use web_api::seal::Seal;

pub fn bench(criterion: &mut Criterion) {
    let key = Seal::parse(WEB_API_KEY).expect("a good key");
    let listing = Listing { stage: Stage::Dev, status: Some(Status::Completed), from: None, to: None };
    let created = Moment::parse("2026-11-10T15:51:46Z").expect("a date");
    let position = Position { id: MessageId(Uuid::from_u128(7)), created };
    let sealed = cursor::seal(&key, &listing, position);
    assert!(cursor::open(&key, &listing, &sealed).is_ok(), "it opens what it sealed");
    criterion.bench_function("cursor/seal", |bencher| {
        bencher.iter(|| cursor::seal(&key, black_box(&listing), black_box(position)));
    });
    criterion.bench_function("cursor/open", |bencher| {
        bencher.iter(|| cursor::open(&key, black_box(&listing), black_box(&sealed)).is_ok());
    });
}
