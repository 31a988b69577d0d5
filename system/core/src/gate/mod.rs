//! The gate of a destination: one DynamoDB item that all environments share. Before every try, one conditional update
//! asks the breaker and takes a slot of the pace; no slot, no request.
//!
//! What is decided is pure ([`decide`], [`report`]); [`Gate`] does the reading and writing around it.

mod decide;
mod io;
mod report;
mod settings;
mod state;
mod stored;
mod writers;

pub use decide::{Decision, Denial, Reason, decide};
pub use io::{Entry, Gate, Pass, Past};
pub use report::{Verdict, report};
pub use settings::Settings;
pub use state::{Breaker, State};
pub use stored::{CorruptGate, from_item, key, to_item};
