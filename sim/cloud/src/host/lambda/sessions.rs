//! Who calls over a real port: environments, by the token of their credentials.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, Weak};

use super::process::Process;

/// The environments that can call.
#[derive(Debug, Default)]
pub(super) struct Sessions(Mutex<BTreeMap<String, Weak<Process>>>);

/// An environment's credentials are good while this lives.
#[derive(Debug)]
pub(super) struct Session {
    sessions: Arc<Sessions>,
    token: String,
}

impl Sessions {
    pub fn open(self: &Arc<Self>, process: &Arc<Process>) -> Session {
        let token = process.session_token.clone();
        self.0.lock().expect("no holder panics").insert(token.clone(), Arc::downgrade(process));
        Session { sessions: self.clone(), token }
    }

    pub fn process_of(&self, token: &str) -> Option<Arc<Process>> {
        self.0.lock().expect("no holder panics").get(token)?.upgrade()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.sessions.0.lock().expect("no holder panics").remove(&self.token);
    }
}
