//! RedriveAllowPolicy: which queues may have this one as their dead-letter queue ("SetQueueAttributes", SQS API reference).

use serde::Deserialize;

use super::error;
use crate::services::ServiceError;

/// Most queues that a policy can name.
const SOURCES_MAX: usize = 10;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RedrivePermission {
    #[default]
    AllowAll,
    DenyAll,
    /// Queues with these ARNs.
    ByQueue(Vec<String>),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Text {
    redrive_permission: String,
    source_queue_arns: Option<Vec<String>>,
}

impl RedrivePermission {
    /// Reads a policy.
    ///
    /// # Errors
    /// When it is none. That much is documented; AWS's words for it were recorded nowhere.
    pub fn parse(text: &str) -> Result<Self, ServiceError> {
        let refused = |reason: &str| error::invalid_value(text, "RedriveAllowPolicy", reason);
        let policy: Text =
            serde_json::from_str(text).map_err(|_| refused("Redrive allow policy is not a valid JSON map."))?;
        match (policy.redrive_permission.as_str(), policy.source_queue_arns) {
            ("allowAll", None) => Ok(Self::AllowAll),
            ("denyAll", None) => Ok(Self::DenyAll),
            ("byQueue", Some(sources)) if (1..=SOURCES_MAX).contains(&sources.len()) => Ok(Self::ByQueue(sources)),
            ("byQueue", _) => Err(refused("Amount of sourceQueueArns must be between 1 and 10.")),
            ("allowAll" | "denyAll", Some(_)) => Err(refused("sourceQueueArns may be given with byQueue alone.")),
            _ => Err(refused("redrivePermission must be allowAll, denyAll or byQueue.")),
        }
    }

    /// Whether the queue with this ARN may send its dead letters here.
    pub fn allows(&self, source_arn: &str) -> bool {
        match self {
            Self::AllowAll => true,
            Self::DenyAll => false,
            Self::ByQueue(sources) => sources.iter().any(|source| source == source_arn),
        }
    }
}
