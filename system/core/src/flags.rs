//! Feature flags: the item `flags` of the table `config`, kept for five minutes by each execution environment.
//!
//! | attribute | type | meaning | where it is missing | where it is wrong, and never was right |
//! |---|---|---|---|---|
//! | `pause_deliveries` | BOOL | nothing is delivered; messages wait | `false` | `true` |
//! | `channels` | M of BOOL | a switch for each channel by name (`ntfy`) | `true` | `true` |
//!
//! A flag that is wrong (another type) stays as the environment read it last, and is logged as our own fault, which raises
//! an alarm. A new environment has nothing to go on with. Whoever set `pause_deliveries` to something wanted a pause, and
//! messages that wait are not lost; so it pauses. A channel without a readable switch is on, like one without a switch.
//! Flags that cannot be read at all, because the table is out of reach, stop nothing: its failure must not become ours.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::clock::Moment;
use crate::environment::Environment;
use crate::store::{Item, StoreError, store_error};

/// The item's key.
pub const KEY: &str = "flags";

/// How long the flags are used before they are read again.
const FRESH: Duration = Duration::from_secs(5 * 60);
/// How long they go on being used after they could not be read.
const STALE: Duration = Duration::from_secs(30);

/// What the flags say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    pub pause_deliveries: bool,
    /// Channels with a switch. One without is on.
    pub channels: BTreeMap<String, bool>,
}

impl Flags {
    pub fn channel_enabled(&self, channel: &str) -> bool {
        self.channels.get(channel).copied().unwrap_or(true)
    }
}

/// A flag of the wrong type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("flag `{0}` is not usable (expected a boolean)")]
pub struct WrongFlag(String);

/// Reads the flags' item. One that is wrong stays as it was `before`, if they were ever read, and spoils none of the others.
pub fn from_item(item: &Item, before: Option<&Flags>) -> (Flags, Vec<WrongFlag>) {
    let mut wrong = Vec::new();
    let mut flag = |name: &str, value: &AttributeValue, before: bool| {
        value.as_bool().copied().unwrap_or_else(|_| {
            wrong.push(WrongFlag(name.to_owned()));
            before
        })
    };
    let mut flags = Flags::default();
    if let Some(value) = item.get("pause_deliveries") {
        flags.pause_deliveries = flag("pause_deliveries", value, before.is_none_or(|flags| flags.pause_deliveries));
    }
    let enabled_before = |channel: &str| before.is_none_or(|flags| flags.channel_enabled(channel));
    match item.get("channels").map(AttributeValue::as_m) {
        Some(Ok(switches)) => {
            for (channel, value) in switches {
                let on = flag(&format!("channels.{channel}"), value, enabled_before(channel));
                flags.channels.insert(channel.clone(), on);
            }
        }
        Some(Err(_)) => {
            wrong.push(WrongFlag("channels".to_owned()));
            flags.channels = before.map(|flags| flags.channels.clone()).unwrap_or_default();
        }
        None => {}
    }
    (flags, wrong)
}

/// The flags, as one execution environment sees them.
#[derive(Debug)]
pub struct FlagCache {
    client: aws_sdk_dynamodb::Client,
    table: String,
    environment: Environment,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// Nothing before they were read for the first time.
    flags: Option<Arc<Flags>>,
    read_again: Moment,
}

impl FlagCache {
    pub fn new(environment: &Environment, table: String) -> Self {
        Self { client: environment.dynamodb(), table, environment: environment.clone(), kept: Mutex::default() }
    }

    /// The flags. Those read last go on when they cannot be read; before that, none is set.
    pub async fn get(&self) -> Arc<Flags> {
        if let Some(flags) = self.fresh() {
            return flags;
        }
        match self.read().await {
            Ok(flags) => self.keep(Some(flags.into()), FRESH),
            Err(error) => {
                tell(&error);
                self.keep(None, STALE)
            }
        }
    }

    async fn read(&self) -> Result<Flags, StoreError> {
        let item = self.item().await?;
        let before = self.kept.lock().expect("keeping flags does not panic").flags.clone();
        let (flags, wrong) = from_item(&item.unwrap_or_default(), before.as_deref());
        for error in wrong {
            let paused = flags.pause_deliveries;
            tracing::error!(category = "system", code = "flag_wrong", %error, paused, "a flag cannot be read");
        }
        Ok(flags)
    }

    async fn item(&self) -> Result<Option<Item>, StoreError> {
        let key = AttributeValue::S(KEY.to_owned());
        let output = self.client.get_item().table_name(&self.table).key("config_key", key).send().await;
        output.map(|output| output.item).map_err(|error| store_error(&error))
    }

    fn fresh(&self) -> Option<Arc<Flags>> {
        let kept = self.kept.lock().expect("keeping flags does not panic");
        (self.environment.clock.now() < kept.read_again).then(|| kept.flags())
    }

