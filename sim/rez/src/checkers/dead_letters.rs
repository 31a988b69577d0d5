//! Nothing is in the dead-letter queue because of an open breaker: what lies there has a reason of its own, or its
//! receives were used up by crashes, throttling or a store that could not be reached.

use std::collections::BTreeMap;
use std::time::SystemTime;

use rez_cloud::history::{Cause, Fact, InvocationEvent, Outcome, QueueEvent, RequestEnd};
use serde_json::Value;

use super::{Checker, End, Findings, MessageImage, Names, Seen};

pub struct DeadLetters {
    names: Names,
    /// First receive of each record that is still in the queue.
    received: BTreeMap<String, SystemTime>,
    /// When the processor, or its way to AWS, was last in trouble.
    trouble: Option<SystemTime>,
    /// Error category of the messages that failed.
    failed: BTreeMap<String, String>,
    /// Copies that the processor put there, with the message they name.
    copies: Vec<Option<String>>,
    findings: Findings,
}

impl DeadLetters {
    pub fn new(names: &Names) -> Self {
        Self {
            names: names.clone(),
            received: BTreeMap::new(),
            trouble: None,
            failed: BTreeMap::new(),
            copies: Vec::new(),
            findings: Findings::default(),
        }
    }

    fn queue_event(&mut self, at: SystemTime, queue: &str, record: &str, event: &QueueEvent<'_>) {
        let source = queue == self.names.queue;
        match event {
            QueueEvent::Received { .. } if source => {
                self.received.entry(record.to_owned()).or_insert(at);
            }
            QueueEvent::Deleted | QueueEvent::Expired if source => {
                self.received.remove(record);
            }
            QueueEvent::Moved { receive_count, .. } if source => {
                let first = self.received.remove(record);
                let excused = self.trouble.is_some_and(|trouble| first.is_none_or(|first| trouble >= first));
                if !excused {
                    self.findings.add(|| {
                        format!(
                            "record `{record}` was moved after {receive_count} receives although nothing had failed"
                        )
                    });
                }
            }
            QueueEvent::Sent { body, by: Cause::Function { .. }, .. } if queue == self.names.dead_letter_queue => {
                self.copies.push(message_named_by(body));
            }
            _ => {}
        }
    }

    fn processor_in_trouble(&self, fact: &Fact<'_>) -> bool {
        match fact {
            Fact::Invocation { function, event, .. } if *function == self.names.processor => match event {
                InvocationEvent::Ended { outcome, .. } => *outcome != Outcome::Success,
                InvocationEvent::Throttled { .. } => true,
                InvocationEvent::Started { .. } | InvocationEvent::Discarded { .. } => false,
            },
            Fact::Request(request) => {
                let ours = matches!(request.cause, Cause::Function { name, .. } if name == self.names.processor);
                let refused = matches!(request.end, RequestEnd::Answered { status, code }
                    if status >= 400 && code != "ConditionalCheckFailedException");
                ours && (refused || !matches!(request.end, RequestEnd::Answered { .. }))
            }
            // Its poller's: a receive counts also when its answer is lost, and so does the next when a delete fails.
            Fact::Fault { target, .. } => target.split(['.', ':']).next() == Some("sqs"),
            _ => false,
        }
    }
}

/// The message that a record names, in an envelope or raw.
fn message_named_by(body: &str) -> Option<String> {
    let value: Value = serde_json::from_str(body).ok()?;
    if let Some(inner) = value.get("Message").and_then(Value::as_str) {
        return message_named_by(inner);
    }
    Some(value.get("message_id")?.as_str()?.to_owned())
}

