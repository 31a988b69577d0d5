//! `rez-ntfy`: an ntfy on a real port that misbehaves when its admin port says so.

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;
use rez_ntfy::server::{self, Arguments};

const COULD_NOT_RUN: u8 = 2;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(help) if matches!(help.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => help.exit(),
        Err(mistake) => return refuse(mistake.render().to_string().lines().next().unwrap_or_default()),
    };
    match server::run(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => refuse(&format!("error: {error:#}")),
    }
}

fn refuse(line: &str) -> ExitCode {
    eprintln!("{line}");
    ExitCode::from(COULD_NOT_RUN)
}
