//! What people write: short and long, urgent and not, in more than one alphabet; each with a token of its own.

use rand::RngExt;
use rez_cloud::world::Stream;
use rez_core::create::NewMessage;
use rez_core::message::{BODY_BYTES_MAX, Content};

const TITLES: [&str; 6] =
    ["Deployment finished", "Disk is almost full", "Grüße aus Köln", "本番環境の通知", "Backup done ✅", "Reminder"];
const TAGS: [&str; 5] = ["warning", "white_check_mark", "computer", "backup", "rotating_light"];
const SENTENCE: &str = " The quick brown fox jumps over the lazy dog.";
/// One in so many messages is as long as a body may be.
const LONGEST_ONE_IN: u32 = 100;

pub struct Author {
    stream: Stream,
    written: u64,
}

impl Author {
    pub fn new(stream: Stream) -> Self {
        Self { stream, written: 0 }
    }

    pub fn write(&mut self) -> NewMessage {
        self.written += 1;
        let content = Content {
            title: TITLES[self.stream.random_range(0..TITLES.len())].to_owned(),
            body: self.body(),
            priority: self.stream.random_range(1..=5),
            tags: TAGS.iter().filter(|_| self.stream.random_ratio(1, 5)).map(|tag| (*tag).to_owned()).collect(),
        };
        NewMessage { created_by: format!("person-{}", self.written % 7), content, correlation_id: None }
    }

    /// The token joins the message with its notification, whatever the system in between believes.
    fn body(&mut self) -> String {
        let mut body = format!("Message {} [{:016x}].", self.written, self.stream.random::<u64>());
        let sentences = if self.stream.random_ratio(1, LONGEST_ONE_IN) {
            BODY_BYTES_MAX / SENTENCE.len() + 1
        } else {
            self.stream.random_range(0..5)
        };
        body.push_str(&SENTENCE.repeat(sentences));
        body.truncate(BODY_BYTES_MAX);
        body
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rez_cloud::Seed;
    use rez_core::message::{Draft, Kind};

    use super::*;

    #[test]
    fn whatever_is_written_is_valid_and_never_the_same_twice() {
        let mut author = Author::new(Seed(1).stream("messages"));
        let mut bodies = BTreeSet::new();
        for _ in 0..1_000 {
            let NewMessage { created_by, content, .. } = author.write();
            assert!(bodies.insert(content.body.clone()));
            Draft { created_by, kind: Kind::Manual, content }.validate().unwrap();
        }
        assert!(bodies.iter().any(|body| body.len() == BODY_BYTES_MAX));
    }
}