impl Checker for DeadLetters {
    fn name(&self) -> &'static str {
        "no dead letters because of an open breaker"
    }

    fn observe(&mut self, at: SystemTime, seen: &Seen<'_>) {
        let Seen::Fact(fact) = seen else { return };
        if self.processor_in_trouble(fact) {
            self.trouble = Some(at);
        }
        match fact {
            Fact::Queue { queue, message_id, event } => self.queue_event(at, queue, message_id, event),
            Fact::Item { table, after: Some(after), .. } if *table == self.names.messages_table => {
                let image = MessageImage(after);
                if image.status() == "failed" {
                    let category = image.error_category().unwrap_or_default();
                    self.failed.insert(image.id().to_owned(), category.to_owned());
                }
            }
            _ => {}
        }
    }

    fn finish(&mut self, _end: &End) -> Findings {
        for message in std::mem::take(&mut self.copies).into_iter().flatten() {
            let category = self.failed.get(&message).map(String::as_str);
            if category == Some("limited") {
                self.findings
                    .add(|| format!("message `{message}` is a dead letter because of a limit or an open breaker"));
            }
        }
        std::mem::take(&mut self.findings)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::testing::{at, observe_change, queue, run};
    use super::*;
    use serde_json::json;

    fn receive_until_moved(checker: &mut DeadLetters) {
        for receive_count in 1..=3 {
            let event = QueueEvent::Received { receive_count, duplicate: false };
            queue(checker, u64::from(receive_count) * 300, "queue", "record", event);
        }
        queue(checker, 1_200, "queue", "record", QueueEvent::Moved { to: "dlq", receive_count: 3 });
    }

    #[test]
    fn a_system_that_gives_records_back_while_the_breaker_is_open_is_caught() {
        let found = run(DeadLetters::new(&Names::for_test()), receive_until_moved);
        assert_eq!(found.violations, 1);
    }

    #[test]
    fn a_record_whose_processor_crashed_has_an_excuse() {
        let found = run(DeadLetters::new(&Names::for_test()), |checker| {
            receive_until_moved_with_crash(checker);
        });
        assert_eq!(found.violations, 0);
    }

    /// Regression: an answer to the poller that is lost uses a receive up, too.
    #[test]
    fn a_record_whose_receives_were_lost_has_an_excuse() {
        let found = run(DeadLetters::new(&Names::for_test()), |checker| {
            queue(checker, 300, "queue", "record", QueueEvent::Received { receive_count: 1, duplicate: false });
            let target = "sqs.ReceiveMessage:MessagesQueue";
            checker.observe(at(600), &Seen::Fact(&Fact::Fault { rule: 0, kind: "lose_response", target }));
            queue(checker, 1_200, "queue", "record", QueueEvent::Moved { to: "dlq", receive_count: 3 });
        });
        assert_eq!(found.violations, 0);
        let found = run(DeadLetters::new(&Names::for_test()), |checker| {
            checker.observe(at(301), &Seen::Fact(&Fact::Fault { rule: 0, kind: "lose_response", target: "sns" }));
            receive_until_moved(checker);
        });
        assert_eq!(found.violations, 1, "that was another's");
    }

    fn receive_until_moved_with_crash(checker: &mut DeadLetters) {
        queue(checker, 300, "queue", "record", QueueEvent::Received { receive_count: 1, duplicate: false });
        let ended = InvocationEvent::Ended { outcome: Outcome::Crashed, took: Duration::ZERO, memory_mb: 256 };
        let crash = Fact::Invocation { function: "MessageProcessor", environment: 1, request_id: "r", event: ended };
        checker.observe(at(301), &Seen::Fact(&crash));
        queue(checker, 1_200, "queue", "record", QueueEvent::Moved { to: "dlq", receive_count: 3 });
    }

    #[test]
    fn a_message_that_failed_because_of_a_limit_must_not_be_copied_there() {
        let found = run(DeadLetters::new(&Names::for_test()), |checker| {
            let failed = json!({"message_id": {"S": "m1"}, "status": {"S": "failed"},
                "last_error": {"M": {"category": {"S": "limited"}}}});
            observe_change(checker, 1, None, Some(&failed));
            let by = Cause::Function { name: "MessageProcessor", environment: 1, request_id: "r" };
            queue(
                checker,
                2,
                "dlq",
                "copy",
                QueueEvent::Sent { body: r#"{"message_id":"m1"}"#, batch_bytes_before: 0, by },
            );
        });
        assert_eq!(found.violations, 1);
    }
}
