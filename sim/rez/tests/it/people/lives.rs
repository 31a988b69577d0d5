//! What happened to each message, and how the API answered.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use rez::checkers::MessageImage;
use rez_cloud::history::{Fact, Subscriber};

pub type SharedLives = Arc<Mutex<Lives>>;

#[derive(Default)]
pub struct Lives {
    /// The states of each message, in the order in which it came to them.
    states: BTreeMap<String, Vec<String>>,
    /// By route and status.
    answers: BTreeMap<(String, u16), u64>,
}

impl Lives {
    /// How many messages had such a life.
    pub fn count(&self, is_such: impl Fn(&[&str]) -> bool) -> u64 {
        let is_such = |life: &&Vec<String>| is_such(&life.iter().map(String::as_str).collect::<Vec<_>>());
        self.states.values().filter(is_such).count() as u64
    }

    pub fn answers(&self, route: &str, status: u16) -> u64 {
        self.answers.get(&(route.to_owned(), status)).copied().unwrap_or_default()
    }
}

impl Subscriber for Lives {
    fn observe(&mut self, _at: SystemTime, fact: &Fact<'_>) {
        match fact {
            Fact::Item { table: "rez-agent-dev-messages", after: Some(after), .. } => {
                let image = MessageImage(after);
                let life = self.states.entry(image.id().to_owned()).or_default();
                if life.last().is_none_or(|last| last != image.status()) {
                    life.push(image.status().to_owned());
                }
            }
            Fact::ApiRequest(request) => {
                *self.answers.entry((request.route.to_owned(), request.status)).or_default() += 1;
            }
            _ => {}
        }
    }
}
