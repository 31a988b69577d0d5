//! A faithful ntfy server: routes, parameters, limits and error bodies of `ntfy serve`, as read from its source
//! (July 2025; the defaults are that version's). Time and randomness come from outside, so that a world can own them.
//!
//! It is a pure model: a request and a time in, an answer out. The simulator puts it on its own wire; the binary
//! `rez-ntfy` (feature `server`) on real sockets, with faults: `cargo run -p rez-ntfy -- --help`.

mod credentials;
mod error;
mod limits;
mod message;
mod parameters;
mod publish;
mod routes;
mod sequences;
#[cfg(feature = "server")]
pub mod server;
mod settings;
#[cfg(test)]
mod tests;

pub use error::NtfyError;
pub use message::{Accepted, Message};
pub use settings::Settings;

use std::collections::{BTreeMap, VecDeque};
use std::time::SystemTime;

use bytes::Bytes;
use http::{Request, Response};
use rand_pcg::Pcg64Mcg;

use limits::Visitor;
use sequences::Sequences;

/// Messages kept for reading back, over all topics. The real server keeps 12 hours; a simulated month keeps the newest.
const READ_BACK_MESSAGES_MAX: usize = 1_000;

/// The server's state.
pub struct Ntfy {
    settings: Settings,
    ids: Pcg64Mcg,
    visitors: BTreeMap<String, Visitor>,
    topics: BTreeMap<String, u64>,
    recent: VecDeque<Message>,
    sequences: Sequences,
}

impl Ntfy {
    pub fn new(settings: Settings, ids: Pcg64Mcg) -> Self {
        Self {
            settings,
            ids,
            visitors: BTreeMap::new(),
            topics: BTreeMap::new(),
            recent: VecDeque::new(),
            sequences: Sequences::default(),
        }
    }

    /// Answers one request from `address` at `now`. A publish that was accepted is told beside the answer.
    pub fn answer(
        &mut self,
        request: &Request<Bytes>,
        address: &str,
        now: SystemTime,
    ) -> (Response<Bytes>, Option<Accepted>) {
        match self.route(request, address, now) {
            Ok(routes::Answer::Accepted(accepted)) => (message::line(&accepted.message), Some(*accepted)),
            Ok(routes::Answer::Health) => (json_line("{\"healthy\":true}\n".into()), None),
            Ok(routes::Answer::ReadBack(lines)) => (json_line(lines), None),
            Err(error) => (error.response(), None),
        }
    }

    /// Keeps a message for reading back, and says whether a person sees it as a new notification.
    fn keep(&mut self, message: Message, sequence_id: Option<String>) -> Accepted {
        let seen = sequence_id.as_deref().is_some_and(|sequence| self.sequences.seen(sequence));
        let updates_in_place = seen && self.settings.sequence_ids;
        self.recent.push_back(message.clone());
        if self.recent.len() > READ_BACK_MESSAGES_MAX {
            self.recent.pop_front();
        }
        Accepted { message, sequence_id, shown_as_new: !updates_in_place }
    }
}

fn json_line(body: String) -> Response<Bytes> {
    Response::builder()
        .header("content-type", "application/json")
        .body(Bytes::from(body))
        .expect("a constant header is valid")
}
