//! The command line. Results go to stdout, progress and complaints to stderr; the exit status is 0 when everything
//! held, 1 when a verdict failed, and 2, with one line that says why, when nothing could be run.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use rez_cloud::profile::Profile;

use crate::{run, scenario, serve};

const COULD_NOT_RUN: u8 = 2;

/// The examples at the end of `rez run --help`.
const RUN_EXAMPLES: &str = "\
Examples:
  rez run                                   30 simulated days; prints a verdict, writes a report
  rez run smoke ntfy-outage                 two scenarios, one after the other
  rez run month --seed 42 --profile adversarial
  rez run smoke --twice                     the same world three times: the histories must be identical
  rez run my/scenario.toml --json | jq .verdict
  rez run hiccup --backend http://127.0.0.1:4566    in real time, on LocalStack's data services

Exit status: 0 all held, 1 a verdict failed, 2 it could not run.";

/// Runs the functions of rez_agent on an AWS inside the process, on a clock that jumps, and gives a verdict.
#[derive(Debug, Parser)]
#[command(name = "rez", version, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Runs scenarios, checks every invariant, judges every objective, and writes a report
    #[command(after_help = RUN_EXAMPLES)]
    Run(RunArgs),
    /// Serves the whole system on local ports, in real time
    #[command(after_help = serve::EXAMPLES)]
    Serve(serve::ServeArgs),
    /// Lists the scenarios, a line each
    Scenarios,
    /// Prints a completion script: `rez completions bash > /etc/bash_completion.d/rez`
    Completions { shell: Shell },
}

#[derive(Clone, Debug, Args)]
pub struct RunArgs {
    /// Names (see `rez scenarios`), or paths of `.toml` files
    #[arg(value_name = "SCENARIO", default_value = "month")]
    pub scenarios: Vec<String>,
    /// The number that decides everything random
    #[arg(long, default_value_t = 1, value_parser = seed, allow_negative_numbers = true)]
    pub seed: u64,
    /// How well-behaved the world is; the scenario says, unless this does
    #[arg(long, value_enum)]
    pub profile: Option<ProfileName>,
    /// Folder for the reports; made when it is absent
    #[arg(long, value_name = "DIR", default_value = "reports/out")]
    pub out: PathBuf,
    /// Print one JSON object instead (an array for several scenarios)
    #[arg(long)]
    pub json: bool,
    /// Run again, in this and in a fresh process, and demand identical histories
    #[arg(long)]
    pub twice: bool,
    /// Another template than the one that is built in
    #[arg(long, value_name = "PATH")]
    pub template: Option<PathBuf>,
    /// Keep tables in a temporary file: a long run takes less memory, and more time
    #[arg(long)]
    pub tables_in_file: bool,
    /// The AWS that holds the data: the embedded one, or the endpoint of another (LocalStack, say). On that it runs in real
    /// time; the system's tables and queues there are emptied first, and nobody else may work on them meanwhile
    #[arg(long, value_name = "embedded|URL", default_value = "embedded")]
    pub backend: DataBackend,
    /// The longest scenario that may run in real time; an hour, unless this says more
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub real_time_max: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ProfileName {
    Ideal,
    Realistic,
    Adversarial,
}

impl ProfileName {
    pub fn name(self) -> &'static str {
        Profile::from(self).name()
    }
}

impl From<ProfileName> for Profile {
    fn from(name: ProfileName) -> Self {
        match name {
            ProfileName::Ideal => Self::Ideal,
            ProfileName::Realistic => Self::Realistic,
            ProfileName::Adversarial => Self::Adversarial,
        }
    }
}

pub(crate) fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("expected a whole number from 0 to {}", u64::MAX))
}

/// # Errors
/// What clap says: a mistake, or a text that was asked for.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, clap::Error> {
    let command = Cli::try_parse_from(arguments)?.command;
    command.check()?;
    Ok(command)
}

impl Command {
    /// What clap cannot tell, because it goes by the value of `--backend`.
    fn check(&self) -> Result<(), clap::Error> {
        let Self::Run(run) = self else { return Ok(()) };
        let elsewhere = run.backend.url().is_some();
        let mistake = match run {
            RunArgs { twice: true, .. } if elsewhere => {
                "`--twice` is for the embedded AWS, not for another `--backend`"
            }
            RunArgs { tables_in_file: true, .. } if elsewhere => {
                "`--tables-in-file` is for the embedded AWS, not for another `--backend`"
            }
            RunArgs { real_time_max: Some(_), .. } if !elsewhere => "`--real-time-max` needs the URL of a `--backend`",
            _ => return Ok(()),
        };
        Err(Cli::command().error(ErrorKind::ArgumentConflict, mistake))
    }
}

