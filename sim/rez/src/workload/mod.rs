//! Who sends what: when messages arrive, what they say, and whether ntfy could carry them at all.

mod arrivals;
mod author;
pub mod capacity;
mod poison;

pub use arrivals::Arrivals;
pub use author::Author;
pub use poison::Poison;
