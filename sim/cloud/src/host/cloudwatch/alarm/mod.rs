//! Alarms: what they watch, how they judge it, and whom they tell.

mod comparison;
mod judge;
mod notification;
mod reason;
mod settings;
mod watch;

pub use self::comparison::Comparison;
pub use self::judge::{Point, Rule, TreatMissingData, Verdict, judge};
pub(super) use self::notification::notification;
pub use self::settings::AlarmError;
pub(super) use self::settings::Settings;
pub(super) use self::watch::{Alarm, Transition};

#[cfg(test)]
mod tests;
