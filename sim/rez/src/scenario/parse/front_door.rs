//! What comes to the front door, and whether it is open.

use std::time::Duration;

use toml::Spanned;

use super::super::error::ScenarioError;
use super::super::file::Workload;
use super::super::front_door::{Burst, BurstFile, KeyRotation, KeyRotationFile};
use super::Reader;

/// What an account's gateway takes in a Region, by default.
const RATE_MAX: u32 = 10_000;

impl Reader<'_> {
    /// Whoever comes to the front door needs it open, and a message takes two of its requests.
    pub(super) fn check_workload(&self, workload: &Spanned<Workload>, at_the_door: bool) -> Result<(), ScenarioError> {
        let Workload { messages_per_day, api_requests_per_day, .. } = *workload.as_ref();
        if api_requests_per_day == 0 && at_the_door {
            let problem = "there is traffic for the API, and no `api_requests_per_day`";
            return Err(self.mistake(workload.span(), problem));
        }
        if api_requests_per_day > 0 && api_requests_per_day < messages_per_day.saturating_mul(2) {
            let problem = "`api_requests_per_day` is too low (expected at least 2 for each of `messages_per_day`)";
            return Err(self.mistake(workload.span(), problem));
        }
        Ok(())
    }

    pub(super) fn burst(&self, burst: Spanned<BurstFile>, duration: Duration) -> Result<Burst, ScenarioError> {
        let span = burst.span();
        let BurstFile { from, lasts, requests_per_second } = burst.into_inner();
        let until = from.0.saturating_add(lasts.0);
        if lasts.0.is_zero() || until > duration {
            return Err(self.mistake(span, "the burst's window is empty or ends after the scenario's `duration`"));
        }
        if !(1..=RATE_MAX).contains(&requests_per_second) {
            let problem = format!("`requests_per_second` of the burst is out of range (expected 1 to {RATE_MAX})");
            return Err(self.mistake(span, problem));
        }
        Ok(Burst { from: from.0, until, requests_per_second })
    }

    pub(super) fn key_rotation(
        &self,
        rotation: Spanned<KeyRotationFile>,
        duration: Duration,
    ) -> Result<KeyRotation, ScenarioError> {
        let span = rotation.span();
        let KeyRotationFile { at, overlap } = rotation.into_inner();
        if at.0 >= duration {
            return Err(self.mistake(span, "the key rotation is after the scenario's `duration`"));
        }
        Ok(KeyRotation { at: at.0, overlap: overlap.0 })
    }
}
