//! How much was used of what is billed.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Charge;

/// The month of a bill: 30 days.
pub(super) const MONTH: Duration = Duration::from_secs(30 * 86_400);

/// What was counted in a period, and what stands there whatever happens.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Usage {
    /// How long it was counted.
    pub period: Duration,
    /// Counted during the period; a month has more or less of it in proportion.
    pub metered: BTreeMap<Charge, f64>,
    /// By the month already.
    pub standing: BTreeMap<Charge, f64>,
}

impl Usage {
    /// Counts `quantity` more.
    pub fn count(&mut self, charge: Charge, quantity: f64) {
        *self.metered.entry(charge).or_default() += quantity;
    }

    /// Adds what stands there by the month.
    pub fn stand(&mut self, charge: Charge, quantity: f64) {
        *self.standing.entry(charge).or_default() += quantity;
    }

    /// What a month of this comes to.
    pub fn monthly(&self, charge: Charge) -> f64 {
        let metered = self.metered.get(&charge).copied().unwrap_or_default();
        let months = self.period.as_secs_f64() / MONTH.as_secs_f64();
        let scaled = if months > 0.0 { metered / months } else { metered };
        scaled + self.standing.get(&charge).copied().unwrap_or_default()
    }
}
