//! What is per process on AWS, and so is per environment here although all environments share one thread.

use std::cell::RefCell;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;

use crate::history::{Cause, Fact, History};

thread_local! {
    /// The environments that are being polled, the innermost last: an Invoke polls its callee within its caller.
    static POLLED: RefCell<Vec<Arc<Process>>> = const { RefCell::new(Vec::new()) };
}

/// Writes one line, without its newline, to the log stream of the environment that is being polled. Outside any it
/// goes nowhere, as nobody reads the standard output of a machine that is not there.
pub fn write_log_line(line: &str) {
    POLLED.with_borrow(|polled| {
        if let Some(process) = polled.last() {
            process.write_line(line);
        }
    });
}

/// Whether a function is being polled on this thread. A panic of its own ends its invocation, and nothing else.
pub fn is_function_polled() -> bool {
    POLLED.with_borrow(|polled| !polled.is_empty())
}

/// The process-wide state of one execution environment.
#[derive(Debug)]
pub struct Process {
    /// `FunctionName`.
    pub function: Arc<str>,
    /// Number of the environment, from 1.
    pub id: u64,
    /// The token that its credentials and its extensions go by.
    pub session_token: String,
    /// Logical id of the role that it assumed.
    pub role: Arc<str>,
    /// Whether the Parameters and Secrets extension is among its layers.
    pub has_parameters_extension: bool,
    pub(super) request_id: Mutex<Arc<str>>,
    /// State of the thread-local generator that the SDK draws its jitter from.
    random: Mutex<u64>,
    /// Lines that were written during the current poll. They become facts after it, when no subscriber is at work.
    lines: Mutex<Vec<String>>,
    dead: AtomicBool,
    /// Something happened to it that no future of its own wakes for.
    stirred: Notify,
}

/// Who a process is.
pub(super) struct Identity {
    pub function: Arc<str>,
    pub id: u64,
    pub session_token: String,
    pub role: Arc<str>,
    pub has_parameters_extension: bool,
    pub entropy: u64,
}

impl Process {
    pub(super) fn new(identity: Identity) -> Self {
        Self {
            function: identity.function,
            id: identity.id,
            session_token: identity.session_token,
            role: identity.role,
            has_parameters_extension: identity.has_parameters_extension,
            request_id: Mutex::new(Arc::from("")),
            random: Mutex::new(identity.entropy),
            lines: Mutex::default(),
            dead: AtomicBool::new(false),
            stirred: Notify::new(),
        }
    }

    /// Id of the invocation that it is busy with; the last one when it is idle.
    pub fn request_id(&self) -> Arc<str> {
        self.request_id.lock().expect("no holder panics").clone()
    }

    /// Kills it: the poll that is under way is its last.
    pub fn crash(&self) {
        self.dead.store(true, Ordering::Relaxed);
        self.stir();
    }

    /// Has whoever waits for a child process polled once more, which is where a doomed one can die: at each call that it
    /// makes, as between any two steps of a function in process.
    pub(super) fn stir(&self) {
        self.stirred.notify_one();
    }

    /// Waits for `end`, and is polled again whenever the process stirs.
    pub(super) async fn stirring<T>(&self, end: impl Future<Output = T>) -> T {
        let mut end = pin!(end);
        loop {
            tokio::select! {
                biased;
                ended = &mut end => return ended,
                () = self.stirred.notified() => {}
            }
        }
    }

    pub(super) fn is_dead(&self) -> bool {
        self.dead.load(Ordering::Relaxed)
    }

    /// Does `work` as this process: its random state and its log stream are in place meanwhile.
    pub(super) fn enter<T>(self: &Arc<Self>, work: impl FnOnce() -> T) -> T {
        let outer = fastrand::get_seed();
        fastrand::seed(*self.random.lock().expect("no holder panics"));
        POLLED.with_borrow_mut(|polled| polled.push(self.clone()));
        let done = work();
        POLLED.with_borrow_mut(Vec::pop);
        *self.random.lock().expect("no holder panics") = fastrand::get_seed();
        fastrand::seed(outer);
        done
    }

    /// Hands the lines written so far to the history.
    pub(super) fn flush_log(&self, history: &History) {
        let lines = std::mem::take(&mut *self.lines.lock().expect("no holder panics"));
        for line in &lines {
            history.record(Fact::Log { function: &self.function, environment: self.id, line });
        }
    }

    /// The cause of what it does, during the invocation `request_id`.
    pub(crate) fn cause<'a>(&'a self, request_id: &'a str) -> Cause<'a> {
        Cause::Function { name: &self.function, environment: self.id, request_id }
    }

    fn write_line(&self, line: &str) {
        self.lines.lock().expect("no holder panics").push(line.to_owned());
    }
}
