//! What AWS does, asked of two that stand in for it: the embedded one, on a clock that jumps, and LocalStack, in a
//! container. Each behaviour is written once, for whatever answers at an endpoint.
//!
//! Each service is a folder, its behaviours are listed in its `mod.rs`. Where LocalStack is known to differ, a behaviour
//! names the [`Difference`], and says what either side does: neither may do anything else. The README of this crate has
//! them as a table.

mod difference;
mod dynamodb;
mod localstack;
mod operations;
mod parameters;
mod refusal;
mod sns;
mod sqs;
mod subject;

use std::panic::AssertUnwindSafe;
use std::pin::Pin;

use difference::Difference;
use refusal::{Refusal, outcome, refusal};
use subject::Subject;

use crate::support::{empty_cloud, endpoint_of};

type Behaviour = for<'a> fn(&'a Subject) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Lists the behaviours of a service, each with its name.
macro_rules! behaviours {
    ($($($module:ident)::+ ,)+) => {
        pub const ALL: &[(&str, super::Behaviour)] = &[$((stringify!($($module)::+), |subject| Box::pin($($module)::+(subject)))),+];
    };
}
pub(crate) use behaviours;

/// Asks the embedded AWS for all of them, each in a world of its own, and names all that it does not show.
fn embedded(behaviours: &[(&'static str, Behaviour)]) {
    let differs = |&(name, behaviour): &(&'static str, Behaviour)| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        let ask = async {
            let cloud = empty_cloud();
            behaviour(&Subject::embedded(name, &endpoint_of(&cloud))).await;
        };
        std::panic::catch_unwind(AssertUnwindSafe(|| runtime.block_on(ask))).is_err().then_some(name)
    };
    told(behaviours.iter().filter_map(differs).collect(), behaviours.len());
}

/// # Panics
/// With the names of the behaviours that are not shown.
fn told(different: Vec<&str>, of: usize) {
    assert!(different.is_empty(), "{} of {of} are otherwise: {}", different.len(), different.join(", "));
}

#[test]
fn embedded_sqs() {
    embedded(sqs::ALL);
}

#[test]
fn embedded_sns() {
    embedded(sns::ALL);
}

#[test]
fn embedded_dynamodb() {
    embedded(dynamodb::ALL);
}

#[test]
fn embedded_parameters() {
    embedded(parameters::ALL);
}
