//! `rez serve`: the whole system in real time, each part on a port of its own, for people, browsers and load generators.
//!
//! `cargo run --release -- serve`, then open the sign-in page or send any SDK to the AWS port. Nothing here is simulated
//! faster than it would be: the clock is the machine's. The functions run within this process, or as the very binaries
//! that are deployed.

mod announce;
mod arguments;
mod doors;
mod stop;
mod system;

use std::io::{self, Write};
use std::pin::pin;
use std::process::ExitCode;

pub use self::arguments::{EXAMPLES, FunctionsName, ServeArgs};

use self::announce::Announcement;
use self::doors::Doors;
use self::system::System;

/// Serves until somebody stops it.
///
/// # Errors
/// What kept it from starting, found before anything was served.
pub fn execute(arguments: &ServeArgs) -> anyhow::Result<ExitCode> {
    // One thread, as in a world; but the clock is real, and there are sockets.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(serve(arguments))
}

async fn serve(arguments: &ServeArgs) -> anyhow::Result<ExitCode> {
    let mut stopped = pin!(stop::on_signal()?);
    let doors = Doors::open(arguments).await?;
    // A backend or an ntfy that does not answer holds this up.
    let system = tokio::select! {
        biased;
        () = &mut stopped => return Ok(ExitCode::SUCCESS),
        system = System::build(arguments, &doors) => system?,
    };
    let announcement = Announcement::of(arguments, &doors);
    let serving = doors.serve(&system.cloud)?;
    system.cloud.start();

    let mut out = io::stdout().lock();
    out.write_all(announcement.text(arguments.json).as_bytes())?;
    out.flush()?;
    drop(out);

    stopped.await;
    eprintln!("stopping");
    serving.end(system.cloud.drain()).await;
    Ok(ExitCode::SUCCESS)
}
