//! Tokens of transactions: the same token with the same actions writes once in ten minutes.

use std::collections::{BTreeMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::error::Refusal;

/// "valid for 10 minutes after the first request that uses it is completed" (TransactWriteItems, API reference).
const REMEMBERED_NS: u64 = 600 * SECOND_NS;
/// What was remembered within such a stretch is forgotten together.
const STRETCH_NS: u64 = 30 * SECOND_NS;
const SECOND_NS: u64 = 1_000_000_000;
/// Costs that are looked through for an equal one.
const SHARED_MAX: usize = 32;

/// Transactions that succeeded lately. One that failed is not remembered, and may be tried again. Under load there are
/// hundreds of thousands, so tokens and times are kept in short, costs, of which there are few kinds, are shared, and what
/// no longer grows has no room to spare.
#[derive(Default)]
pub(super) struct Tokens {
    begun_ns: u64,
    /// Of the stretch that began then.
    done: BTreeMap<TokenId, Done>,
    /// Those before it, from the oldest on.
    over: VecDeque<Stretch>,
    shared: VecDeque<Arc<Reads>>,
}

/// Transactions of a stretch that is over, in the order of their tokens.
struct Stretch {
    /// When the last of them was finished.
    ended_ns: u64,
    done: Box<[(TokenId, Done)]>,
}

/// 128 bits of a token: two of them are the same by chance as rarely as two UUIDs are.
type TokenId = [u64; 2];

/// What a repetition of a transaction costs in read units, by table.
pub(super) type Reads = Box<[(Arc<str>, f64)]>;

/// A transaction that succeeded.
#[derive(Clone, Debug)]
pub(super) struct Done {
    fingerprint: u64,
    finished_ns: u64,
    pub reads: Arc<Reads>,
}

/// What a transaction writes, in short. JSON objects are in order here, and the hasher's key is fixed.
pub(super) fn fingerprint(actions: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    actions.to_string().hash(&mut hasher);
    hasher.finish()
}

impl Tokens {
    /// What became of the token's transaction; `None` when it is new.
    ///
    /// # Errors
    /// When it belongs to other actions, or its transaction is still under way.
    pub fn find(&mut self, token: &str, fingerprint: u64, now: SystemTime) -> Result<Option<&Done>, Refusal> {
        let now_ns = nanoseconds(now);
        self.forget(now_ns);
        let token = short(token);
        // The last one counts: a token may be used again before its stretch is forgotten.
        let before = || self.over.iter().rev().find_map(|stretch| stretch.get(&token));
        let last = self.done.get(&token).or_else(before);
        let Some(done) = last.filter(|done| now_ns < done.finished_ns + REMEMBERED_NS) else { return Ok(None) };
        if done.fingerprint != fingerprint {
            let message = "Idempotent token used with different parameters from the original request within the idempotency window";
            return Err(Refusal::new("IdempotentParameterMismatchException", message));
        }
        if now_ns < done.finished_ns {
            let message = "The transaction with the given request token is already in progress.";
            return Err(Refusal::new("TransactionInProgressException", message));
        }
        Ok(Some(done))
    }

    pub fn remember(&mut self, token: &str, fingerprint: u64, finished: SystemTime, reads: Reads) {
        let finished_ns = nanoseconds(finished);
        if finished_ns >= self.begun_ns + STRETCH_NS {
            self.over.extend(Stretch::of(std::mem::take(&mut self.done)));
            self.begun_ns = finished_ns;
        }
        let done = Done { fingerprint, finished_ns, reads: self.share(reads) };
        self.done.insert(short(token), done);
    }

    fn share(&mut self, reads: Reads) -> Arc<Reads> {
        if let Some(shared) = self.shared.iter().find(|shared| ***shared == reads) {
            return shared.clone();
        }
        if self.shared.len() == SHARED_MAX {
            self.shared.pop_front();
        }
        let shared = Arc::new(reads);
        self.shared.push_back(shared.clone());
        shared
    }

    fn forget(&mut self, now_ns: u64) {
        while self.over.pop_front_if(|oldest| oldest.ended_ns + REMEMBERED_NS <= now_ns).is_some() {}
    }
}

impl Stretch {
    /// `None` when there were none in it.
    fn of(done: BTreeMap<TokenId, Done>) -> Option<Self> {
        let ended_ns = done.values().map(|done| done.finished_ns).max()?;
        Some(Self { ended_ns, done: done.into_iter().collect() })
    }

    fn get(&self, token: &TokenId) -> Option<&Done> {
        let place = self.done.binary_search_by_key(token, |(token, _)| *token).ok()?;
        Some(&self.done[place].1)
    }
}

/// Since 1970; good until 2554.
fn nanoseconds(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_nanos() as u64
}

fn short(token: &str) -> TokenId {
    [0, 1].map(|half: u8| {
        let mut hasher = DefaultHasher::new();
        (half, token).hash(&mut hasher);
        hasher.finish()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn code(tokens: &mut Tokens, actions: u64, seconds: u64) -> String {
        match tokens.find("t", actions, at(seconds)) {
            Ok(done) => if done.is_some() { "done" } else { "new" }.to_owned(),
            Err(refusal) => refusal.code,
        }
    }

    #[test]
    fn a_token_is_good_for_ten_minutes() {
        let mut tokens = Tokens::default();
        let actions = fingerprint(&json!([{ "Put": 1 }]));
        tokens.remember("t", actions, at(2), Reads::default());
        // Of the same stretch, which lives on for it.
        tokens.remember("another", actions, at(20), Reads::default());

        assert_eq!(code(&mut tokens, actions, 1), "TransactionInProgressException");
        assert_eq!(code(&mut tokens, actions + 1, 3), "IdempotentParameterMismatchException");
        assert_eq!(code(&mut tokens, actions, 601), "done");
        assert_eq!(code(&mut tokens, actions, 602), "new");

        tokens.remember("t", actions + 1, at(602), Reads::default());
        assert_eq!(code(&mut tokens, actions + 1, 603), "done", "not the one of before");
        tokens.remember("later", actions, at(700), Reads::default());
        assert_eq!(code(&mut tokens, actions + 1, 701), "done", "of a stretch that is over");
    }

    #[test]
    fn what_is_too_old_takes_no_room() {
        let mut tokens = Tokens::default();
        let reads = |units: f64| Reads::from([(Arc::from("orders"), units)]);
        for second in 0..2_000 {
            tokens.remember(&second.to_string(), 0, at(second), reads((second % 3) as f64));
            assert!(tokens.find("none", 0, at(second)).unwrap().is_none());
        }
        let kept = tokens.done.len() + tokens.over.iter().map(|stretch| stretch.done.len()).sum::<usize>();
        assert!((600..=630).contains(&kept), "{kept} of 2,000");
        assert_eq!(tokens.shared.len(), 3, "equal costs are kept once");
    }
}
