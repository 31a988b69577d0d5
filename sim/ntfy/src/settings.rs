//! How a server is configured. Defaults are those of `ntfy serve`, with a token that is ours.

use std::collections::BTreeSet;
use std::time::Duration;

#[derive(Clone, Debug)]
pub struct Settings {
    /// Requests that one visitor may make at once (`visitor-request-limit-burst`).
    pub request_burst: u32,
    /// Time in which one request is earned back (`visitor-request-limit-replenish`).
    pub request_interval: Duration,
    /// Messages that one visitor may publish between two midnights, UTC (`visitor-message-daily-limit`; 250 on ntfy.sh).
    pub daily_messages: u32,
    /// Bytes of a message; a longer one becomes an attachment (`message-size-limit`).
    pub message_bytes_max: usize,
    /// Without attachments a longer message is refused.
    pub attachments: bool,
    /// Bytes of one attachment (`attachment-file-size-limit`).
    pub attachment_bytes_max: usize,
    /// Bytes of attachments that the server holds for one visitor (`visitor-attachment-total-size-limit`).
    pub attachment_bytes_total: usize,
    /// How long it holds one (`attachment-expiry-duration`).
    pub attachment_expiry: Duration,
    /// Bytes of attachments that one visitor may send in a day (`visitor-attachment-daily-bandwidth-limit`).
    pub bandwidth_bytes_daily: usize,
    /// Topics that the server holds (`global-topic-limit`).
    pub topics_max: usize,
    /// How long a message can be read back (`cache-duration`).
    pub cache: Duration,
    /// Servers from 2.16 show a publish to a known sequence id as an update of the first.
    pub sequence_ids: bool,
    /// The access token that may publish; without one anybody may.
    pub token: Option<String>,
    /// Topics to which nobody may publish.
    pub closed_topics: BTreeSet<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            request_burst: 60,
            request_interval: Duration::from_secs(5),
            daily_messages: 17_280,
            message_bytes_max: 4_096,
            attachments: true,
            attachment_bytes_max: 15 * 1024 * 1024,
            attachment_bytes_total: 100 * 1024 * 1024,
            attachment_expiry: Duration::from_secs(3 * 3_600),
            bandwidth_bytes_daily: 500 * 1024 * 1024,
            topics_max: 15_000,
            cache: Duration::from_secs(12 * 3_600),
            sequence_ids: true,
            token: None,
            closed_topics: BTreeSet::new(),
        }
    }
}
