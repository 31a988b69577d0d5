//! `rez-loadtest`: puts load on a running system and says whether it kept its promises.

use std::process::ExitCode;

use rez_loadtest::cli;

fn main() -> ExitCode {
    match cli::parse(std::env::args_os()) {
        Ok(arguments) => cli::execute(&arguments).unwrap_or_else(|error| cli::refuse(&format!("{error:#}"))),
        Err(error) => cli::explain(&error),
    }
}
