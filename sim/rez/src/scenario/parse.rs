//! From the text of a scenario file to a [`Scenario`], with the line of every mistake.

use std::ops::Range;
use std::time::Duration;

use toml::Spanned;

use super::Scenario;
use super::error::{Place, ScenarioError};
use super::file::{Fault, FaultFile, FaultKind, File, KindFile};

/// What a refusal answers when the scenario names no code.
const REFUSAL_CODE: &str = "ServiceUnavailable";

/// Reads a scenario. `file` is what messages call it.
pub fn parse(name: &str, source: &str, file: &str, text: &str) -> Result<Scenario, ScenarioError> {
    let reader = Reader { file, text };
    let read: File = toml::from_str(text).map_err(|error| reader.syntax(&error))?;
    let duration = read.duration.as_ref().0;
    if duration.is_zero() {
        return Err(reader.mistake(read.duration.span(), "`duration` is zero (expected a time to run)"));
    }
    let delivery = &read.objectives.notification_delivery;
    if !(0.0..=1.0).contains(delivery.as_ref()) {
        return Err(reader.mistake(delivery.span(), "`notification_delivery` is a share (expected 0 to 1)"));
    }
    Ok(Scenario {
        name: name.to_owned(),
        source: source.to_owned(),
        about: read.about,
        duration,
        settle_within: read.settle_within.0,
        profile: read.profile,
        workload: read.workload,
        ntfy: read.ntfy.into(),
        faults: read.fault.into_iter().map(|fault| reader.fault(fault, duration)).collect::<Result<_, _>>()?,
        objectives: read.objectives.into(),
        expectations: read.expect,
    })
}

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
}

impl Reader<'_> {
    fn mistake(&self, span: Range<usize>, problem: impl Into<String>) -> ScenarioError {
        ScenarioError::Mistake { place: Place::of(self.file, self.text, span.start), problem: problem.into() }
    }

    /// Says `unknown key` where serde says `unknown field`, and puts what was expected in parentheses.
    fn syntax(&self, error: &toml::de::Error) -> ScenarioError {
        let message = error.message().replace('\n', " ").replace("unknown field", "unknown key");
        let message = message.replace("unknown variant", "unknown value").replace("missing field", "missing key");
        let problem = match message.split_once(", expected ") {
            Some((problem, expected)) => format!("{problem} (expected {expected})"),
            None => message,
        };
        self.mistake(error.span().unwrap_or_default(), problem)
    }

    fn fault(&self, fault: Spanned<FaultFile>, duration: Duration) -> Result<Fault, ScenarioError> {
        let span = fault.span();
        let fault = fault.into_inner();
        let until = fault.from.0 + fault.lasts.0;
        if fault.lasts.0.is_zero() || until > duration {
            return Err(self.mistake(span, "the fault's window is empty or ends after the scenario's `duration`"));
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
            (Some(min), Some(max)) if min.0 <= max.0 => Ok(FaultKind::Delay { min: min.0, max: max.0 }),
            (Some(_), Some(_)) => Err(self.mistake(span, "`min` of a delay is above its `max`")),
            _ => Err(self.mistake(span, "a delay has a `min` and a `max`")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"about = "a test"
duration = "1h"
settle_within = "10m"
profile = "ideal"
workload = { messages_per_day = 10, rhythm = "flat" }
[[fault]]
kind = "refuse"
status = 503
target = "ntfy"
from = "20m"
for = "30s"
"#;

    /// What is said about the good file when `from` in it is replaced by `to`.
    fn complaint(from: &str, to: &str) -> String {
        assert!(GOOD.contains(from), "{from}");
        parse("test", "test.toml", "test.toml", &GOOD.replace(from, to)).unwrap_err().to_string()
    }

    #[test]
    fn defaults_are_the_designs() {
        let scenario = parse("test", "test.toml", "test.toml", GOOD).unwrap();
        assert_eq!(scenario.objectives.processing_latency_p95, Duration::from_secs(10));
        assert_eq!(scenario.ntfy.messages_per_day, 17_280);
        let fault = &scenario.faults[0];
        assert_eq!(fault.kind, FaultKind::Refuse { status: 503, code: "ServiceUnavailable".into() });
        assert_eq!((fault.place.as_str(), fault.probability), ("test.toml:9", 1.0));
        assert_eq!(fault.until, Duration::from_secs(20 * 60 + 30));
    }

    #[test]
    fn every_mistake_is_told_with_its_line_and_what_was_expected() {
        let complaints = [
            complaint("settle_within", "settles_within"),
            complaint("messages_per_day", "messages"),
            complaint("status = 503", "stats = 503"),
            complaint("\"refuse\"", "\"explode\""),
            complaint("\"ideal\"", "\"perfect\""),
            complaint("\"20m\"", "\"20 parsecs\""),
            complaint("\"1h\"", "\"0s\""),
            complaint("status = 503", "status = 200"),
            complaint("status = 503", "min = \"1s\""),
            complaint("\"30s\"", "\"2h\""),
            complaint("status = 503", "status = 503\nprobability = 1.5"),
            complaint("\"refuse\"\nstatus = 503", "\"delay\"\nmin = \"2s\"\nmax = \"1s\""),
            complaint("duration = \"1h\"\n", ""),
            complaint("\"ideal\"", "\"ideal"),
        ];
        insta::assert_snapshot!(complaints.join("\n"));
    }
}
