//! The programs under test: built once for all tests of a run, as they are deployed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use rez_localstack::Ntfy;
use serde_json::Value;

/// Names a folder where they are already: of another profile, or from another machine.
const FOLDER_VARIABLE: &str = "REZ_BINARIES";
const BINARIES: [&str; 6] =
    ["rez", "jwt-authorizer", "message-processor", "notification-service", "scheduler", "web-api"];
const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The folder with `rez` and the functions.
///
/// # Panics
/// When they cannot be built.
pub fn folder() -> &'static Path {
    static FOLDER: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let given = || std::env::var_os(FOLDER_VARIABLE).map(|folder| Path::new(WORKSPACE).join(folder));
    once(&FOLDER, || given().map_or_else(build, Ok)).as_path()
}

/// Makes the image of ntfy, unless the environment names another.
///
/// # Panics
/// When it cannot be made.
pub fn ntfy_image() {
    static MADE: OnceLock<Result<(), String>> = OnceLock::new();
    let given = || std::env::var_os(Ntfy::IMAGE_VARIABLE).is_some();
    once(&MADE, || if given() { Ok(()) } else { make_ntfy_image() });
}

fn once<T>(cell: &OnceLock<Result<T, String>>, make: impl FnOnce() -> Result<T, String>) -> &T {
    cell.get_or_init(make).as_ref().unwrap_or_else(|error| panic!("{error}"))
}

/// Without `-p`, so that it is what `cargo run --release` and `cargo build --release` have built already.
fn build() -> Result<PathBuf, String> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--release", "--locked", "--message-format", "json-render-diagnostics"]);
    cargo.args(BINARIES.iter().flat_map(|binary| ["--bin", binary]));
    let out = run(cargo, "`cargo build --release` failed (its complaint is above)")?;
    let executable = |line: &[u8]| {
        let told: Value = serde_json::from_slice(line).ok()?;
        told["executable"].as_str().map(PathBuf::from)
    };
    let built = out.split(|byte| *byte == b'\n').find_map(executable);
    let folder = built.and_then(|path| path.parent().map(Path::to_owned));
    folder.ok_or_else(|| "`cargo build` does not say where its binaries are".to_owned())
}

fn make_ntfy_image() -> Result<(), String> {
    run(Command::new("sim/ntfy/image/build.sh"), "`sim/ntfy/image/build.sh` failed (its complaint is above)").map(drop)
}

/// What the program prints; its complaints go straight to the terminal.
fn run(mut program: Command, failed: &str) -> Result<Vec<u8>, String> {
    let output = program.current_dir(WORKSPACE).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| format!("{failed}: {error}"))?;
    if output.status.success() { Ok(output.stdout) } else { Err(failed.to_owned()) }
}
