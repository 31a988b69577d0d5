//! The LocalStack that a test asks for: a container of its own, or word that there is none.

use std::process::Command;
use std::time::Duration;

use rez_localstack::{ContainerError, LocalStack};

use super::eventually;

/// How long a container may take to be gone once nobody wants it.
const GONE_WITHIN: Duration = Duration::from_secs(20);

/// A healthy LocalStack; `None`, and a line on stderr that names the test, where Docker is missing. With
/// `REZ_REQUIRE_DOCKER=1` that is a failure: so says a CI that installs Docker itself.
///
/// # Panics
/// When Docker is there and LocalStack is not as it should be.
pub async fn localstack(test: &str) -> Option<LocalStack> {
    match LocalStack::start().await {
        Ok(localstack) => Some(localstack),
        Err(error @ ContainerError::NoDocker(_)) if !is_required() => {
            // Straight to the terminal: what a passing test prints is kept back.
            let line = format!("skipped: {test}: {error}\n");
            drop(std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes()));
            None
        }
        Err(error) => panic!("{error}"),
    }
}

fn is_required() -> bool {
    std::env::var("REZ_REQUIRE_DOCKER").is_ok_and(|value| value == "1")
}

/// Whether moto serves its DynamoDB: LocalStack reads its providers from the environment, and the image that is built here sets
/// this one.
pub fn has_moto(localstack: &LocalStack) -> bool {
    let format = "{{range .Config.Env}}{{println .}}{{end}}";
    let told = Command::new("docker").args(["inspect", "--format", format, localstack.id()]).output().unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    String::from_utf8(told.stdout).unwrap().lines().any(|line| line == "PROVIDER_OVERRIDE_DYNAMODB=moto")
}

/// Whether Docker knows the container.
pub fn is_there(container: &str) -> bool {
    let listed = Command::new("docker").args(["ps", "--all", "--quiet", "--no-trunc"]).output().unwrap();
    String::from_utf8(listed.stdout).unwrap().lines().any(|line| line == container)
}

/// Waits until Docker does not know the container any more.
pub async fn gone(container: &str) {
    eventually("the container is gone", GONE_WITHIN, async || (!is_there(container)).then_some(())).await;
}
