//! `rez serve` as a child process, stopped when it is dropped.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use procfs::process::{Process, all_processes};
use rez_localstack::{Endpoint, Ntfy};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::NamedTempFile;

use super::programs;

/// It stops within 5 s when it is told to; otherwise it is killed.
const STOP_TICK: Duration = Duration::from_millis(20);
const STOP_TICKS_MAX: u32 = 250;
/// Lines of its log that are shown when a test fails.
const LOG_LINES_SHOWN: usize = 60;

pub struct Serving {
    child: Child,
    /// Tells it to stop when this process is killed: a shell whose input ends then.
    watch: Child,
    log: NamedTempFile,
    /// What it printed once it was ready.
    said: Value,
}

impl Serving {
    /// The functions as processes, their data at `backend`, their notifications at `ntfy`.
    ///
    /// # Panics
    /// When it does not start; with its complaint.
    pub fn start(backend: &Endpoint, ntfy: &Ntfy, ntfy_token: &str) -> Self {
        let log = NamedTempFile::new().unwrap();
        let rez = programs::folder().join("rez");
        let mut child = Command::new(&rez)
            .args(["serve", "--backend", backend.url(), "--ntfy-url", ntfy.url(), "--functions", "process"])
            .arg("--binaries")
            .arg(programs::folder())
            .args(["--api-port", "0", "--sign-in-port", "0", "--aws-port", "0"])
            .args(["--profile", "ideal", "--json", "--logs"])
            .env("NTFY_TOKEN", ntfy_token)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log.reopen().unwrap())
            .spawn()
            .unwrap_or_else(|error| panic!("`{}` cannot be started: {error}", rez.display()));
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).unwrap();
        let watch = Command::new("sh")
            .args(["-c", "read -r _ || kill \"$1\"", "sh", &child.id().to_string()])
            .process_group(0)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut serving = Self { child, watch, log, said: Value::Null };
        serving.said = serde_json::from_str(&line).expect("`rez serve` starts");
        serving
    }

    /// `http://HOST:PORT` of one of its parts.
    pub fn url(&self, part: &str) -> &str {
        self.said[part].as_str().expect("it says where each part is")
    }

    /// What the functions have logged, a JSON object a line.
    pub fn logged(&self) -> Vec<Value> {
        let log = std::fs::read_to_string(self.log.path()).unwrap();
        log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// The processes that run as this function at the moment.
    pub fn processes_of(&self, function: &str) -> Vec<Pid> {
        let of_function = |id: &Pid| program(*id).is_some_and(|program| program.ends_with(function));
        self.children().into_iter().filter(of_function).collect()
    }

    /// Its own process, and those of all functions.
    pub fn processes(&self) -> Vec<Pid> {
        self.id().into_iter().chain(self.children()).collect()
    }

    fn id(&self) -> Option<Pid> {
        Pid::from_raw(self.child.id().cast_signed())
    }

    fn children(&self) -> Vec<Pid> {
        let parent = self.child.id().cast_signed();
        let processes = all_processes().expect("these tests run on Linux").flatten();
        let children = processes.filter(|process| process.stat().is_ok_and(|stat| stat.ppid == parent));
        children.filter_map(|process| Pid::from_raw(process.pid)).collect()
    }

    /// Tells it to stop, as Ctrl-C does; how it ended, if it did so within the time that it promises.
    pub fn stopped(&mut self) -> Option<ExitStatus> {
        // An error means that it has ended already.
        let _ = self.id().map(|id| kill_process(id, Signal::TERM));
        for _ in 0..STOP_TICKS_MAX {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            std::thread::sleep(STOP_TICK);
        }
        None
    }

    fn stop(&mut self) {
        if self.stopped().is_none() {
            drop(self.child.kill());
            drop(self.child.wait());
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.stop();
        // It has ended, and its number may be another process's by now.
        drop(self.watch.stdin.take().map(|mut input| input.write_all(b"ended\n")));
        drop(self.watch.wait());
        if std::thread::panicking() {
            let log = std::fs::read_to_string(self.log.path()).unwrap_or_default();
            let lines: Vec<&str> = log.lines().collect();
            let shown = lines.len().saturating_sub(LOG_LINES_SHOWN);
            eprintln!("the end of its log:\n{}", lines[shown..].join("\n"));
        }
    }
}

/// What a process runs; nothing once it has ended.
pub fn program(id: Pid) -> Option<PathBuf> {
    Process::new(id.as_raw_nonzero().get()).ok()?.exe().ok()
}