/// Who holds the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataBackend {
    /// The AWS inside the process.
    Embedded,
    /// Another, at this URL.
    At(String),
}

impl DataBackend {
    pub fn url(&self) -> Option<&str> {
        match self {
            Self::Embedded => None,
            Self::At(url) => Some(url),
        }
    }
}

impl From<&str> for DataBackend {
    fn from(text: &str) -> Self {
        if text == "embedded" { Self::Embedded } else { Self::At(text.to_owned()) }
    }
}

/// # Errors
/// Why it could not run.
pub fn execute(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Run(arguments) => run::execute(&arguments),
        Command::Serve(arguments) => serve::execute(&arguments),
        Command::Scenarios => list_scenarios(),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "rez", &mut script);
            say(&script)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn list_scenarios() -> anyhow::Result<ExitCode> {
    let mut lines = String::new();
    for scenario in scenario::shipped()? {
        let days = humantime::format_duration(scenario.duration).to_string();
        writeln!(lines, "{:<12} {days:>8}  {}", scenario.name, scenario.about)?;
    }
    say(lines.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// Writes to stdout. Whoever has closed it, as `head` does, has seen enough.
///
/// # Errors
/// When there is no room for it.
pub(crate) fn say(text: &[u8]) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error).context("cannot write to stdout"),
        _ => Ok(()),
    }
}

/// Prints help where it was asked for; a mistake becomes one line.
pub fn explain(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let printed = error.print();
            if printed.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(COULD_NOT_RUN) }
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => refuse("no command (try `rez --help`)"),
        _ => refuse(&mistake(error)),
    }
}

/// The first paragraph of what clap says, on one line.
fn mistake(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let paragraph: Vec<&str> = text.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
    paragraph.join(" ").trim_start_matches("error: ").to_owned()
}

/// One line on stderr, and the status for `it could not run`.
pub fn refuse(reason: &str) -> ExitCode {
    eprintln!("rez: {}", reason.replace('\n', "; "));
    ExitCode::from(COULD_NOT_RUN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint(line: &str) -> String {
        mistake(&parse(line.split(' ').map(OsString::from)).unwrap_err())
    }

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_month_is_the_default() {
        let Command::Run(arguments) = parse(["rez", "run"].map(OsString::from)).unwrap() else { panic!("not `run`") };
        assert_eq!((arguments.scenarios, arguments.seed), (vec!["month".to_owned()], 1));
    }

    #[test]
    fn the_embedded_backend_is_the_default_and_bars_nothing() {
        for line in ["rez run --backend embedded --twice", "rez run --twice --backend=embedded --tables-in-file"] {
            let Command::Run(arguments) = parse(line.split(' ').map(OsString::from)).unwrap() else { panic!("{line}") };
            assert_eq!((arguments.backend, arguments.twice), (DataBackend::Embedded, true), "{line}");
        }
        let line = "rez serve --backend embedded";
        let Command::Serve(arguments) = parse(line.split(' ').map(OsString::from)).unwrap() else { panic!("{line}") };
        assert_eq!(arguments.backend, DataBackend::Embedded);
    }

    #[test]
    fn mistakes_are_one_line() {
        let complaints = [
            complaint("rez run --seed many"),
            complaint("rez run --seed -1"),
            complaint("rez run --profile perfect"),
            complaint("rez run --speed 9"),
            complaint("rez walk"),
            complaint("rez completions cmd"),
            complaint("rez run --backend http://a --twice"),
            complaint("rez run --tables-in-file --backend http://a"),
            complaint("rez run --real-time-max 1h"),
        ];
        insta::assert_snapshot!(complaints.join("\n"));
    }

    #[test]
    fn help() {
        // Not wrapped: how wide a terminal is, and whether clap looks, is not the same everywhere.
        let unwrapped = Cli::command().term_width(0);
        let Err(help) = unwrapped.try_get_matches_from(["rez", "run", "--help"]) else { panic!("no help") };
        insta::assert_snapshot!(help.render().to_string());
    }
}
