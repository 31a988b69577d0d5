//! The live line on stderr: simulated date, speed, messages, and a bar. Only when a person sees it.
//!
//! It also keeps the one real clock of a run, which says how long the run took; no part of a world sees it.

use std::io::IsTerminal;
use std::time::{Duration, SystemTime};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

const TEMPLATE: &str = "{prefix:.bold} {msg} [{bar:30}] {percent}%";
/// Redraws a second, at most.
const REDRAWS_PER_SECOND: u8 = 8;

pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A line for a run of `simulated`; drawn only when `visible` and stderr is a terminal.
    pub fn new(name: &str, simulated: Duration, visible: bool) -> Self {
        let target = if visible && std::io::stderr().is_terminal() {
            ProgressDrawTarget::stderr_with_hz(REDRAWS_PER_SECOND)
        } else {
            ProgressDrawTarget::hidden()
        };
        let style = ProgressStyle::with_template(TEMPLATE).expect("a constant template is valid");
        let bar = ProgressBar::with_draw_target(Some(simulated.as_secs()), target);
        bar.set_style(style.progress_chars("━━ "));
        bar.set_prefix(name.to_owned());
        Self { bar }
    }

    /// Shows where the run is.
    pub fn show(&self, now: SystemTime, elapsed: Duration, messages: u64) {
        if self.bar.is_hidden() {
            return;
        }
        let speed = elapsed.as_secs_f64() / self.wall().as_secs_f64().max(1e-9);
        let date = humantime::format_rfc3339_seconds(now).to_string();
        let date = date.get(..16).unwrap_or(&date).replace('T', " ");
        self.bar.set_message(format!("{date} {speed:>7.0}× {messages:>6} messages"));
        self.bar.set_position(elapsed.as_secs());
    }

    /// Real time since the run began.
    pub fn wall(&self) -> Duration {
        self.bar.elapsed()
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
