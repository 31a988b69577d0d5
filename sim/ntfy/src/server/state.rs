//! What the three listeners share: the model, the faults, and what arrived.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard};
use std::time::SystemTime;

use bytes::Bytes;
use http::{Request, Response};
use rand_pcg::Pcg64Mcg;
use serde::Serialize;

use super::faults::{Fault, Faults, Kind};
use crate::{Accepted, Ntfy, Settings};

/// Messages kept for `GET /received`; older ones are only counted.
const RECEIVED_MAX: usize = 100_000;

pub struct State {
    settings: Settings,
    seed: u64,
    inner: Mutex<Inner>,
}

struct Inner {
    ntfy: Ntfy,
    chance: Pcg64Mcg,
    faults: Faults,
    received: Received,
}

/// What `GET /received` says.
#[derive(Clone, Default, Serialize)]
pub struct Received {
    /// Publishes whose request came in whole, whatever became of them.
    publishes: u64,
    /// Publishes that the model accepted, whether or not their sender was told.
    accepted: u64,
    /// Notifications that a person sees as new.
    shown_as_new: u64,
    /// Publishes that met a fault, by kind.
    faults_met: BTreeMap<Kind, u64>,
    /// The newest accepted ones, oldest first.
    messages: VecDeque<Accepted>,
}

impl State {
    pub fn new(settings: Settings, seed: u64) -> Self {
        let inner = Mutex::new(Inner::new(&settings, seed));
        Self { settings, seed, inner }
    }

    /// The model's answer to one request.
    pub fn answer(&self, request: &Request<Bytes>, address: &str) -> Response<Bytes> {
        let mut inner = self.lock();
        let (response, accepted) = inner.ntfy.answer(request, address, now());
        if let Some(accepted) = accepted {
            inner.received.add(accepted);
        }
        response
    }

    /// Counts a publish, and says which fault it meets.
    pub fn meet(&self) -> Option<Fault> {
        let mut guard = self.lock();
        let inner = &mut *guard;
        inner.received.publishes += 1;
        let fault = inner.faults.meet(&mut inner.chance)?;
        *inner.received.faults_met.entry(fault.kind).or_default() += 1;
        Some(fault)
    }

    pub fn set(&self, fault: Fault) {
        self.lock().faults.set(fault);
    }

    pub fn clear(&self) {
        self.lock().faults.clear();
    }

    pub fn refusing(&self) -> bool {
        self.lock().faults.refusing()
    }

    pub fn faults(&self) -> Vec<Fault> {
        self.lock().faults.all().to_vec()
    }

    pub fn received(&self) -> Received {
        self.lock().received.clone()
    }

    /// As if it had just been started.
    pub fn reset(&self) {
        *self.lock() = Inner::new(&self.settings, self.seed);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("ntfy does not panic")
    }
}

impl Inner {
    fn new(settings: &Settings, seed: u64) -> Self {
        let ids = Pcg64Mcg::new(u128::from(seed));
        let chance = Pcg64Mcg::new(u128::from(seed) << 64 | 1);
        let ntfy = Ntfy::new(settings.clone(), ids);
        Self { ntfy, chance, faults: Faults::default(), received: Received::default() }
    }
}

impl Received {
    fn add(&mut self, accepted: Accepted) {
        self.accepted += 1;
        self.shown_as_new += u64::from(accepted.shown_as_new);
        if self.messages.len() == RECEIVED_MAX {
            self.messages.pop_front();
        }
        self.messages.push_back(accepted);
    }
}

fn now() -> SystemTime {
    #[expect(clippy::disallowed_methods, reason = "what is served runs in real time")]
    SystemTime::now()
}
