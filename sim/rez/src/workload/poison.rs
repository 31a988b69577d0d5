//! Events that are none: malformed, incomplete, or of a version that nobody knows.

use rand::RngExt;
use rez_cloud::world::Stream;
use serde_json::json;

pub struct Poison {
    stream: Stream,
}

impl Poison {
    pub fn new(stream: Stream) -> Self {
        Self { stream }
    }

    /// A body that no reader of events accepts.
    pub fn brew(&mut self) -> String {
        let id = uuid::Builder::from_random_bytes(self.stream.random()).into_uuid();
        match self.stream.random_range(0..5) {
            0 => format!("not an event: {id}"),
            1 => format!("{{\"version\": \"1.0\", \"message_id\": \"{id}\""),
            2 => json!({"version": "1.0", "event_type": "message.created"}).to_string(),
            3 => json!({"version": "1.0", "event_type": "message.created", "message_id": 7, "stage": []}).to_string(),
            _ => future(&id.to_string()),
        }
    }
}

/// An event of another major version, about a message that does not exist.
fn future(id: &str) -> String {
    json!({
        "version": "2.0",
        "event_type": "message.created",
        "message_id": id,
        "stage": "dev",
        "created_date": "2026-11-02T00:00:00.000Z",
        "correlation_id": id,
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use rez_cloud::Seed;
    use rez_core::event;
    use rez_core::stage::Stage;

    use super::*;

    #[test]
    fn nobody_accepts_it() {
        let mut poison = Poison::new(Seed(1).stream("poison"));
        for _ in 0..200 {
            let body = poison.brew();
            assert!(event::parse(&body, Stage::Dev).is_err(), "{body}");
        }
    }
}
