//! What `rez serve` is told.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use rez_localstack::Endpoint;

use crate::cli::{DataBackend, ProfileName, seed};

/// The examples at the end of `rez serve --help`.
pub const EXAMPLES: &str = "\
Examples:
  rez serve                                 everything, at the usual ports
  rez serve --api-port 0 --sign-in-port 0 --ntfy-port 0 --aws-port 0 --json
  rez serve --profile ideal --unpaced --parameter Stage=prod        for load tests
  rez serve --functions process             the deployable binaries, a process for each environment
  rez serve --backend http://127.0.0.1:4567   queues, topics, tables and parameters of LocalStack
  rez serve --functions process --ntfy-url http://127.0.0.1:8082   with the notifications in an ntfy of your own
  aws --endpoint-url http://127.0.0.1:4566 sqs list-queues

Ctrl-C stops it. Exit status: 0 stopped, 2 it could not run.";

#[derive(Clone, Debug, Args)]
pub struct ServeArgs {
    /// Port of the REST API; 0 takes any that is free
    #[arg(long, default_value_t = 8080, value_name = "PORT")]
    pub api_port: u16,
    /// Port of the user pool, with its login page
    #[arg(long, default_value_t = 8081, value_name = "PORT")]
    pub sign_in_port: u16,
    /// Port of ntfy
    #[arg(long, default_value_t = 8082, value_name = "PORT")]
    pub ntfy_port: u16,
    /// Port of SQS, SNS, DynamoDB, Parameter Store and Lambda's Invoke
    #[arg(long, default_value_t = 4566, value_name = "PORT")]
    pub aws_port: u16,
    /// Address to listen at; other machines reach 0.0.0.0, and nothing here asks them who they are
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST), value_name = "ADDRESS")]
    pub bind: IpAddr,
    /// How well-behaved the world is
    #[arg(long, value_enum, default_value_t = ProfileName::Realistic)]
    pub profile: ProfileName,
    /// The number that decides everything random
    #[arg(long, default_value_t = 1, value_parser = seed)]
    pub seed: u64,
    /// Where the functions run
    #[arg(long, value_enum, default_value_t = FunctionsName::InProcess)]
    pub functions: FunctionsName,
    /// Folder with the functions' binaries, for `--functions process`
    #[arg(long, value_name = "DIR", default_value = "target/release")]
    pub binaries: PathBuf,
    /// The AWS that holds the data: the embedded one, or the endpoint of another (LocalStack, say); what is missing there is
    /// created
    #[arg(long, value_name = "embedded|URL", default_value = "embedded")]
    pub backend: DataBackend,
    /// ntfy that somebody else runs, in place of the one inside, for `--functions process`; its token comes from NTFY_TOKEN
    #[arg(long, value_name = "URL", value_parser = server, conflicts_with = "ntfy_port")]
    pub ntfy_url: Option<String>,
    /// ntfy without limits, and notifications at once: ntfy's own limits let 12 a minute through
    #[arg(long)]
    pub unpaced: bool,
    /// A parameter of the template: `Stage=prod`
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = parameter)]
    pub parameters: Vec<(String, String)>,
    /// Another template than the one that is built in
    #[arg(long, value_name = "PATH")]
    pub template: Option<PathBuf>,
    /// Print one JSON object instead of the table, on one line, once everything is there
    #[arg(long)]
    pub json: bool,
    /// Show the log lines of the functions and the API's access log on stderr
    #[arg(long)]
    pub logs: bool,
}

/// How a function runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FunctionsName {
    /// Within this process
    InProcess,
    /// As the binaries that are deployed, a process for each execution environment
    Process,
}

/// Scheme and host, and perhaps a port.
fn server(text: &str) -> Result<String, String> {
    Endpoint::parse(text).map(|server| server.url().to_owned()).map_err(|error| error.to_string())
}

fn parameter(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}
