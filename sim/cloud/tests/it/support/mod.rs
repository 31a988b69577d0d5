//! What the tests share: functions made of closures, small templates, and a recorder of facts.

pub mod actor;
pub mod clients;
mod function;
mod recorder;
mod template;

use std::time::Duration;

pub use function::{Invoked, function, ok};
pub use recorder::Recorder;
pub use template::topology;

use rez_cloud::profile::Profile;
use rez_cloud::{Cloud, CloudBuilder, Seed};

pub const SECOND: Duration = Duration::from_secs(1);
pub const MINUTE: Duration = Duration::from_secs(60);

/// A cloud of the template with these resources, in the ideal profile.
pub fn cloud(resources: &str) -> CloudBuilder {
    Cloud::builder(topology(resources), Seed(1)).profile(Profile::Ideal)
}

pub async fn pass(time: Duration) {
    tokio::time::sleep(time).await;
}
