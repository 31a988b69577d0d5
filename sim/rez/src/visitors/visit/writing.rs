//! Writing a message, and what the writer does next: reading it, or taking it back.

use http::header::{CONTENT_TYPE, LOCATION};
use http::{Request, StatusCode};
use rez_core::message::Content;
use serde::Deserialize;
use serde_json::json;

use super::{Answer, Visitor};

impl Visitor<'_> {
    /// What was accepted can be read at once.
    pub(super) async fn write(&mut self, content: &Content) {
        let Some(id) = self.create(content).await else { return };
        let read = self.get("GET /api/messages/{id}", &format!("/api/messages/{id}")).await;
        if read.is_some_and(|read| !shows(&read, content)) {
            self.observer.lock().expect("no observer panicked").unreadable(self.clock.now(), &id);
        }
    }

    /// The id of the message, if it was accepted.
    async fn create(&mut self, content: &Content) -> Option<String> {
        self.person.written += 1;
        let key = format!("{}-{}", self.person.username, self.person.written);
        let body = json!({
            "title": content.title, "body": content.body, "priority": content.priority, "tags": content.tags,
        });
        let request = self.signed(Request::post(self.url("/api/messages")));
        let request = request.header("idempotency-key", key).header(CONTENT_TYPE, "application/json");
        let answer = self.send("POST /api/messages", request, body.to_string().into()).await?;
        let location = answer.headers().get(LOCATION).and_then(|location| location.to_str().ok());
        let id = location.and_then(|location| location.rsplit('/').next()).map(str::to_owned)?;
        if answer.status() != StatusCode::CREATED {
            return None;
        }
        self.observer.lock().expect("no observer panicked").promised(self.clock.now(), &id);
        self.person.last_seen = Some(id.clone());
        Some(id)
    }

    /// Cancels what it has just written. Mostly the system has claimed it by then.
    pub(super) async fn regret(&mut self, content: &Content) {
        if let Some(id) = self.create(content).await {
            self.cancel(&id).await;
        }
    }
}

#[derive(Deserialize)]
struct Shown {
    title: String,
    body: String,
}

/// Whether what was written is what is read. A failure of ours says nothing about that.
fn shows(answer: &Answer, content: &Content) -> bool {
    match answer.status() {
        StatusCode::OK => serde_json::from_slice::<Shown>(answer.body())
            .is_ok_and(|shown| shown.title == content.title && shown.body == content.body),
        status => status != StatusCode::NOT_FOUND,
    }
}
