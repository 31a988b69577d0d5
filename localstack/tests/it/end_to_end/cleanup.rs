//! Nothing is left of a system, however its test ends: no container, no process.

use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use serde::{Deserialize, Serialize};

use super::programs;
use super::serving::program;
use super::system::{SOON, System};
use crate::support::container::{gone, is_there, localstack};
use crate::support::eventually;

/// `rez serve` says that it stops within 5 s.
const STOPPED_WITHIN: Duration = Duration::from_secs(10);
/// Where the other half of a test writes what it holds.
const HOLDS_VARIABLE: &str = "REZ_TEST_HOLDS_SYSTEM";

/// What a system is made of.
#[derive(Debug, Deserialize, Serialize)]
struct Parts {
    containers: Vec<String>,
    processes: Vec<i32>,
}

impl Parts {
    /// Of one that has been used, so that there are processes of functions too.
    async fn of(system: &System) -> Self {
        system.signed_in("user").await;
        let processes = system.serving.processes().into_iter().map(|id| id.as_raw_nonzero().get()).collect();
        let containers = [system.localstack.id(), system.ntfy.id()].map(str::to_owned).into();
        Self { containers, processes }
    }

    fn all_there(&self) -> bool {
        self.processes.len() > 1
            && self.running() == self.processes.len()
            && self.containers.iter().all(|id| is_there(id))
    }

    async fn all_gone(&self) {
        for container in &self.containers {
            gone(container).await;
        }
        eventually("the processes are gone", STOPPED_WITHIN, async || (self.running() == 0).then_some(())).await;
    }

    fn running(&self) -> usize {
        self.processes.iter().filter_map(|id| program(Pid::from_raw(*id)?)).count()
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker: cargo test -p rez-localstack -- --ignored"]
async fn nothing_is_left_after_a_panic() {
    let Some(system) = System::start("end_to_end::cleanup::nothing_is_left_after_a_panic").await else { return };
    let parts = Parts::of(&system).await;
    assert!(parts.all_there(), "{parts:?}");
    let panicked = tokio::spawn(async move {
        let _held = system;
        panic!("on purpose");
    });
    assert!(panicked.await.unwrap_err().is_panic());
    parts.all_gone().await;
}

/// What the next test runs in a process of its own: it holds a system until it is interrupted.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "the other half of `nothing_is_left_after_ctrl_c` and `_a_kill`, which start it"]
async fn holder() {
    let Ok(path) = std::env::var(HOLDS_VARIABLE) else { return };
    let Some(system) = System::start("end_to_end::cleanup::holder").await else { return };
    std::fs::write(path, serde_json::to_vec(&Parts::of(&system).await).unwrap()).unwrap();
    std::future::pending::<()>().await;
}

/// A terminal interrupts all processes of a group.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker: cargo test -p rez-localstack -- --ignored"]
async fn nothing_is_left_after_ctrl_c() {
    if localstack("end_to_end::cleanup::nothing_is_left_after_ctrl_c").await.is_some() {
        nothing_is_left_when(|holder| kill_process_group(holder, Signal::INT).unwrap()).await;
    }
}

/// Regression: a process that is killed cleans nothing up, and containers and `rez serve` stayed.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker: cargo test -p rez-localstack -- --ignored"]
async fn nothing_is_left_after_a_kill() {
    if localstack("end_to_end::cleanup::nothing_is_left_after_a_kill").await.is_some() {
        nothing_is_left_when(|holder| kill_process(holder, Signal::KILL).unwrap()).await;
    }
}

/// Has a process hold a system, and ends it.
async fn nothing_is_left_when(ends: impl FnOnce(Pid)) {
    // What the holder needs may take minutes to build, and the wait for it has a bound.
    programs::folder();
    programs::ntfy_image();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("parts");
    let mut holder = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "end_to_end::cleanup::holder", "--ignored"])
        .env(HOLDS_VARIABLE, &path)
        .stdout(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap();
    let parts: Parts = eventually("the holder has a system", SOON, async || {
        assert!(holder.try_wait().unwrap().is_none(), "the holder ended by itself");
        serde_json::from_slice(&std::fs::read(&path).ok()?).ok()
    })
    .await;
    assert!(parts.all_there(), "{parts:?}");
    ends(Pid::from_raw(holder.id().cast_signed()).unwrap());
    parts.all_gone().await;
    assert!(!holder.wait().unwrap().success());
}
