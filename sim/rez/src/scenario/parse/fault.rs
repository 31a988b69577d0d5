//! Faults, with the keys that each kind takes.

use std::ops::Range;
use std::time::Duration;

use toml::Spanned;

use super::super::error::{Place, ScenarioError};
use super::super::file::{Fault, FaultFile, FaultKind, KindFile};
use super::Reader;

/// What a refusal answers when the scenario names no code.
const REFUSAL_CODE: &str = "ServiceUnavailable";

/// Longest delay. Whoever waits has given up long before.
const DELAY_MAX: Duration = Duration::from_secs(24 * 60 * 60);

impl Reader<'_> {
    pub(super) fn fault(&self, fault: Spanned<FaultFile>, duration: Duration) -> Result<Fault, ScenarioError> {
        let span = fault.span();
        let fault = fault.into_inner();
        let until = fault.from.0.saturating_add(fault.lasts.0);
        if fault.lasts.0.is_zero() || until > duration {
            return Err(self.mistake(
                span,
                "the fault's window, `from` and `for`, is empty or ends after the scenario's `duration`",
            ));
        }
        if !(0.0..=1.0).contains(fault.probability.as_ref()) {
            return Err(self.mistake(fault.probability.span(), "`probability` is out of range (expected 0 to 1)"));
        }
        let place = Place::of(self.file, self.text, fault.target.span().start).to_string();
        let kind = self.kind(&fault, span)?;
        Ok(Fault {
            kind,
            target: fault.target.into_inner(),
            place,
            probability: fault.probability.into_inner(),
            from: fault.from.0,
            until,
        })
    }

    fn kind(&self, fault: &FaultFile, span: Range<usize>) -> Result<FaultKind, ScenarioError> {
        let given = [
            ("status", fault.status.is_some()),
            ("code", fault.code.is_some()),
            ("min", fault.min.is_some()),
            ("max", fault.max.is_some()),
            ("after_effect", fault.after_effect.is_some()),
        ];
        let taken: &[&str] = match fault.kind {
            KindFile::Refuse => &["status", "code"],
            KindFile::Delay => &["min", "max"],
            KindFile::Reset => &["after_effect"],
            _ => &[],
        };
        if let Some((key, _)) = given.iter().find(|(key, given)| *given && !taken.contains(key)) {
            return Err(self.mistake(span, format!("`{key}` does not belong to this kind of fault (see `kind`)")));
        }
        Ok(match fault.kind {
            KindFile::Refuse => self.refusal(fault, span)?,
            KindFile::Delay => self.delay(fault, span)?,
            KindFile::Reset => FaultKind::Reset { after_effect: fault.after_effect.unwrap_or(false) },
            KindFile::Throttle => FaultKind::Throttle,
            KindFile::LoseRequest => FaultKind::LoseRequest,
            KindFile::LoseResponse => FaultKind::LoseResponse,
            KindFile::Crash => FaultKind::Crash,
        })
    }

    fn refusal(&self, fault: &FaultFile, span: Range<usize>) -> Result<FaultKind, ScenarioError> {
        let status = fault.status.as_ref().ok_or_else(|| self.mistake(span, "missing key `status` of a refusal"))?;
        if !(400..600).contains(status.as_ref()) {
            return Err(self.mistake(status.span(), "`status` is no refusal (expected 400 to 599)"));
        }
        let code = fault.code.clone().unwrap_or_else(|| REFUSAL_CODE.to_owned());
        Ok(FaultKind::Refuse { status: *status.as_ref(), code })
    }

    fn delay(&self, fault: &FaultFile, span: Range<usize>) -> Result<FaultKind, ScenarioError> {
        match (fault.min, fault.max) {
            (_, Some(max)) if max.0 > DELAY_MAX => Err(self.mistake(span, "a delay is at most a day")),
            (Some(min), Some(max)) if min.0 <= max.0 => Ok(FaultKind::Delay { min: min.0, max: max.0 }),
            (Some(_), Some(_)) => Err(self.mistake(span, "`min` of a delay is above its `max` (expected a range)")),
            _ => Err(self.mistake(span, "a delay has a `min` and a `max`")),
        }
    }
}
