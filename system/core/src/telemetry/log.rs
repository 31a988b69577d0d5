//! Log lines: one flat JSON object each, with the fields of the spans around the event, outermost first.

use std::fmt::{Debug, Write};

use aws_smithy_async::time::SharedTimeSource;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id};
use tracing::{Event, Level, Metadata, Span, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use crate::clock::Clock;
use crate::message::MessageId;

/// Crates heard from `INFO` on, beside those whose names begin with `rez`; others are heard from `WARN` on.
const OURS: [&str; 5] = ["scheduler", "message_processor", "notification_service", "web_api", "jwt_authorizer"];

/// A layer that hands each line, without its newline, to `sink`.
pub fn layer<W: Fn(&str) + 'static>(sink: W, time: SharedTimeSource) -> JsonLines<W> {
    JsonLines { sink, clock: Clock::new(time) }
}

/// The span of what is done about one message.
pub fn message_span(message_id: &MessageId, correlation_id: &str) -> Span {
    tracing::info_span!("message", %message_id, correlation_id)
}

/// Writes log lines. Made by [`layer`].
#[derive(Debug)]
pub struct JsonLines<W> {
    sink: W,
    clock: Clock,
}

/// A span's fields as they will stand in a line: `,"name":value` for each.
struct Rendered(String);

impl<W: Fn(&str) + 'static, S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for JsonLines<W> {
    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::INFO)
    }

    fn enabled(&self, metadata: &Metadata<'_>, _context: Context<'_, S>) -> bool {
        let name = metadata.target().split("::").next().unwrap_or_default();
        let ours = name.starts_with("rez") || OURS.contains(&name);
        *metadata.level() <= if ours { Level::INFO } else { Level::WARN }
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let span = context.span(id).expect("a new span is in the registry");
        span.extensions_mut().insert(Rendered(fields.rest));
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut line = format!(
            r#"{{"timestamp":"{}","level":"{}","message":{}"#,
            self.clock.now(),
            event.metadata().level(),
            quoted(&fields.message)
        );
        for span in context.event_scope(event).into_iter().flat_map(|scope| scope.from_root()) {
            if let Some(Rendered(fields)) = span.extensions().get() {
                line.push_str(fields);
            }
        }
        line.push_str(&fields.rest);
        line.push('}');
        (self.sink)(&line);
    }
}

#[derive(Default)]
struct Fields {
    message: String,
    rest: String,
}

impl Fields {
    fn push(&mut self, field: &Field, value: impl std::fmt::Display) {
        write!(self.rest, r#","{}":{value}"#, field.name()).expect("writing to a string succeeds");
    }
}

impl Visit for Fields {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.push(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.push(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        // JSON has no infinities.
        if value.is_finite() { self.push(field, value) } else { self.push(field, "null") }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.push(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => value.clone_into(&mut self.message),
            // Metrics come rendered.
            "emf" => write!(self.rest, ",{value}").expect("writing to a string succeeds"),
            _ => self.push(field, quoted(value)),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::time::{Duration, UNIX_EPOCH};

    use aws_smithy_async::time::StaticTimeSource;
    use serde_json::{Value, json};
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;
    use crate::clock::Moment;
    use crate::telemetry::metrics::{Measurements, Metric};

    fn lines(log: impl FnOnce()) -> Vec<Value> {
        let lines: Arc<Mutex<Vec<String>>> = Arc::default();
        let sink = Arc::clone(&lines);
        let time = SharedTimeSource::new(StaticTimeSource::new(UNIX_EPOCH + Duration::from_secs(1_795_435_200)));
        let layer = layer(move |line: &str| sink.lock().unwrap().push(line.to_owned()), time);
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), log);
        let lines = lines.lock().unwrap();
        lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn a_line_is_flat_and_carries_the_fields_of_its_spans() {
        let written = lines(|| {
            let _outer = tracing::info_span!("invocation", request_id = "r\"1", missing = None::<&str>).entered();
            let _inner = tracing::info_span!("message", message_id = %42).entered();
            tracing::warn!(code = "pace", wait_ms = 5, ok = false, "deferred");
        });
        let expected = json!({"timestamp": "2026-11-23T12:00:00.000Z", "level": "WARN", "message": "deferred",
            "request_id": "r\"1", "message_id": "42", "code": "pace", "wait_ms": 5, "ok": false});
        assert_eq!(written, [expected]);
    }

    #[test]
    fn metrics_are_embedded_in_their_line() {
        let written = lines(|| {
            let _span = tracing::info_span!("invocation", stage = "dev").entered();
            Measurements::new()
                .count(Metric::MessagesCreated, 1)
                .duration(Metric::EndToEndDuration, Duration::from_millis(1500))
                .by("kind", "manual")
                .log(Moment::from_epoch_ms(7), "created");
        });
        let line = &written[0];
        assert_eq!(line["stage"], "dev");
        assert_eq!(line["kind"], "manual");
        assert_eq!(line["MessagesCreated"], 1.0);
        assert_eq!(line["EndToEndDuration"], 1500.0);
        assert_eq!(line["_aws"]["Timestamp"], 7);
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(directive["Namespace"], "rez-agent");
        assert_eq!(directive["Dimensions"], json!([["stage", "kind"]]));
        assert_eq!(directive["Metrics"][1], json!({"Name": "EndToEndDuration", "Unit": "Milliseconds"}));
    }

    #[test]
    fn others_are_heard_when_something_is_wrong() {
        let written = lines(|| {
            tracing::info!(target: "aws_smithy_runtime", "chatter");
            tracing::warn!(target: "aws_smithy_runtime", "trouble");
            tracing::debug!("detail");
        });
        assert_eq!(written.len(), 1);
        assert_eq!(written[0]["message"], "trouble");
    }
}
