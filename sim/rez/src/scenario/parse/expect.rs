//! What is expected of a run.

use toml::Spanned;

use super::super::error::{Place, ScenarioError};
use super::super::expect::{AlarmFile, ExpectFile, Expectations, ExpectedAlarm};
use super::Reader;

impl Reader<'_> {
    pub(super) fn expectations(&self, expect: ExpectFile) -> Result<Expectations, ScenarioError> {
        let alarms = expect.alarm.into_iter().map(|alarm| self.alarm(alarm)).collect::<Result<_, _>>()?;
        Ok(Expectations { dead_lettered: expect.dead_lettered, other_alarms: expect.other_alarms, alarms })
    }

    fn alarm(&self, alarm: Spanned<AlarmFile>) -> Result<ExpectedAlarm, ScenarioError> {
        let span = alarm.span();
        let AlarmFile { name, from, lasts, required } = alarm.into_inner();
        if lasts.0.is_zero() {
            return Err(self.mistake(span, "the alarm's window is empty (expected a time in `for`)"));
        }
        let place = Place::of(self.file, self.text, name.span().start).to_string();
        Ok(ExpectedAlarm {
            name: name.into_inner(),
            place,
            from: from.0,
            until: from.0.saturating_add(lasts.0),
            required,
        })
    }
}
