//! Why an alarm changed, in AWS's words ("Amazon CloudWatch alarms", `StateReason`).

use jiff::Timestamp;

use super::judge::TreatMissingData;
use super::settings::Settings;
use crate::history::AlarmState;

/// A datapoint that was there: when its period began (Unix seconds), and its value.
pub(super) type Datapoint = (u64, f64);

/// The reason for going to `to`, with the datapoints that were judged, the newest first.
pub(super) fn reason(settings: &Settings, from: AlarmState, to: AlarmState, judged: &[Datapoint]) -> String {
    let periods = settings.rule.evaluation_periods;
    if to == AlarmState::InsufficientData {
        let unknown = periods as usize - judged.len();
        return format!("Insufficient Data: {} {} unknown.", count(unknown, "datapoint"), was(unknown));
    }
    let missing = settings.rule.missing;
    if judged.is_empty() && matches!(missing, TreatMissingData::Breaching | TreatMissingData::NotBreaching) {
        let (periods, points) = (periods as usize, count(periods as usize, "missing datapoint"));
        let treated = if missing == TreatMissingData::Breaching { "Breaching" } else { "NonBreaching" };
        return format!(
            "Threshold Crossed: no datapoints were received for {} and {points} {} treated as [{treated}].",
            count(periods, "period"),
            was(periods),
        );
    }
    let breaches = |(_, value): &&Datapoint| settings.breaches(*value);
    let telling: Vec<&Datapoint> = match to {
        AlarmState::Alarm => judged.iter().filter(breaches).collect(),
        _ => judged.iter().filter(|datapoint| !breaches(datapoint)).collect(),
    };
    let (not, needed) = match to {
        AlarmState::Alarm => ("", settings.rule.datapoints_to_alarm),
        _ => ("not ", periods - settings.rule.datapoints_to_alarm + 1),
    };
    format!(
        "Threshold Crossed: {} out of the last {periods} datapoints [{}] {} {not}{} the threshold ({:?}) (minimum {} for \
         {from} -> {to} transition).",
        telling.len(),
        telling.iter().map(|datapoint| shown(datapoint)).collect::<Vec<_>>().join(", "),
        was(telling.len()),
        settings.comparison.words(),
        settings.threshold,
        count(needed as usize, "datapoint"),
    )
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
