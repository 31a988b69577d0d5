//! A scenario in real time, on data services of somebody else's: how long it may take, and what it cannot show.

use std::time::Duration;

use anyhow::bail;
use humantime::format_duration;
use rez_topology::Topology;

use crate::cli::RunArgs;
use crate::scenario::{OtherAlarms, Scenario};

/// How long a scenario may be, unless somebody says otherwise.
const DURATION_MAX: Duration = Duration::from_secs(3_600);
/// Metrics of the data services. Nothing of ours sees what they count.
const UNSEEN: [&str; 3] = ["AWS/DynamoDB", "AWS/SNS", "AWS/SQS"];

#[derive(Clone, Debug)]
pub struct RealTime {
    /// Where the data services are.
    pub url: String,
    /// Alarms that the scenario has an opinion on, and that nobody could see fire. Names.
    pub alarms_unseen: Vec<String>,
    duration_max: Option<Duration>,
}

impl RealTime {
    /// `None` without a backend. What the scenario expects of alarms that nobody could see is taken out of it.
    ///
    /// # Errors
    /// When the scenario is too long.
    pub fn of(scenario: &mut Scenario, topology: &Topology, arguments: &RunArgs) -> anyhow::Result<Option<Self>> {
        let Some(url) = arguments.backend.url() else { return Ok(None) };
        if scenario.duration > arguments.real_time_max.unwrap_or(DURATION_MAX) {
            let [takes, settles] = [scenario.duration, scenario.settle_within].map(format_duration);
            bail!(
                "`{}` would take {takes} of real time, and up to {settles} more to settle (add `--real-time-max {}` to \
                 run it all the same)",
                scenario.source,
                takes.to_string().replace(' ', "")
            );
        }
        let alarms_unseen = take_unseen(scenario, topology);
        Ok(Some(Self { url: url.to_owned(), alarms_unseen, duration_max: arguments.real_time_max }))
    }

    /// What follows `rez run` to run on it again.
    pub fn arguments(&self) -> Vec<String> {
        let mut arguments = vec!["--backend".to_owned(), self.url.clone()];
        if let Some(duration) = self.duration_max {
            arguments.extend(["--real-time-max".to_owned(), format_duration(duration).to_string().replace(' ', "")]);
        }
        arguments
    }
}

fn take_unseen(scenario: &mut Scenario, topology: &Topology) -> Vec<String> {
    let unseen = topology.alarms.values().filter(|alarm| UNSEEN.contains(&alarm.namespace.as_str()));
    let mut unseen: Vec<String> = unseen.map(|alarm| alarm.name.clone()).collect();
    let expectations = &mut scenario.expectations;
    if expectations.other_alarms == OtherAlarms::Anything {
        unseen.retain(|name| expectations.alarms.iter().any(|alarm| alarm.required && alarm.name == *name));
    }
    expectations.alarms.retain(|alarm| !unseen.contains(&alarm.name));
    unseen
}
