//! How long a deployable binary takes to its first answer, and what a child process costs in each invocation:
//! `cargo run --release -p rez-cloud --example cold_start -- system/template.yaml target/release/notification-service`.
//!
//! The function is the one of the template whose name ends in the binary's; a third argument is the event (`{}` unless
//! given), which may well be refused: that is an answer too. Everything runs in real time and on this machine.

mod idler;
mod measure;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use rez_cloud::host::lambda::child::Binary;
use rez_topology::{Options, Topology};

use self::measure::{Place, Times, cold, warm};

const COLD_STARTS: usize = 30;
const WARM_INVOCATIONS: usize = 2_000;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    if std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_some() {
        return idler::run().await;
    }
    match measure_all().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

async fn measure_all() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(template), Some(binary)) = (arguments.next(), arguments.next()) else {
        bail!("usage: cold_start TEMPLATE BINARY [EVENT]");
    };
    let event = arguments.next().unwrap_or_else(|| "{}".to_owned());
    let (topology, binary) = (Topology::from_file(&template, &Options::default())?, PathBuf::from(binary));
    let function = function(&topology, &binary)?;
    let mut starts = Times::default();
    let mut answered = String::new();
    for _ in 0..COLD_STARTS {
        let place = Place::child(&topology, &function, |aws| Binary::new(&binary, aws)).await?;
        let (took, answer) = cold(&place, &event).await?;
        starts.add(took);
        answered = answer;
    }
    let bytes = binary.metadata()?.len();
    println!("{function}: {:.1} MB, answers {event} with {answered}", bytes as f64 / 1e6);
    println!("{:48} {starts}", format!("start to first answer, {COLD_STARTS} times"));
    warm_all().await
}

/// A function that does nothing, in each way to run one.
async fn warm_all() -> Result<()> {
    let (topology, itself) = (idler::topology()?, std::env::current_exe()?);
    let in_process = Place::in_process(&topology)?;
    let frozen = Place::child(&topology, idler::ID, |aws| Binary::new(&itself, aws)).await?;
    let running = Place::child(&topology, idler::ID, |aws| Binary::new(&itself, aws).without_freezing()).await?;
    for (way, place) in [("in process", in_process), ("as a child", frozen), ("as a child that is not frozen", running)]
    {
        println!("{:48} {}", format!("warm, {way}, {WARM_INVOCATIONS} times"), warm(&place, WARM_INVOCATIONS).await?);
    }
    Ok(())
}

fn function(topology: &Topology, binary: &Path) -> Result<String> {
    let name = binary.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let mut named = topology.functions.iter().filter(|(_, function)| function.name.ends_with(name));
    let (id, _) = named.next().with_context(|| format!("no function of the template has a name like `{name}`"))?;
    Ok(id.clone())
}
