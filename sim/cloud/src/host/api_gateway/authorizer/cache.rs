//! Results that are good for other requests of the same identity, for a time.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::Decision;

/// The values of the identity sources.
pub type Identity = Arc<[String]>;

/// Results by identity. All live equally long, so the first that came is the first to go.
#[derive(Debug)]
pub struct Cache {
    lifetime: Duration,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    decisions: BTreeMap<Identity, (Arc<Decision>, Duration)>,
    /// In the order of their ends.
    ends: VecDeque<(Duration, Identity)>,
}

impl Cache {
    pub fn new(lifetime: Duration) -> Self {
        Self { lifetime, kept: Mutex::default() }
    }

    /// Times are since the world began.
    pub fn get(&self, identity: &[String], now: Duration) -> Option<Arc<Decision>> {
        let kept = self.kept.lock().expect("no holder panics");
        kept.decisions.get(identity).filter(|(_, end)| now < *end).map(|(decision, _)| decision.clone())
    }

    pub fn put(&self, identity: Vec<String>, decision: Arc<Decision>, now: Duration) {
        if self.lifetime.is_zero() || identity.is_empty() {
            return;
        }
        let mut kept = self.kept.lock().expect("no holder panics");
        kept.forget(now);
        let (identity, end) = (Identity::from(identity), now + self.lifetime);
        kept.decisions.insert(identity.clone(), (decision, end));
        kept.ends.push_back((end, identity));
    }
}

impl Kept {
    fn forget(&mut self, now: Duration) {
        while let Some((_, identity)) = self.ends.pop_front_if(|(end, _)| *end <= now) {
            // It may have been put again meanwhile, and then it ends later.
            if self.decisions.get(&identity).is_some_and(|(_, end)| *end <= now) {
                self.decisions.remove(&identity);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn decision(allowed: bool) -> Arc<Decision> {
        Arc::new(Decision { allowed, context: None })
    }

    fn identity(name: &str) -> Vec<String> {
        vec![name.to_owned()]
    }

    #[test]
    fn a_result_is_good_until_its_end() {
        let cache = Cache::new(MINUTE);
        cache.put(identity("a"), decision(false), Duration::ZERO);
        let allowed = |name, now| cache.get(&identity(name), now).map(|decision| decision.allowed);
        assert_eq!(allowed("a", MINUTE - Duration::from_millis(1)), Some(false));
        assert_eq!(allowed("a", MINUTE), None);
        assert_eq!(allowed("b", Duration::ZERO), None);
    }

    #[test]
    fn without_lifetime_or_identity_nothing_is_kept() {
        let cache = Cache::new(Duration::ZERO);
        cache.put(identity("a"), decision(true), Duration::ZERO);
        assert!(cache.get(&identity("a"), Duration::ZERO).is_none());
        let cache = Cache::new(MINUTE);
        cache.put(Vec::new(), decision(true), Duration::ZERO);
        assert!(cache.get(&[], Duration::ZERO).is_none());
    }

    #[test]
    fn what_ended_takes_no_room() {
        let cache = Cache::new(MINUTE);
        for second in 0..600 {
            cache.put(identity(&second.to_string()), decision(true), Duration::from_secs(second));
            cache.put(identity("again"), decision(true), Duration::from_secs(second));
        }
        let kept = cache.kept.lock().expect("no holder panics");
        assert_eq!((kept.decisions.len(), kept.ends.len()), (61, 120));
    }
}
