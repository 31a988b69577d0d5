//! `rez`: runs the functions of rez_agent on a simulated AWS and says whether they kept their promises.

use std::process::ExitCode;

use rez::cli;

fn main() -> ExitCode {
    match cli::parse(std::env::args_os()) {
        Ok(command) => cli::execute(command).unwrap_or_else(|error| cli::refuse(&format!("{error:#}"))),
        Err(error) => cli::explain(&error),
    }
}
