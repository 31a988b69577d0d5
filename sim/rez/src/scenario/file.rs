//! What stands in a scenario file. Every key is known here, and another one is refused.

use std::time::Duration;

use rez_cloud::profile::Profile;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::expect::ExpectFile;
use super::front_door::{BurstFile, Hostile, KeyRotationFile};
use super::objectives::ObjectivesFile;
use super::span::Span;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub about: String,
    pub duration: Spanned<Span>,
    pub settle_within: Span,
    pub profile: Profile,
    pub workload: Spanned<Workload>,
    #[serde(default)]
    pub ntfy: NtfyFile,
    #[serde(default)]
    pub hostile: Hostile,
    #[serde(default)]
    pub burst: Vec<Spanned<BurstFile>>,
    #[serde(default)]
    pub key_rotation: Vec<Spanned<KeyRotationFile>>,
    #[serde(default)]
    pub fault: Vec<Spanned<FaultFile>>,
    #[serde(default)]
    pub objectives: ObjectivesFile,
    #[serde(default)]
    pub expect: ExpectFile,
}

/// Who sends how much.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workload {
    /// Manual messages, on average.
    pub messages_per_day: u32,
    /// Events that are malformed or of an unknown version, put into the topic and the queue by somebody else.
    #[serde(default)]
    pub poison_per_day: u32,
    /// Requests to the API, two for each message among them: its creation, and a look at it. Without any, messages are
    /// created past the API.
    #[serde(default)]
    pub api_requests_per_day: u32,
    pub rhythm: Rhythm,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rhythm {
    /// Busiest in the early afternoon, quiet at night.
    Daily,
    /// The same at every hour.
    Flat,
}

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NtfyFile {
    #[serde(deserialize_with = "request_burst")]
    request_burst: u32,
    request_interval: Span,
    messages_per_day: u32,
    sequence_ids: bool,
}

/// A server with a burst of none lets nothing through, ever.
fn request_burst<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let burst = u32::deserialize(deserializer)?;
    if burst == 0 {
        return Err(D::Error::custom("`request_burst` is 0, expected 1 or more"));
    }
    Ok(burst)
}

/// Limits of the ntfy server, as far as scenarios vary them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NtfyLimits {
    pub request_burst: u32,
    /// Time in which one request is earned back.
    pub request_interval: Duration,
    pub messages_per_day: u32,
    /// Whether it shows a publish to a known sequence id as an update (2.16 and later).
    pub sequence_ids: bool,
}

impl Default for NtfyFile {
    /// `ntfy serve` as it comes.
    fn default() -> Self {
        Self {
            request_burst: 60,
            request_interval: Span(Duration::from_secs(5)),
            messages_per_day: 17_280,
            sequence_ids: true,
        }
    }
}

impl From<NtfyFile> for NtfyLimits {
    fn from(file: NtfyFile) -> Self {
        Self {
            request_burst: file.request_burst,
            request_interval: file.request_interval.0,
            messages_per_day: file.messages_per_day,
            sequence_ids: file.sequence_ids,
        }
    }
}

/// A fault as it is written: `kind` decides which of the optional keys it takes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultFile {
    pub kind: KindFile,
    pub target: Spanned<String>,
    #[serde(default = "always")]
    pub probability: Spanned<f64>,
    pub from: Span,
    #[serde(rename = "for")]
    pub lasts: Span,
    pub status: Option<Spanned<u16>>,
    pub code: Option<String>,
    pub min: Option<Span>,
    pub max: Option<Span>,
    pub after_effect: Option<bool>,
}

fn always() -> Spanned<f64> {
    Spanned::new(0..0, 1.0)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KindFile {
    Refuse,
    Throttle,
    Delay,
    LoseRequest,
    LoseResponse,
    Reset,
    Crash,
}

/// One thing that goes wrong, and when. Its target is text until a template says what there is.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub kind: FaultKind,
    pub target: String,
    /// `FILE:LINE` of the target, for a message that it is not there.
    pub place: String,
    pub probability: f64,
    /// Since the run began: `from` is in the window, `until` is not.
    pub from: Duration,
    pub until: Duration,
}

#[derive(Clone, Debug, PartialEq)]
pub enum FaultKind {
    Refuse { status: u16, code: String },
    Throttle,
    Delay { min: Duration, max: Duration },
    LoseRequest,
    LoseResponse,
    Reset { after_effect: bool },
    Crash,
}
