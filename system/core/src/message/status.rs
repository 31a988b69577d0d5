//! The state machine of a message. Pure: whoever checks a history can ask the same function.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How far a message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Waits to be processed.
    Created,
    /// An attempt holds its lease.
    Processing,
    Completed,
    Failed,
    Cancelled,
}

impl Status {
    pub const ALL: [Self; 5] = [Self::Created, Self::Processing, Self::Completed, Self::Failed, Self::Cancelled];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether a write may take a message from this status to `next`:
    /// `created → processing → completed | failed`, `processing → created` when an attempt is given back or deferred,
    /// `created → cancelled` by DELETE, `failed → created` by redrive. Every message begins as `created`.
    pub const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Created, Self::Processing | Self::Cancelled)
                | (Self::Processing, Self::Completed | Self::Failed | Self::Created)
                | (Self::Failed, Self::Created)
        )
    }

    /// Nothing more happens to it by itself.
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected `created`, `processing`, `completed`, `failed` or `cancelled`")]
pub struct UnknownStatus;

impl std::str::FromStr for Status {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, UnknownStatus> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(UnknownStatus)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    #[test]
    fn the_legal_transitions_are_these() {
        let legal: Vec<String> = Status::ALL
            .iter()
            .flat_map(|from| Status::ALL.iter().map(move |to| (from, to)))
            .filter(|(from, to)| from.may_become(**to))
            .map(|(from, to)| format!("{from} → {to}"))
            .collect();
        assert_eq!(
            legal,
            [
                "created → processing",
                "created → cancelled",
                "processing → created",
                "processing → completed",
                "processing → failed",
                "failed → created",
            ]
        );
    }

    proptest! {
        #[test]
        fn only_a_redrive_leaves_a_settled_status(from in select(&Status::ALL), to in select(&Status::ALL)) {
            if from.is_settled() && from.may_become(to) {
                prop_assert_eq!((from, to), (Status::Failed, Status::Created));
            }
            prop_assert!(!from.may_become(from));
            prop_assert_eq!(from.as_str().parse(), Ok(from));
        }
    }
}
