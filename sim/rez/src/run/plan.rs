//! What is to be run, checked before anything is.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rez_cloud::faults;
use rez_cloud::profile::Profile;
use rez_topology::{Mistake, Options, Topology, TopologyError};

use super::RealTime;
use crate::cli::RunArgs;
use crate::scenario::{OtherAlarms, Scenario};
use crate::world;

const TEMPLATE: &str = include_str!("../../../../system/template.yaml");
const TEMPLATE_PATH: &str = "system/template.yaml";

/// One world: everything that decides it.
#[derive(Clone, Debug)]
pub struct Plan {
    pub scenario: Scenario,
    pub seed: u64,
    pub profile: Profile,
    pub topology: Topology,
    /// The scenario's faults, aimed at what the template has.
    pub faults: Vec<faults::Fault>,
    /// Where it runs in real time; `None` in virtual time, in the cloud itself.
    pub real_time: Option<RealTime>,
    pub tables_in_file: bool,
    template: Option<PathBuf>,
}

impl Plan {
    /// # Errors
    /// A fault whose target, or an alarm that, is not in the template; a template without an address of ntfy; a scenario
    /// that is too long for real time.
    pub fn new(mut scenario: Scenario, topology: &Topology, arguments: &RunArgs) -> anyhow::Result<Self> {
        let known = faults::Known::of(topology).server(&world::ntfy_host(topology)?);
        let faults = scenario.faults.iter().map(|fault| super::aim::aim(fault, &known)).collect::<Result<_, _>>()?;
        for alarm in &mut scenario.expectations.alarms {
            *alarm = super::aim::name_alarm(alarm, topology)?;
        }
        let profile = arguments.profile.map_or(scenario.profile, Profile::from);
        if profile != scenario.profile {
            // Which alarms are raised by the way was written for the scenario's own profile.
            scenario.expectations.other_alarms = OtherAlarms::Anything;
        }
        let real_time = RealTime::of(&mut scenario, topology, arguments)?;
        Ok(Self {
            profile,
            seed: arguments.seed,
            topology: topology.clone(),
            template: arguments.template.clone(),
            faults,
            tables_in_file: arguments.tables_in_file,
            real_time,
            scenario,
        })
    }

    /// File name of the report, without its ending: another seed or another profile is another file.
    pub fn report_name(&self) -> String {
        let Self { scenario, seed, profile, .. } = self;
        if self.has_own_profile() {
            format!("{}-{seed}", scenario.name)
        } else {
            format!("{}-{}-{seed}", scenario.name, profile.name())
        }
    }

    /// Whether the scenario runs under the profile that it was written for.
    fn has_own_profile(&self) -> bool {
        self.profile == self.scenario.profile
    }

    pub fn profile_name(&self) -> &'static str {
        self.profile.name()
    }

    /// What the clock of a run shows that begins now.
    pub fn begins(&self) -> SystemTime {
        if self.real_time.is_some() { world::now() } else { super::start() }
    }

    /// URL of the data services of somebody else's, if it runs on such.
    pub fn backend(&self) -> Option<String> {
        self.real_time.as_ref().map(|real_time| real_time.url.clone())
    }

    /// What follows `rez` to run this world again.
    pub fn arguments(&self) -> Vec<String> {
        let seed = self.seed.to_string();
        let mut arguments = ["run", &self.scenario.source, "--seed", &seed, "--profile", self.profile_name()]
            .map(str::to_owned)
            .to_vec();
        if let Some(template) = &self.template {
            arguments.extend(["--template".to_owned(), template.display().to_string()]);
        }
        arguments.extend(self.tables_in_file.then(|| "--tables-in-file".to_owned()));
        arguments.extend(self.real_time.iter().flat_map(RealTime::arguments));
        arguments
    }

    /// A command to paste, as the person who ran this one would write it.
    pub fn replay(&self) -> String {
        let by_cargo = std::env::var_os("CARGO").is_some();
        let program = if by_cargo { "cargo run --release --" } else { "rez" };
        let arguments = self.arguments();
        let quoted = shlex::try_join(arguments.iter().map(String::as_str)).unwrap_or_else(|_| arguments.join(" "));
        format!("{program} {quoted}")
    }
}

/// The template that is built in, or another one.
///
/// # Errors
/// When it cannot be read, or has mistakes: one line, with the first of them.
pub fn topology(template: Option<&Path>, options: &Options) -> anyhow::Result<Topology> {
    let read = match template {
        Some(path) => Topology::from_file(path, options),
        None => Topology::from_yaml(TEMPLATE, TEMPLATE_PATH, options),
    };
    read.map_err(|error| match error {
        TopologyError::Invalid(mistakes) => first_of(&mistakes),
        unreadable => anyhow::anyhow!("{unreadable}"),
    })
}

/// The other mistakes often follow from the first.
fn first_of(mistakes: &[Mistake]) -> anyhow::Error {
    match mistakes {
        [] => anyhow::anyhow!("the template has mistakes"),
        [only] => anyhow::anyhow!("{only}"),
        [first, others @ ..] => anyhow::anyhow!("{first} (and {} more mistakes)", others.len()),
    }
}