    fn keep(&self, flags: Option<Arc<Flags>>, for_: Duration) -> Arc<Flags> {
        let mut kept = self.kept.lock().expect("keeping flags does not panic");
        kept.read_again = self.environment.clock.now() + for_;
        kept.flags = flags.or(kept.flags.take());
        kept.flags()
    }
}

impl Kept {
    fn flags(&self) -> Arc<Flags> {
        self.flags.clone().unwrap_or_default()
    }
}

/// A table out of reach comes back by itself; one that refuses us is our own fault, which somebody must mend.
fn tell(error: &StoreError) {
    match error {
        StoreError::Refused(error) => {
            tracing::error!(category = "system", code = "flags_refused", error, "the flags cannot be read");
        }
        error => tracing::warn!(code = "flags_stale", %error, "the flags cannot be read"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{Reply, Wire};

    fn paused(paused: bool) -> Reply {
        Reply::json(
            200,
            &json!({"Item": {"pause_deliveries": {"BOOL": paused},
            "channels": {"M": {"ntfy": {"BOOL": false}}}}}),
        )
    }

    #[tokio::test(start_paused = true)]
    async fn flags_are_read_once_in_five_minutes() {
        let wire = Wire::new([paused(true), paused(false)]);
        let cache = FlagCache::new(&wire.environment("test", &[]), "config".into());
        assert!(cache.get().await.pause_deliveries);
        assert!(!cache.get().await.channel_enabled("ntfy"));
        assert!(cache.get().await.channel_enabled("other"));
        tokio::time::advance(Duration::from_secs(300)).await;
        assert!(!cache.get().await.pause_deliveries);
        assert_eq!(wire.requests().len(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn wrong_or_unreadable_flags_leave_the_last_ones() {
        let wrong = json!({"Item": {"pause_deliveries": {"S": "yes"}}});
        let denied = json!({"__type": "com.amazon.coral.service#AccessDeniedException", "message": "no"});
        let wire = Wire::new([paused(true), Reply::json(200, &wrong), Reply::json(400, &denied)]);
        let cache = FlagCache::new(&wire.environment("test", &[]), "config".into());
        for _ in 0..3 {
            assert!(cache.get().await.pause_deliveries);
            tokio::time::advance(Duration::from_secs(300)).await;
        }
        assert_eq!(wire.requests().len(), 3);
    }

    /// Regression: a mistyped switch of a channel lifted a pause.
    #[test]
    fn a_flag_that_is_wrong_spoils_no_other() {
        let item = |pause: AttributeValue, ntfy: AttributeValue| {
            let channels = AttributeValue::M([("ntfy".to_owned(), ntfy)].into());
            Item::from([("pause_deliveries".to_owned(), pause), ("channels".to_owned(), channels)])
        };
        let (on, off) = (AttributeValue::Bool(true), AttributeValue::S("off".to_owned()));
        let (flags, wrong) = from_item(&item(on.clone(), off.clone()), None);
        assert!(flags.pause_deliveries && flags.channel_enabled("ntfy"));
        assert_eq!(wrong, [WrongFlag("channels.ntfy".to_owned())]);

        let before = Flags { pause_deliveries: true, channels: BTreeMap::from([("ntfy".to_owned(), false)]) };
        let (flags, wrong) = from_item(&item(off, on), Some(&before));
        assert!(flags.pause_deliveries && flags.channel_enabled("ntfy"));
        assert_eq!(wrong, [WrongFlag("pause_deliveries".to_owned())]);
    }

    /// Regression: a pause that somebody mistyped paused no environment that was new.
    #[tokio::test(start_paused = true)]
    async fn a_pause_that_was_never_readable_pauses() {
        let said = |value: serde_json::Value| Reply::json(200, &json!({"Item": {"pause_deliveries": value}}));
        let out_of_reach = Reply::json(400, &json!({"__type": "ResourceNotFoundException"}));
        let wire = Wire::new([out_of_reach, said(json!({"S": "true"})), paused(false), said(json!({"S": "true"}))]);
        let cache = FlagCache::new(&wire.environment("test", &[]), "config".into());
        for expected in [false, true, false, false] {
            assert_eq!(cache.get().await.pause_deliveries, expected);
            assert!(cache.get().await.channel_enabled("other"));
            tokio::time::advance(Duration::from_secs(300)).await;
        }
        assert_eq!(wire.requests().len(), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn with_no_flags_everything_is_delivered() {
        let cache = FlagCache::new(&Wire::new([Reply::json(200, &json!({}))]).environment("test", &[]), "c".into());
        assert_eq!(*cache.get().await, Flags::default());
        assert!(Flags::default().channel_enabled("ntfy"));
    }
}
