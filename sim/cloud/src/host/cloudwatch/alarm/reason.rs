//! Why an alarm changed, in AWS's words (`StateReason` of DescribeAlarms). For a mixture of real and filled datapoints
//! no wording of AWS is at hand; that one is ours.

use jiff::Timestamp;

use super::judge::TreatMissingData;
use super::settings::Settings;
use crate::history::AlarmState;

/// A datapoint that was there: when its period began (Unix seconds), and its value.
pub(super) type Datapoint = (u64, f64);

/// The reason for going to `to`, with the real datapoints that were judged, the newest first.
pub(super) fn reason(settings: &Settings, from: AlarmState, to: AlarmState, judged: &[Datapoint]) -> String {
    let periods = settings.rule.evaluation_periods as usize;
    let missing = periods - judged.len();
    if to == AlarmState::InsufficientData {
        return format!("Insufficient Data: {} {} unknown.", count(missing, "datapoint"), was(missing));
    }
    let filled = filled(settings.rule.missing, missing);
    if judged.is_empty() {
        let silence = format!("no datapoints were received for {}", count(periods, "period"));
        return format!("Threshold Crossed: {}.", all([Some(silence), filled]));
    }
    let alarms = to == AlarmState::Alarm;
    let needed = settings.rule.datapoints_to_alarm as usize;
    let needed = if alarms { needed } else { periods - needed + 1 };
    format!(
        "Threshold Crossed: {} (minimum {} for {from} -> {to} transition).",
        all([telling(settings, alarms, judged), filled]),
        count(needed, "datapoint"),
    )
}

/// The datapoints that speak for the new state.
fn telling(settings: &Settings, alarms: bool, judged: &[Datapoint]) -> Option<String> {
    let telling: Vec<String> =
        judged.iter().filter(|(_, value)| settings.breaches(*value) == alarms).map(shown).collect();
    let (number, of) = (telling.len(), settings.rule.evaluation_periods);
    let (not, words) = (if alarms { "" } else { "not " }, settings.comparison.words());
    (number > 0).then(|| {
        let (telling, was, threshold) = (telling.join(", "), was(number), settings.threshold);
        format!("{number} out of the last {of} datapoints [{telling}] {was} {not}{words} the threshold ({threshold:?})")
    })
}

/// What was taken for those that were missing.
fn filled(treatment: TreatMissingData, missing: usize) -> Option<String> {
    let treated = match treatment {
        TreatMissingData::Breaching => "Breaching",
        TreatMissingData::NotBreaching => "NonBreaching",
        TreatMissingData::Ignore | TreatMissingData::Missing => return None,
    };
    (missing > 0).then(|| format!("{} {} treated as [{treated}]", count(missing, "missing datapoint"), was(missing)))
}

fn all(parts: [Option<String>; 2]) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join(" and ")
}

fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

fn was(number: usize) -> &'static str {
    if number == 1 { "was" } else { "were" }
}

/// `12.0 (23/11/26 08:00:00)`.
fn shown((at, value): &Datapoint) -> String {
    let at = Timestamp::from_second(*at as i64).unwrap_or_default();
    format!("{value:?} ({})", at.strftime("%d/%m/%y %H:%M:%S"))
}
