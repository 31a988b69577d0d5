//! An alarm as the template declares it, read and checked.

use super::comparison::Comparison;
use super::judge::{Rule, TreatMissingData};
use crate::history::AlarmState;
use crate::host::cloudwatch::MINUTE;
use crate::host::cloudwatch::metrics::{MetricId, Need, Statistic};
use crate::services::names;

/// What is wrong with an alarm, as far as this cloud is concerned.
#[derive(Debug, thiserror::Error)]
pub enum AlarmError {
    #[error("metric `{0}` is not modelled")]
    MetricNotModelled(String),
    #[error("metric `{metric}` is about `{missing}`, which the template does not have")]
    NoResource { metric: String, missing: String },
    #[error("{0}")]
    Statistic(String),
    #[error("`{property}` `{value}` is not modelled")]
    Value { property: &'static str, value: String },
    #[error("action `{0}` is no topic of the template")]
    Action(String),
}

/// One alarm on one metric.
#[derive(Clone, Debug)]
pub struct Settings {
    pub name: String,
    pub description: Option<String>,
    pub metric: MetricId,
    pub statistic: Statistic,
    /// Seconds.
    pub period: u64,
    pub rule: Rule,
    pub threshold: f64,
    pub comparison: Comparison,
    /// Whether any topic is told of anything.
    pub actions_enabled: bool,
    /// ARNs of the topics that are told of ALARM, and of OK.
    pub alarm_actions: Vec<String>,
    pub ok_actions: Vec<String>,
}

impl Settings {
    /// # Errors
    /// The first thing that is not modelled.
    pub fn read(alarm: &rez_topology::Alarm) -> Result<Self, AlarmError> {
        let value = |property, value: &str| AlarmError::Value { property, value: value.to_owned() };
        let missing = alarm.treat_missing_data.parse();
        let missing = missing.map_err(|()| value("TreatMissingData", &alarm.treat_missing_data))?;
        let comparison = alarm.comparison.parse();
        Ok(Self {
            name: alarm.name.clone(),
            description: alarm.description.clone(),
            metric: MetricId {
                namespace: alarm.namespace.clone(),
                name: alarm.metric.clone(),
                dimensions: alarm.dimensions.clone(),
            },
            statistic: alarm.statistic.parse().map_err(|error| AlarmError::Statistic(format!("{error}")))?,
            period: alarm.period.as_secs(),
            rule: Rule {
                evaluation_periods: alarm.evaluation_periods,
                datapoints_to_alarm: alarm.datapoints_to_alarm,
                missing: own_missing(&alarm.namespace, missing),
            },
            threshold: alarm.threshold,
            comparison: comparison.map_err(|()| value("ComparisonOperator", &alarm.comparison))?,
            actions_enabled: alarm.actions_enabled,
            alarm_actions: alarm.actions.clone(),
            ok_actions: alarm.ok_actions.clone(),
        })
    }

    /// Whether it is evaluated at second `now`: one whose periods are minutes, only when a minute is over.
    pub fn is_due(&self, now: u64) -> bool {
        self.period < MINUTE || now.is_multiple_of(MINUTE)
    }

    /// ARNs of the topics that are told when it goes to `state`.
    pub fn actions(&self, state: AlarmState) -> &[String] {
        match state {
            _ if !self.actions_enabled => &[],
            AlarmState::Alarm => &self.alarm_actions,
            AlarmState::Ok => &self.ok_actions,
            AlarmState::InsufficientData => &[],
        }
    }

    pub fn all_actions(&self) -> impl Iterator<Item = &String> {
        self.alarm_actions.iter().chain(&self.ok_actions)
    }

    pub fn breaches(&self, value: f64) -> bool {
        self.comparison.breaches(value, self.threshold)
    }

    /// What it needs of its metric, when it is evaluated every `tick` seconds, and `margin` seconds may lie between the
    /// newest sample and the periods that are judged.
    pub fn need(&self, tick: u64, margin: u64) -> Need {
        Need {
            grain: tick,
            keep: u64::from(self.rule.range()) * self.period + margin,
            samples: matches!(self.statistic, Statistic::Percentile(_)),
        }
    }

    pub fn arn(&self) -> String {
        names::arn("cloudwatch", &format!("alarm:{}", self.name))
    }
}

/// "Alarms that evaluate metrics in the AWS/DynamoDB namespace always ignore missing data even if you choose a different
/// option" (user guide).
fn own_missing(namespace: &str, asked: TreatMissingData) -> TreatMissingData {
    if namespace == "AWS/DynamoDB" { TreatMissingData::Ignore } else { asked }
}
