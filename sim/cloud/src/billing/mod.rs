//! What a month of this would cost on AWS: what is billed is counted as it happens, and priced by a dated table.
//!
//! Counted are requests, compute with init, request units, storage, log bytes, custom metrics, alarms, dashboards, keys
//! and traces; see [`Charge`]. Not counted: what functions send to the internet (0.09 $/GB), receives above 64 KB,
//! and what people look at (queries of logs, metrics and traces).
//!
//! ```no_run
//! # fn example(cloud: &rez_cloud::Cloud) -> Result<(), rez_cloud::billing::PricesError> {
//! use rez_cloud::billing::Prices;
//!
//! let bill = cloud.bill(&Prices::us_east_1());
//! println!("{:.2} $ a month", bill.monthly_total);
//! # Ok(())
//! # }
//! ```

mod bill;
mod charge;
mod log_bytes;
mod meter;
mod prices;
mod standing;
mod usage;

pub use self::bill::{Bill, BillItem};
pub use self::charge::Charge;
pub use self::prices::{Price, Prices, PricesError};
pub use self::usage::Usage;

pub(crate) use self::meter::Meter;
pub(crate) use self::standing::standing;
