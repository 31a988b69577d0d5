//! The notification-service function: delivers one notification to its channel, behind the gate of the channel's
//! destination, and says how that ended.

mod channel;
mod deliver;
mod ntfy;

use std::convert::Infallible;

use lambda_runtime::LambdaEvent;
use rez_core::config::Variables;
use rez_core::flags::FlagCache;
use rez_core::gate::{Gate, Settings};
use rez_core::notification::{NTFY, Notification, Outcome};
use rez_core::telemetry::log::message_span;
use rez_core::{Ambient, Environment, StartError};
use tracing::Instrument;

pub use channel::{Channel, Refusal};
pub use ntfy::Ntfy;

/// What the function is invoked with.
pub type Event = Notification;

/// What an execution environment keeps.
#[derive(Debug)]
pub struct Deps {
    environment: Environment,
    flags: FlagCache,
    destinations: Vec<Destination>,
}

/// A channel and its gate.
#[derive(Debug)]
struct Destination {
    channel: Box<dyn Channel>,
    gate: Gate,
}

/// Wires the function.
///
/// # Errors
/// Lists everything that is wrong with the environment.
pub async fn start(ambient: Ambient) -> Result<Deps, StartError> {
    let mut variables = Variables::new(&ambient.variables);
    let environment = Environment::new("notification-service", &ambient, &mut variables);
    let config_table = variables.text("CONFIG_TABLE");
    let settings = Settings::read(&mut variables);
    variables.finish()?;
    let gate = Gate::new(&environment, config_table.clone(), NTFY, settings);
    Ok(Deps {
        flags: FlagCache::new(&environment, config_table),
        destinations: vec![Destination { channel: Box::new(Ntfy::new(&environment)), gate }],
        environment,
    })
}

/// Delivers a notification.
///
/// # Errors
/// None: how a delivery ended is the answer.
pub async fn handle(deps: &Deps, event: LambdaEvent<Event>) -> Result<Outcome, Infallible> {
    let LambdaEvent { payload: notification, context } = event;
    let invocation = deps.environment.begin(&context.request_id, context.xray_trace_id.as_deref());
    let deadline = context.deadline().into();
    let outcome = async {
        let message = message_span(&notification.message_id, &notification.correlation_id);
        deliver::deliver(deps, &notification, deadline).instrument(message).await
    };
    // Boxed, or the future of `main` would be nested too deeply for the compiler.
    Ok(Box::pin(outcome.instrument(invocation)).await)
}
