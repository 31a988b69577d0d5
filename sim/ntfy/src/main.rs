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
        Err(mistake) => {
            let text = mistake.render().to_string();
            return refuse(text.lines().next().unwrap_or_default().trim_start_matches("error: "));
        }
    };
    match server::run(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => refuse(&format!("{error:#}")),
    }
}

fn refuse(line: &str) -> ExitCode {
    eprintln!("rez-ntfy: {line}");
    ExitCode::from(COULD_NOT_RUN)
}
