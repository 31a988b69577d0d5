//! What a run amounted to: objectives and their error budgets, the verdict, and its renderings for a terminal, a
//! browser and a machine.
//!
//! It knows no AWS and no simulator: numbers come in, text goes out. Try it with `cargo test -p rez-reports`.

mod chart;
mod html;
mod load;
mod objective;
mod operations;
mod output;
mod result;
mod terminal;
mod units;

pub use html::page;
pub use load::{Arrivals, Deliveries, LoadPoint, LoadResult, LoadRow, load_json, load_page, render_load};
pub use objective::{Count, Measurement, Objective, Target};
pub use operations::{AlarmChange, Cost, CostItem, Requests, UnusedPermission};
pub use output::{OutputDir, json};
pub use result::{CheckerResult, FaultWindow, LatencyPoint, Messages, ObjectiveResult, RunResult, Unit, Verdict};
pub use terminal::{Colours, render};
