//! What identifies a run: SHA-256 over its facts in a canonical form. Two runs with equal hashes saw the same things
//! happen at the same times.
//!
//! Each fact is written as a tag and its fields; a text goes with its length, so that no two facts look alike. Objects
//! are written with their keys in order, because the store keeps its items in maps that have none.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rez_cloud::history::{
    ApiRequest, Cause, EnvironmentEvent, Fact, InvocationEvent, Outcome, QueueEvent, Request, RequestEnd, Subscriber,
};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Bytes gathered before they are hashed: one call for many facts.
const BATCH_BYTES: usize = 64 * 1024;

#[derive(Default)]
pub struct HistoryHash {
    hasher: Sha256,
    pending: Canonical,
}

impl HistoryHash {
    /// The hash of everything so far, in hexadecimal.
    pub fn finish(&self) -> String {
        let digest = self.hasher.clone().chain_update(&self.pending.0).finalize();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Subscriber for HistoryHash {
    fn observe(&mut self, at: SystemTime, fact: &Fact<'_>) {
        self.pending.time(at);
        self.pending.fact(fact);
        if self.pending.0.len() >= BATCH_BYTES {
            self.hasher.update(&self.pending.0);
            self.pending.0.clear();
        }
    }
}

/// Facts in canonical form.
#[derive(Default)]
struct Canonical(Vec<u8>);

impl Canonical {
    fn tag(&mut self, tag: u8) -> &mut Self {
        self.0.push(tag);
        self
    }

    fn number(&mut self, number: u64) -> &mut Self {
        self.0.extend_from_slice(&number.to_le_bytes());
        self
    }

    fn flag(&mut self, flag: bool) -> &mut Self {
        self.tag(u8::from(flag))
    }

    fn text(&mut self, text: &str) -> &mut Self {
        self.number(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
        self
    }

    /// In nanoseconds: what comes before 1970 does not occur, and what comes after 2500 neither.
    fn time(&mut self, at: SystemTime) -> &mut Self {
        self.number(at.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() as u64)
    }

    fn value(&mut self, value: &Value) -> &mut Self {
        match value {
            Value::Null => self.tag(0),
            Value::Bool(flag) => self.tag(1).flag(*flag),
            Value::Number(number) => self.tag(2).text(&number.to_string()),
            Value::String(text) => self.tag(3).text(text),
            Value::Array(items) => {
                self.tag(4).number(items.len() as u64);
                items.iter().fold(self, |canonical, item| canonical.value(item))
            }
            Value::Object(fields) => {
                let mut fields: Vec<_> = fields.iter().collect();
                fields.sort_unstable_by_key(|(name, _)| *name);
                self.tag(5).number(fields.len() as u64);
                fields.into_iter().fold(self, |canonical, (name, value)| canonical.text(name).value(value))
            }
        }
    }

    fn image(&mut self, image: Option<&Value>) -> &mut Self {
        match image {
            None => self.tag(0),
            Some(image) => self.tag(1).value(image),
        }
    }

    fn cause(&mut self, cause: Cause<'_>) -> &mut Self {
        match cause {
            Cause::Function { name, environment, request_id } => {
                self.tag(0).text(name).number(environment).text(request_id)
            }
            Cause::Cloud => self.tag(1),
            Cause::Outside => self.tag(2),
        }
    }

    fn fact(&mut self, fact: &Fact<'_>) -> &mut Self {
        match fact {
            Fact::Request(request) => self.tag(0).request(request),
            Fact::Item { table, key, before, after, cause } => {
                self.tag(1).text(table).value(key).image(*before).image(*after).cause(*cause)
            }
            Fact::Queue { queue, message_id, event } => self.tag(2).text(queue).text(message_id).queue_event(*event),
            Fact::Published { topic, message_id, body, by } => {
                self.tag(3).text(topic).text(message_id).text(body).cause(*by)
            }
            Fact::Invocation { function, environment, request_id, event } => {
                self.tag(4).text(function).number(*environment).text(request_id).invocation_event(*event)
            }
            Fact::Environment { function, environment, event } => {
                self.tag(5).text(function).number(*environment).environment_event(*event)
            }
            Fact::Log { function, environment, line } => self.tag(6).text(function).number(*environment).text(line),
            Fact::Schedule { rule, slot, duplicate } => self.tag(7).text(rule).time(*slot).flag(*duplicate),
            Fact::Fault { rule, kind, target } => self.tag(8).number(*rule as u64).text(kind).text(target),
            Fact::OnBehalf { service, operation, resource, count } => {
                self.tag(9).text(service).text(operation).text(resource).number(*count)
            }
            Fact::NotModelled { what, by } => self.tag(10).text(what).cause(*by),
            Fact::Undelivered { topic, endpoint } => self.tag(11).text(topic).text(endpoint),
            Fact::Alarm { name, from, to, reason } => {
                self.tag(12).text(name).tag(*from as u8).tag(*to as u8).text(reason)
            }
            Fact::ApiRequest(request) => self.tag(13).api_request(request),
            Fact::AccessLog { api_id, log_group, line } => self.tag(14).text(api_id).text(log_group).text(line),
        }
    }

    fn api_request(&mut self, request: &ApiRequest<'_>) -> &mut Self {
        self.text(request.api_id).text(request.stage).text(request.route).text(request.request_id);
        self.number(request.status.into()).duration(request.latency);
        self.optional(request.authorizer_latency).optional(request.integration_latency);
        self.text(request.error).number(request.request_bytes as u64).number(request.response_bytes as u64)
    }

    fn duration(&mut self, duration: Duration) -> &mut Self {
        self.number(duration.as_nanos() as u64)
    }

    fn optional(&mut self, duration: Option<Duration>) -> &mut Self {
        match duration {
            None => self.tag(0),
            Some(duration) => self.tag(1).duration(duration),
        }
    }

    fn request(&mut self, request: &Request<'_>) -> &mut Self {
        self.cause(request.cause).text(request.service).text(request.operation).text(request.resource);
        self.time(request.sent).number(request.took.as_nanos() as u64);
        match request.end {
            RequestEnd::Answered { status, code } => self.tag(0).number(status.into()).text(code),
            RequestEnd::RequestLost => self.tag(1),
            RequestEnd::ResponseLost => self.tag(2),
            RequestEnd::Reset { acted } => self.tag(3).flag(acted),
        }
    }

    fn queue_event(&mut self, event: QueueEvent<'_>) -> &mut Self {
        match event {
            QueueEvent::Sent { body, batch_bytes_before, by } => {
                self.tag(0).text(body).number(batch_bytes_before as u64).cause(by)
            }
            QueueEvent::Received { receive_count, duplicate } => {
                self.tag(1).number(receive_count.into()).flag(duplicate)
            }
            QueueEvent::Deleted => self.tag(2),
            QueueEvent::Moved { to, receive_count } => self.tag(3).text(to).number(receive_count.into()),
            QueueEvent::Expired => self.tag(4),
        }
    }

    fn invocation_event(&mut self, event: InvocationEvent<'_>) -> &mut Self {
        match event {
            InvocationEvent::Started { cold } => self.tag(0).flag(cold),
            InvocationEvent::Ended { outcome, took, memory_mb } => {
                self.tag(1).outcome(outcome).number(took.as_nanos() as u64).number(memory_mb.into())
            }
            InvocationEvent::Throttled { reason } => self.tag(2).text(reason),
            InvocationEvent::Discarded { condition } => self.tag(3).text(condition),
        }
    }

    fn outcome(&mut self, outcome: Outcome<'_>) -> &mut Self {
        match outcome {
            Outcome::Success => self.tag(0),
            Outcome::Error { error_type } => self.tag(1).text(error_type),
            Outcome::TimedOut => self.tag(2),
            Outcome::Crashed => self.tag(3),
        }
    }

    fn environment_event(&mut self, event: EnvironmentEvent) -> &mut Self {
        match event {
            EnvironmentEvent::Created { init } => self.tag(0).number(init.as_nanos() as u64),
            EnvironmentEvent::Reclaimed => self.tag(1),
            EnvironmentEvent::Crashed => self.tag(2),
            EnvironmentEvent::InitFailed => self.tag(3),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn hash(facts: &[(u64, Fact<'_>)]) -> String {
        let mut hash = HistoryHash::default();
        for (milliseconds, fact) in facts {
            hash.observe(UNIX_EPOCH + Duration::from_millis(*milliseconds), fact);
        }
        hash.finish()
    }

    fn log<'a>(function: &'a str, line: &'a str) -> Fact<'a> {
        Fact::Log { function, environment: 1, line }
    }

    #[test]
    fn the_empty_history_is_the_hash_of_nothing() {
        assert_eq!(hash(&[]), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    #[test]
    fn time_order_and_content_all_matter() {
        let histories = [
            hash(&[(1, log("a", "x")), (2, log("a", "y"))]),
            hash(&[(1, log("a", "x")), (3, log("a", "y"))]),
            hash(&[(1, log("a", "y")), (2, log("a", "x"))]),
            hash(&[(1, log("ax", "")), (2, log("a", "y"))]),
            hash(&[(1, log("a", "x"))]),
        ];
        for (index, history) in histories.iter().enumerate() {
            assert!(!histories[..index].contains(history), "history {index} looks like an earlier one");
        }
    }

    #[test]
    fn the_order_of_keys_does_not_matter() {
        let mut there = serde_json::Map::new();
        there.insert("a".into(), json!(1));
        there.insert("b".into(), json!([true, null, "x"]));
        let mut back = serde_json::Map::new();
        back.insert("b".into(), json!([true, null, "x"]));
        back.insert("a".into(), json!(1));
        let of = |fields| {
            let mut canonical = Canonical::default();
            canonical.value(&Value::Object(fields));
            canonical.0
        };
        assert_eq!(of(there), of(back));
    }

    #[test]
    fn batches_do_not_show() {
        let line = "x".repeat(BATCH_BYTES / 3);
        let facts: Vec<_> = (0..10).map(|at| (at, log("a", &line))).collect();
        let mut whole = Canonical::default();
        for (at, fact) in &facts {
            whole.time(UNIX_EPOCH + Duration::from_millis(*at)).fact(fact);
        }
        let digest: String = Sha256::digest(&whole.0).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hash(&facts), digest);
    }
}
