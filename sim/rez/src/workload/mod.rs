//! Who sends what: when messages arrive, and whether ntfy could carry them at all.

mod arrivals;
pub mod capacity;

pub use arrivals::Arrivals;
