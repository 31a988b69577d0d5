//! Panics of the simulator. A task that panics ends without a word, and what it had to do is not done: a run in which that
//! happens proves nothing.

use std::cell::RefCell;
use std::panic::{self, PanicHookInfo};
use std::sync::Once;

use rez_cloud::host::lambda::is_function_polled;

use crate::checkers::Findings;

thread_local! {
    static SEEN: RefCell<Findings> = RefCell::default();
}

/// Remembers what panics on this thread from now on, but for functions: what becomes of theirs is Lambda's business.
pub fn watch() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !is_function_polled() {
                remember(panic);
            }
            before(panic);
        }));
    });
    seen();
}

/// What was remembered, once.
pub fn seen() -> Findings {
    SEEN.take()
}

fn remember(panic: &PanicHookInfo<'_>) {
    let text = panic.to_string();
    SEEN.with_borrow_mut(|seen| seen.add(|| text.lines().collect::<Vec<_>>().join(" ")));
}
