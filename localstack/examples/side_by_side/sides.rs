//! The two that are compared, each from its start until it is dropped.

use std::future::Future;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::pin::Pin;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rez_localstack::LocalStack;
use serde_json::Value;
use tokio::time::Instant;

use super::light::{Failure, Light};
use super::memory;

/// A side that is on its way.
pub type Starting = Pin<Box<dyn Future<Output = Result<Side, Failure>>>>;

pub struct Side {
    pub name: &'static str,
    /// From its start until it answers.
    pub ready_after: Duration,
    pub client: Light,
    running: Running,
}

enum Running {
    Serve(Serve),
    Container(Box<LocalStack>),
}

impl Side {
    pub fn embedded() -> Starting {
        Box::pin(async {
            let started = Instant::now();
            let (serve, url) = Serve::start()?;
            let ready_after = started.elapsed();
            Ok(Self { name: "rez serve", ready_after, client: Light::new(&url), running: Running::Serve(serve) })
        })
    }

    pub fn localstack() -> Starting {
        Box::pin(async {
            let started = Instant::now();
            let container = LocalStack::start().await?;
            let ready_after = started.elapsed();
            let client = Light::new(container.endpoint().url());
            Ok(Self { name: "LocalStack", ready_after, client, running: Running::Container(Box::new(container)) })
        })
    }

    /// What it holds now, in MiB.
    ///
    /// # Errors
    /// When this machine does not tell: only Linux does, and only of processes on it.
    pub fn memory_mib(&self) -> Result<f64, Failure> {
        match &self.running {
            Running::Serve(Serve(child)) => memory::of_process(child.id()),
            Running::Container(container) => memory::of_container(container.id()),
        }
    }
}

/// `rez serve`, ended when this is dropped.
struct Serve(Child);

impl Serve {
    fn start() -> Result<(Self, String), Failure> {
        let rez = binary()?;
        let ports = ["--api-port", "--sign-in-port", "--ntfy-port", "--aws-port"].map(|flag| [flag, "0"]);
        let mut command = Command::new(&rez);
        command.args(["serve", "--json", "--profile", "ideal"]).args(ports.as_flattened()).stdout(Stdio::piped());
        let child = command.spawn().map_err(|error| format!("cannot start `{}`: {error}", rez.display()))?;
        let mut serve = Self(child);
        let stdout = serve.0.stdout.take().ok_or("`rez serve` has no output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let told: Value =
            serde_json::from_str(&line).map_err(|_| "`rez serve` did not start (its complaint is above)")?;
        let url = told["aws"].as_str().ok_or("`rez serve` does not say where AWS is")?.to_owned();
        Ok((serve, url))
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// `target/release/rez` beside `target/release/examples/side_by_side`.
fn binary() -> Result<PathBuf, Failure> {
    let own = std::env::current_exe()?;
    let path = own.ancestors().nth(2).map(|folder| folder.join("rez")).ok_or("this program is nowhere")?;
    if path.is_file() {
        Ok(path)
    } else {
        Err(format!("no `{}` (run `cargo build --release` first)", path.display()).into())
    }
}
