//! The command line of `rez-ntfy`.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::Parser;

use crate::Settings;

/// The only other place where the token may come from: the command line can be read by anybody on the machine.
const TOKEN_VARIABLE: &str = "NTFY_TOKEN";

const EXAMPLES: &str = "\
Examples:
  rez-ntfy                                         anybody may publish; admin port 8083
  NTFY_TOKEN=tk_secret rez-ntfy --port 0 --admin-port 0 --json
  curl -d '{\"kind\":\"lose\",\"count\":2}' http://127.0.0.1:8083/faults
  curl -d '{\"kind\":\"refuse\"}' http://127.0.0.1:8083/faults
  curl -X DELETE http://127.0.0.1:8083/faults
  curl http://127.0.0.1:8083/received

Kinds of faults: refuse, reset, silent, delay (`delay_ms`), lose, error (`status`); with `probability`, `count` and
`when` (before or after the effect). The token comes from NTFY_TOKEN or `--token-file`.

Exit status: 0 stopped by a signal, 2 it could not run.";

/// Serves a faithful ntfy, and misbehaves on request.
#[derive(Debug, Parser)]
#[command(name = "rez-ntfy", version, after_help = EXAMPLES)]
pub struct Arguments {
    /// Port of ntfy; 0 takes any that is free
    #[arg(long, default_value_t = 8082)]
    pub port: u16,
    /// Port that sets faults and reads back what arrived; 0 takes any that is free
    #[arg(long, default_value_t = 8083)]
    pub admin_port: u16,
    /// Address of both ports
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub bind: IpAddr,
    /// File with the access token that may publish
    #[arg(long, value_name = "PATH")]
    pub token_file: Option<PathBuf>,
    /// Requests that one visitor may make at once
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    pub request_burst: u32,
    /// Time in which one request is earned back, milliseconds
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub request_interval_ms: u64,
    /// Messages that one visitor may publish in a day
    #[arg(long, default_value_t = 17_280)]
    pub daily_messages: u32,
    /// Shows every publish as a new notification, as servers before 2.16 do
    #[arg(long)]
    pub no_sequence_ids: bool,
    /// The number that decides message ids and which requests meet a fault
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Prints one line of JSON when ready
    #[arg(long)]
    pub json: bool,
}

impl Arguments {
    /// # Errors
    /// A token file that cannot be read or is empty.
    pub fn settings(&self) -> anyhow::Result<Settings> {
        Ok(Settings {
            request_burst: self.request_burst,
            request_interval: Duration::from_millis(self.request_interval_ms),
            daily_messages: self.daily_messages,
            sequence_ids: !self.no_sequence_ids,
            token: self.token()?,
            ..Settings::default()
        })
    }

    fn token(&self) -> anyhow::Result<Option<String>> {
        let Some(path) = &self.token_file else {
            return Ok(std::env::var(TOKEN_VARIABLE).ok().filter(|token| !token.is_empty()));
        };
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read `{}` (`--token-file`)", path.display()))?;
        ensure!(!text.trim().is_empty(), "`{}` is empty (`--token-file`)", path.display());
        Ok(Some(text.trim().to_owned()))
    }
}
