//! Tokens of transactions: the same token with the same actions writes once in ten minutes.

use std::collections::{BTreeMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::error::Refusal;

/// "valid for 10 minutes after the first request that uses it is completed" (TransactWriteItems, API reference).
const REMEMBERED: Duration = Duration::from_secs(600);

/// Transactions that succeeded lately. One that failed is not remembered, and may be tried again. Under load there are
/// hundreds of thousands, so tokens are kept in short and names are shared.
#[derive(Default)]
pub(super) struct Tokens {
    done: BTreeMap<TokenId, Done>,
    by_age: VecDeque<(SystemTime, TokenId)>,
}

/// 128 bits of a token: two of them are the same by chance as rarely as two UUIDs are.
type TokenId = [u64; 2];

/// What a repetition of a transaction costs in read units, by table.
pub(super) type Reads = Box<[(Arc<str>, f64)]>;

/// A transaction that succeeded.
#[derive(Clone, Debug)]
pub(super) struct Done {
    fingerprint: u64,
    finished: SystemTime,
    pub reads: Reads,
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
        self.forget(now);
        let Some(done) = self.done.get(&short(token)) else { return Ok(None) };
        if done.fingerprint != fingerprint {
            let message = "Idempotent token used with different parameters from the original request within the idempotency window";
            return Err(Refusal::new("IdempotentParameterMismatchException", message));
        }
        if now < done.finished {
            let message = "The transaction with the given request token is already in progress.";
            return Err(Refusal::new("TransactionInProgressException", message));
        }
        Ok(Some(done))
    }

    pub fn remember(&mut self, token: &str, fingerprint: u64, finished: SystemTime, reads: Reads) {
        let token = short(token);
        self.by_age.push_back((finished + REMEMBERED, token));
        self.done.insert(token, Done { fingerprint, finished, reads });
    }

    fn forget(&mut self, now: SystemTime) {
        while let Some((_, token)) = self.by_age.pop_front_if(|(until, _)| *until <= now) {
            self.done.remove(&token);
        }
    }
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
    use std::time::UNIX_EPOCH;

    use serde_json::json;

    use super::*;

    #[test]
    fn a_token_is_good_for_ten_minutes() {
        let mut tokens = Tokens::default();
        let actions = fingerprint(&json!([{ "Put": 1 }]));
        let at = |seconds: u64| UNIX_EPOCH + Duration::from_secs(seconds);
        tokens.remember("t", actions, at(2), Reads::default());

        let code = |tokens: &mut Tokens, actions, seconds| match tokens.find("t", actions, at(seconds)) {
            Ok(done) => if done.is_some() { "done" } else { "new" }.to_owned(),
            Err(refusal) => refusal.code,
        };
        assert_eq!(code(&mut tokens, actions, 1), "TransactionInProgressException");
        assert_eq!(code(&mut tokens, actions + 1, 3), "IdempotentParameterMismatchException");
        assert_eq!(code(&mut tokens, actions, 601), "done");
        assert_eq!(code(&mut tokens, actions, 602), "new");
    }
}
