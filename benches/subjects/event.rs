//! Parsing what announces a message.

use std::hint::black_box;

use criterion::Criterion;
use rez_core::event::parse;
use rez_core::stage::Stage;

const RAW: &str = r#"{"version":"1.0","event_type":"message.created","message_id":"51bcec39-efa6-4d69-bc3b-e495fb77a9fa","stage":"dev","created_date":"2026-11-10T15:51:46.097Z","correlation_id":"8c592abf-b0e3-46af-8fb0-5616aa6086a1"}"#;

pub fn bench(criterion: &mut Criterion) {
    let escaped = RAW.replace('"', "\\\"");
    let envelope = format!(
        r#"{{"Type":"Notification","MessageId":"m","TopicArn":"t","Message":"{escaped}","Timestamp":"2026-11-10T15:51:46.120Z"}}"#
    );
    for (name, body) in [("event/raw", RAW), ("event/envelope", envelope.as_str())] {
        assert!(parse(body, Stage::Dev).is_ok(), "`{body}` is an event");
        criterion.bench_function(name, |bencher| bencher.iter(|| parse(black_box(body), Stage::Dev)));
    }
}
