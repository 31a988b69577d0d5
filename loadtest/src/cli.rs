//! The command line. Results go to stdout, progress and complaints to stderr; the exit status is 0 when everything held, 1
//! when a threshold broke, and 2, with one line that says why, when nothing could be tested.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{Parser, ValueEnum};

use crate::api::Request;
use crate::credentials::{PASSWORD_VARIABLE, Sources, TOKEN_VARIABLE};
use crate::mix::Mix;
use pattern::PatternArguments;

mod pattern;
mod run;

const COULD_NOT_RUN: u8 = 2;

const EXAMPLES: &str = "\
Examples:
  rez-loadtest                                      what `rez serve --unpaced` serves: 10 users, then 20 requests a second
  rez-loadtest --mode open --rate 500 --duration 1m --thresholds nightly.toml --abort-early
  rez-loadtest --mode open --pattern spike --rate 40 --peak 400 --out reports/out
  rez-loadtest --mode open --only create --rate 250 --duration 400s     100,000 messages
  REZ_TOKEN=… rez-loadtest --host https://api.example.com --i-own-this-host

Thresholds, with their defaults:
  [api]        availability = 0.999, p95 = \"500ms\", p99 = \"1s\"
  [end_to_end] p95 = \"10s\", delivery = 0.99
  [load]       sent = 0.999, accepted = 0.999

Exit status: 0 all held, 1 a threshold broke, 2 it could not run.";

/// Puts load on a running system: user journeys under goose, then an open model that judges objectives.
#[derive(Debug, Parser)]
#[command(name = "rez-loadtest", version, after_help = EXAMPLES, args_override_self = true)]
pub struct Arguments {
    /// Base URL of the deployment
    #[arg(long, default_value = "http://127.0.0.1:8080", value_name = "URL")]
    pub host: String,
    /// Say that you may put load on a host that is not this machine
    #[arg(long)]
    pub i_own_this_host: bool,
    /// Users who wait for each answer, requests that come when they are due, or one after the other
    #[arg(long, value_enum, default_value_t = Mode::Both)]
    pub mode: Mode,
    /// Users of the closed model
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub users: u16,
    #[command(flatten)]
    pub pattern: PatternArguments,
    /// How long each model runs
    #[arg(long, default_value = "20s", value_name = "TIME", value_parser = duration)]
    pub duration: Duration,
    /// Requests that are sent, instead of all; several stand with commas between them
    #[arg(long, value_enum, value_delimiter = ',', value_name = "REQUEST")]
    pub only: Vec<Request>,
    /// Requests of the open model under way at once; what is due beyond them is dropped, and counted
    #[arg(long, default_value_t = 512, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_in_flight: u32,
    /// How long the last messages may take to be delivered
    #[arg(long, default_value = "30s", value_name = "TIME", value_parser = duration)]
    pub settle: Duration,
    /// TOML file with what has to hold
    #[arg(long, value_name = "FILE")]
    pub thresholds: Option<PathBuf>,
    /// Stop the open model as soon as an objective of the API is broken
    #[arg(long)]
    pub abort_early: bool,
    /// File with an access token; or set REZ_TOKEN
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// User to sign in as, with the password in REZ_PASSWORD or `--password-file`; on this machine the one of `rez serve`
    #[arg(long, value_name = "USER")]
    pub login: Option<String>,
    /// File with the password
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// Origin of the application's pages, which has to be on the API's allow-list
    #[arg(long, default_value = "http://localhost:3000", value_name = "URL")]
    pub origin: String,
    /// Write the result as a page and as JSON into this folder
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Print one JSON object instead
    #[arg(long)]
    pub json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    Closed,
    Open,
    Both,
}

impl Arguments {
    fn mix(&self) -> Mix {
        Mix::only(&self.only)
    }

    /// Where to look for somebody to sign in as. Secrets come from the environment or a file, never from here.
    fn sources(&self) -> Sources {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        Sources {
            token: variable(TOKEN_VARIABLE),
            token_file: self.token_file.clone(),
            user: self.login.clone(),
            password: variable(PASSWORD_VARIABLE),
            password_file: self.password_file.clone(),
        }
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    let read = humantime::parse_duration(text).map_err(|_| "expected a duration like `30s` or `5m`".to_owned())?;
    if read.is_zero() { Err("expected more than nothing".to_owned()) } else { Ok(read) }
}

/// # Errors
/// What clap says: a mistake, or a text that was asked for.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Arguments, clap::Error> {
    Arguments::try_parse_from(arguments)
}

/// # Errors
/// Why nothing was tested.
pub fn execute(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(run::run(arguments))
}

/// Prints help where it was asked for; a mistake becomes one line.
pub fn explain(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let printed = error.print();
            if printed.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(COULD_NOT_RUN) }
        }
        _ => {
            let text = error.render().to_string();
            let paragraph: Vec<&str> = text.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
            refuse(paragraph.join(" ").trim_start_matches("error: "))
        }
    }
}

/// One line on stderr, and the status for `it could not run`.
pub fn refuse(reason: &str) -> ExitCode {
    eprintln!("rez-loadtest: {}", reason.replace('\n', "; "));
    ExitCode::from(COULD_NOT_RUN)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        for wrong in [
            "--rate=0",
            "--rate=-1",
            "--rate=NaN",
            "--users=0",
            "--duration=0s",
            "--duration=soon",
            "--max-in-flight=0",
        ] {
            assert!(parse(["rez-loadtest", wrong].map(OsString::from)).is_err(), "{wrong}");
        }
    }
}
