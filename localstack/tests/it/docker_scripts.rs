//! `localstack/docker.sh` and `.ci/localstack`, with stand-ins for Docker and for what installs it: what is a reason to skip,
//! what is a failure, and that nothing is left running.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

/// What the scripts call that is no part of Docker.
const TOOLS: [&str; 20] = [
    "bash", "cat", "dirname", "env", "grep", "id", "mktemp", "mkdir", "rm", "sed", "seq", "setsid", "sh", "sleep",
    "stat", "tail", "tar", "timeout", "touch", "tr",
];
const NO_DOCKER_HERE: Option<i32> = Some(3);
/// A daemon that answers while it runs, and outlives its machine in no case.
const DAEMON: &str =
    "touch \"$STANDS/up\"; trap 'rm \"$STANDS/up\"; exit' TERM; while [ -d \"$STANDS\" ]; do sleep 0.05; done";
/// A client that knows every image, or none.
const CLIENT: &str = "[ -e \"$STANDS/up\" ] && { [ \"$1\" = info ] || [ -e \"$STANDS/images\" ]; }";

/// A machine of stand-ins: nothing is there but [`TOOLS`], and what a test adds.
struct Machine(TempDir);

impl Machine {
    fn bare() -> Self {
        let machine = Self(TempDir::new().unwrap());
        fs::create_dir(machine.path("bin")).unwrap();
        let path = std::env::var_os("PATH").unwrap();
        for tool in TOOLS {
            let found = std::env::split_paths(&path).map(|folder| folder.join(tool)).find(|file| file.is_file());
            let found = found.unwrap_or_else(|| panic!("`{tool}` is not on the path"));
            std::os::unix::fs::symlink(found, machine.path("bin").join(tool)).unwrap();
        }
        machine.with("sudo", "exec \"$@\"").with("unshare", "true")
    }

    /// One where Docker is installed, and no image can be had.
    fn with_docker() -> Self {
        Self::bare().with("dockerd", DAEMON).with("docker", CLIENT).with("debootstrap", "false")
    }

    fn with(self, name: &str, script: &str) -> Self {
        let file = self.path("bin").join(name);
        fs::write(&file, format!("#!/usr/bin/env bash\n{script}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    fn having_images(self) -> Self {
        fs::write(self.path("images"), "").unwrap();
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn pid_file(&self) -> PathBuf {
        self.path("dockerd.pid")
    }

    fn is_up(&self) -> bool {
        self.path("up").exists()
    }

    fn run(&self, script: &str, arguments: &[&str]) -> Output {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        Command::new(root.join(script))
            .args(arguments)
            .env_clear()
            .env("PATH", self.path("bin"))
            .env("STANDS", self.0.path())
            .env("TMPDIR", self.0.path())
            .env("REZ_DOCKERD_PID_FILE", self.pid_file())
            .env("REZ_DOCKERD_LOG", self.path("log"))
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    fn docker(&self, what: &str) -> Output {
        self.run("localstack/docker.sh", &[what])
    }
}

/// Ends whatever a failing test has left.
impl Drop for Machine {
    fn drop(&mut self) {
        drop(self.docker("stop"));
    }
}

fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A process that is nobody's daemon, ended with the test.
struct Bystander(Child);

impl Bystander {
    fn new() -> Self {
        Self(Command::new("sleep").arg("600").spawn().unwrap())
    }
}

impl Drop for Bystander {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[test]
fn only_a_machine_that_can_have_no_docker_says_so() {
    let nowhere_to_get_it = Machine::bare().docker("start");
    assert_eq!(nowhere_to_get_it.status.code(), NO_DOCKER_HERE, "{nowhere_to_get_it:?}");
    assert!(complaint(&nowhere_to_get_it).contains("no apt-get"), "{nowhere_to_get_it:?}");
    let no_namespaces = Machine::with_docker().with("unshare", "false").docker("start");
    assert_eq!(no_namespaces.status.code(), NO_DOCKER_HERE, "{no_namespaces:?}");
}

#[test]
fn an_image_that_cannot_be_built_is_no_lack_of_docker() {
    let machine = Machine::with_docker();
    let started = machine.docker("start");
    assert_eq!(started.status.code(), Some(2), "{started:?}");
    assert!(complaint(&started).ends_with("debootstrap failed\n"), "{started:?}");
}

#[test]
fn a_download_that_fails_is_no_lack_of_docker() {
    let started = Machine::bare().with("apt-get", "exit 100").docker("start");
    assert_eq!(started.status.code(), Some(100), "{started:?}");
}

#[test]
fn what_was_started_is_stopped_and_stopping_again_does_nothing() {
    let machine = Machine::with_docker().having_images();
    assert!(machine.docker("start").status.success());
    assert!(machine.is_up());
    for _ in 0..2 {
        let stopped = machine.docker("stop");
        assert!(stopped.status.success(), "{stopped:?}");
        assert!(!machine.is_up());
        assert!(!machine.pid_file().exists());
    }
}

#[test]
fn a_daemon_of_somebody_elses_is_left_alone() {
    let machine = Machine::with_docker().having_images();
    fs::write(machine.path("up"), "").unwrap();
    assert!(machine.docker("start").status.success());
    assert!(machine.docker("stop").status.success());
    assert!(machine.is_up());
}

/// The daemon was killed, and its number is another process's by now.
#[test]
fn a_stale_process_id_ends_nobody() {
    let machine = Machine::with_docker();
    let mut bystander = Bystander::new();
    fs::write(machine.pid_file(), bystander.0.id().to_string()).unwrap();
    assert!(machine.docker("stop").status.success());
    assert_eq!(bystander.0.try_wait().unwrap(), None);
}

#[test]
fn ci_skips_only_where_there_can_be_no_docker() {
    let machine = Machine::bare().with("cargo", "echo \"cargo $* ${REZ_REQUIRE_DOCKER:-}\"");
    let ci = machine.run(".ci/localstack", &[]);
    let said = String::from_utf8_lossy(&ci.stdout).into_owned();
    assert!(ci.status.success() && said.starts_with("skipped: there can be no Docker here"), "{ci:?}");
    assert!(said.ends_with("cargo test --locked -p rez-localstack -- --ignored --test-threads=2 \n"), "{said}");
}

#[test]
fn ci_fails_with_localstacks_image_and_leaves_no_daemon() {
    let machine = Machine::with_docker().with("cargo", "echo cargo");
    let ci = machine.run(".ci/localstack", &[]);
    assert_eq!((ci.status.code(), String::from_utf8_lossy(&ci.stdout).as_ref()), (Some(2), ""), "{ci:?}");
    assert!(!machine.is_up());
}

#[test]
fn ci_fails_with_ntfys_image_and_leaves_no_daemon() {
    let machine = Machine::with_docker().having_images().with("cargo", "[ \"$1\" != build ] || exit 101");
    let ci = machine.run(".ci/localstack", &[]);
    assert_eq!(ci.status.code(), Some(101), "{ci:?}");
    assert!(!machine.is_up());
}
