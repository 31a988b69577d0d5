//! What is remembered for a while: codes, sign-ins, refresh tokens. Memory holds only what has not expired.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

/// Values by id, each until its own time.
pub struct Expiring<T> {
    values: BTreeMap<String, (SystemTime, T)>,
    ends: BTreeSet<(SystemTime, String)>,
}

impl<T> Default for Expiring<T> {
    fn default() -> Self {
        Self { values: BTreeMap::new(), ends: BTreeSet::new() }
    }
}

impl<T> Expiring<T> {
    /// Remembers `value` until `end`, in place of what had that id. What has expired `now` is forgotten.
    pub fn put(&mut self, id: String, value: T, end: SystemTime, now: SystemTime) {
        self.forget_expired(now);
        self.take(&id);
        self.ends.insert((end, id.clone()));
        self.values.insert(id, (end, value));
    }

    pub fn get(&self, id: &str, now: SystemTime) -> Option<&T> {
        self.values.get(id).filter(|(end, _)| now < *end).map(|(_, value)| value)
    }

    /// When it will be forgotten.
    pub fn end(&self, id: &str) -> Option<SystemTime> {
        self.values.get(id).map(|(end, _)| *end)
    }

    /// Makes it end at `end` unless it ends earlier anyway.
    pub fn shorten(&mut self, id: &str, end: SystemTime) {
        let Some((old, _)) = self.values.get_mut(id).filter(|(old, _)| end < *old) else { return };
        self.ends.remove(&(*old, id.to_owned()));
        self.ends.insert((end, id.to_owned()));
        *old = end;
    }

    /// Forgets it, and returns it unless it has expired.
    pub fn take_live(&mut self, id: &str, now: SystemTime) -> Option<T> {
        self.take(id).filter(|(end, _)| now < *end).map(|(_, value)| value)
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    fn take(&mut self, id: &str) -> Option<(SystemTime, T)> {
        let (end, value) = self.values.remove(id)?;
        self.ends.remove(&(end, id.to_owned()));
        Some((end, value))
    }

    fn forget_expired(&mut self, now: SystemTime) {
        while let Some((_, id)) = self.ends.first().filter(|(end, _)| *end <= now).cloned() {
            self.take(&id);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn values_end_at_their_time_and_leave_nothing_behind() {
        let mut codes = Expiring::default();
        codes.put("a".into(), 1, at(10), at(0));
        codes.put("b".into(), 2, at(20), at(0));
        assert_eq!(codes.get("a", at(9)), Some(&1));
        assert_eq!(codes.get("a", at(10)), None);
        codes.put("c".into(), 3, at(30), at(15));
        assert_eq!((codes.len(), codes.ends.len()), (2, 2));
    }

    #[test]
    fn what_is_put_again_or_shortened_ends_once() {
        let mut tokens = Expiring::default();
        tokens.put("a".into(), 1, at(10), at(0));
        tokens.put("a".into(), 2, at(20), at(0));
        tokens.shorten("a", at(12));
        tokens.shorten("a", at(30));
        assert_eq!(tokens.end("a"), Some(at(12)));
        assert_eq!(tokens.ends.len(), 1);
        assert_eq!(tokens.take_live("a", at(12)), None);
        assert!(tokens.ends.is_empty());
    }
}
