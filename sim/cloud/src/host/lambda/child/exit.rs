//! How a process ended, in Lambda's words.

use std::fmt;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

/// The end of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Status 0: it went without a word.
    Silent,
    Status(i32),
    Signal(i32),
}

impl Exit {
    /// A process whose `main` returned an error.
    pub const FAILED: Self = Self::Status(1);
    pub const KILLED: Self = Self::Signal(9);
}

impl From<ExitStatus> for Exit {
    fn from(status: ExitStatus) -> Self {
        match (status.code(), status.signal()) {
            (Some(0), _) | (None, None) => Self::Silent,
            (Some(code), _) => Self::Status(code),
            (None, Some(signal)) => Self::Signal(signal),
        }
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Silent => f.write_str("Runtime exited without providing a reason"),
            Self::Status(status) => write!(f, "Runtime exited with error: exit status {status}"),
            Self::Signal(signal) => match name(*signal) {
                Some(name) => write!(f, "Runtime exited with error: signal: {name}"),
                None => write!(f, "Runtime exited with error: signal: signal {signal}"),
            },
        }
    }
}

/// Lambda's supervisor is written in Go, whose names for signals these are. Numbers as on x86-64 and arm64 Linux.
fn name(signal: i32) -> Option<&'static str> {
    Some(match signal {
        1 => "hangup",
        2 => "interrupt",
        4 => "illegal instruction",
        5 => "trace/breakpoint trap",
        6 => "aborted",
        7 => "bus error",
        8 => "floating point exception",
        9 => "killed",
        11 => "segmentation fault",
        13 => "broken pipe",
        15 => "terminated",
        _ => return None,
    })
}
