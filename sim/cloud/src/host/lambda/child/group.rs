//! The process group of one child: whatever the child starts is frozen and killed with it.

use std::sync::atomic::{AtomicBool, Ordering};

use rustix::process::{Pid, Signal, kill_process_group};

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
