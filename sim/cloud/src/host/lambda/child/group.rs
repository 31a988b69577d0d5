//! The process group of one child: whatever the child starts is frozen and killed with it.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::signal::unix::{SignalKind, signal};

/// A process group, named by its leader.
#[derive(Debug)]
pub struct Group {
    leader: Pid,
    /// Its leader was waited for: the number may be somebody else's by now.
    ended: AtomicBool,
}

impl Group {
    pub fn new(leader: Pid) -> Self {
        Self { leader, ended: AtomicBool::new(false) }
    }

    /// To be called before a child is born, that [hanging up](Self::freeze) may end it. A host under `nohup` ignores that
    /// signal, and a child would inherit this; what the host handles, its children take as they do by default. That nobody
    /// reads what is handled leaves the host as deaf as it was.
    pub fn hang_up_by_default() {
        if is_hang_up_ignored() {
            drop(signal(SignalKind::hangup()));
        }
    }

    /// Takes it off the CPU, as Lambda does between invocations. Should the host die meanwhile, the kernel ends it: a
    /// stopped group that nobody is left to continue is hung up.
    pub fn freeze(&self) {
        self.send(Signal::STOP);
    }

    pub fn thaw(&self) {
        self.send(Signal::CONT);
    }

    /// Works on a frozen group too.
    pub fn kill(&self) {
        self.send(Signal::KILL);
    }

    /// Its leader is gone; what it left behind goes too.
    pub fn end(&self) {
        self.kill();
        self.ended.store(true, Ordering::Relaxed);
    }

    fn send(&self, signal: Signal) {
        if !self.ended.load(Ordering::Relaxed) {
            // Nobody left in it is all that can go wrong.
            let _ = kill_process_group(self.leader, signal);
        }
    }
}

/// By the bits of `SigIgn`, of which SIGHUP is the first (proc_pid_status(5)).
fn is_hang_up_ignored() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}
