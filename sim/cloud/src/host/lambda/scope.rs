//! Polls a function's future as its own process, and ends it by panic or crash without harm to the thread.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::process::Process;
use crate::history::History;

/// How a future ended that did not finish.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Panicked(String),
    Crashed,
}

/// A future that is polled as `process`.
pub(super) struct Scoped<F> {
    process: Arc<Process>,
    history: History,
    future: Pin<Box<F>>,
    /// The poll after which the environment dies, if it is doomed.
    doomed_after: Option<u32>,
}

impl<F: Future> Scoped<F> {
    pub fn new(process: Arc<Process>, history: History, future: F) -> Self {
        Self { process, history, future: Box::pin(future), doomed_after: None }
    }

    /// The environment dies after that many polls, or when the future finishes first: between any two steps of it.
    pub fn doomed_after(self, polls: Option<u32>) -> Self {
        Self { doomed_after: polls, ..self }
    }

    fn dies_now(&mut self, finished: bool) -> bool {
        let doomed = self.doomed_after.as_mut().is_some_and(|polls| {
            *polls = polls.saturating_sub(1);
            *polls == 0 || finished
        });
        doomed || self.process.is_dead()
    }
}

impl<F: Future> Future for Scoped<F> {
    type Output = Result<F::Output, Ending>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let poll = || catch_unwind(AssertUnwindSafe(|| this.future.as_mut().poll(context)));
        let polled = this.process.enter(poll);
        this.process.flush_log(&this.history);
        if this.dies_now(matches!(polled, Ok(Poll::Ready(_)))) {
            return Poll::Ready(Err(Ending::Crashed));
        }
        match polled {
            Ok(poll) => poll.map(Ok),
            Err(panic) => Poll::Ready(Err(Ending::Panicked(message(&*panic)))),
        }
    }
}

/// As `lambda_runtime` words it.
fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    match text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)) {
        Some(text) => format!("Lambda panicked: {text}"),
        None => "Lambda panicked".into(),
    }
}
