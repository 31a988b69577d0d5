//! What people do about messages that are there: cancelling one that still waits, redriving those that failed.
//!
//! Whoever steers races with the system. That the message has gone on meanwhile is told by 409, and is no failure.

use bytes::Bytes;
use http::Request;

use super::Visitor;

const DELETE: &str = "DELETE /api/messages/{id}";
const REDRIVE: &str = "POST /api/messages/{id}/redrive";

/// Nobody goes on for longer in one visit.
const REDRIVEN_AT_ONCE: usize = 10;

impl Visitor<'_> {
    /// Looks at what waits, and cancels the newest of one's own.
    pub(super) async fn cancel_own(&mut self) {
        let Some(waiting) = self.list("?status=created").await else { return };
        let own = waiting.messages.into_iter().find(|listed| listed.created_by == self.person.sub);
        if let Some(own) = own {
            self.cancel(&own.message_id).await;
        }
    }

    pub(super) async fn cancel(&mut self, id: &str) {
        let request = self.signed(Request::delete(self.url(&format!("/api/messages/{id}"))));
        self.send(DELETE, request, Bytes::new()).await;
    }

    /// Looks at what failed, and gives each of it another chance.
    pub(super) async fn redrive_failed(&mut self) {
        let Some(failed) = self.list("?status=failed").await else { return };
        for listed in failed.messages.iter().take(REDRIVEN_AT_ONCE) {
            let path = format!("/api/messages/{}/redrive", listed.message_id);
            let request = self.signed(Request::post(self.url(&path)));
            self.send(REDRIVE, request, Bytes::new()).await;
        }
    }
}
