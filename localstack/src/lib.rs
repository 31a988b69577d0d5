//! An AWS that others wrote, for the system to run on: what a template lists is created on any AWS-compatible endpoint,
//! LocalStack first.
//!
//! - [`Endpoint`] is where that AWS answers, and [`Endpoint::check`] says in one line what is wrong with it;
//! - [`provision`] creates tables, queues, topics, subscriptions and parameters there;
//! - `LocalStack` and `Ntfy`, under the feature `containers`, are containers that are gone when they are dropped: of that
//!   AWS, and of an ntfy that misbehaves on request.
//!
//! It runs no function and polls no queue: both are done by `rez-cloud`'s host, whichever AWS holds the data. The README
//! says how the image is made, and where LocalStack differs from AWS.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use std::collections::BTreeMap;
//!
//! use rez_localstack::{Endpoint, provision};
//! use rez_topology::{Options, Topology};
//!
//! let endpoint = Endpoint::parse("http://127.0.0.1:4566")?;
//! endpoint.check().await?;
//! let topology = Topology::from_file("system/template.yaml", &Options::default())?;
//! provision(&topology, &endpoint, &BTreeMap::new()).await?;
//! # Ok(())
//! # }
//! ```

#[cfg(feature = "containers")]
mod containers;
mod endpoint;
mod exchange;
mod parameter_store;
mod provisioner;

#[cfg(feature = "containers")]
pub use containers::{AdminError, ContainerError, LocalStack, Notification, Ntfy, Published, Received};
pub use endpoint::{Backend, Endpoint, EndpointError};
pub use exchange::{Answer, NoAnswer};
pub use parameter_store::{ParameterKind, ParameterStore, StoreError};
pub use provisioner::{ProvisionError, provision};
