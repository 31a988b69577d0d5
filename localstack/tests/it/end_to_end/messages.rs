//! What people do with messages at the API.

use std::time::Duration;

use serde_json::{Value, json};

use super::browser::Browser;
use crate::support::eventually;

pub fn id(message: &Value) -> String {
    message["message_id"].as_str().expect("it has an id").to_owned()
}

impl Browser {
    /// Writes a message; it, as it is then.
    pub async fn write(&mut self, title: &str) -> Value {
        let created = self.post("/api/messages", &json!({ "title": title, "body": format!("{title}, in full") })).await;
        assert_eq!(created.status, 201, "{}", created.json());
        created.json()
    }

    /// Writes so many; their ids.
    pub async fn write_some(&mut self, count: usize) -> Vec<String> {
        let mut ids = Vec::new();
        for number in 1..=count {
            ids.push(id(&self.write(&format!("Number {number}")).await));
        }
        ids
    }

    /// A message as the API shows it.
    pub async fn message(&mut self, id: &str) -> Value {
        let answer = self.get(&format!("/api/messages/{id}")).await;
        assert_eq!(answer.status, 200, "{}", answer.json());
        answer.json()
    }

    /// Waits until the API shows it in this status.
    pub async fn until(&mut self, id: &str, status: &str, within: Duration) -> Value {
        let what = format!("message {id} is {status}");
        eventually(&what, within, async || Some(self.message(id).await).filter(|it| it["status"] == status)).await
    }

    /// Waits until the API shows all of them as completed.
    pub async fn until_completed(&mut self, ids: &[String], within: Duration) {
        for id in ids {
            self.until(id, "completed", within).await;
        }
    }

    /// The state of the circuit breaker.
    pub async fn breaker(&mut self) -> String {
        let answer = self.get("/api/metrics").await;
        assert_eq!(answer.status, 200, "{}", answer.json());
        answer.json()["breaker"].as_str().expect("it has a state").to_owned()
    }
}
