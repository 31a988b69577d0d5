//! The scheduler function: writes the daily message, one for each slot of its schedule, and sweeps every minute what is
//! due to be looked at.

mod daily;
mod sweep;
mod trigger;

use lambda_runtime::{Diagnostic, LambdaEvent};
use rez_core::config::Variables;
use rez_core::create::{CreateError, Creator};
use rez_core::gate::{Gate, Settings};
use rez_core::message::MessageId;
use rez_core::notification::NTFY;
use rez_core::parameters::Parameters;
use rez_core::store::StoreError;
use rez_core::{Ambient, Environment, StartError};
use serde::Serialize;
use tracing::Instrument;

pub use sweep::{Action, Swept, plan};
pub use trigger::Trigger;

/// What the function is invoked with: a scheduled event of EventBridge, or `{"sweep":true}`.
pub type Event = serde_json::Value;

/// What an execution environment keeps.
#[derive(Debug)]
pub struct Deps {
    environment: Environment,
    creator: Creator,
    parameters: Parameters,
    gate: Gate,
}

/// What an invocation did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Response {
    /// The message of the slot, and whether this invocation wrote it.
    DailyMessage {
        message_id: MessageId,
        new: bool,
    },
    Swept(Swept),
}

/// An invocation that Lambda is to try again.
#[derive(Debug, thiserror::Error)]
pub enum HandlerError {
    #[error("the event is neither a scheduled one nor a sweep: {0}")]
    Event(#[from] serde_json::Error),
    #[error("the daily message was not created: {0}")]
    Create(#[from] CreateError),
    #[error("nothing was swept: {0}")]
    Sweep(#[from] StoreError),
}

impl From<HandlerError> for Diagnostic {
    fn from(error: HandlerError) -> Self {
        let error_type = match error {
            HandlerError::Event(_) => "EventError",
            HandlerError::Create(_) => "CreateError",
            HandlerError::Sweep(_) => "SweepError",
        };
        Self { error_type: error_type.to_owned(), error_message: error.to_string() }
    }
}

/// Wires the function.
///
/// # Errors
/// Lists everything that is wrong with the environment.
pub async fn start(ambient: Ambient) -> Result<Deps, StartError> {
    let mut variables = Variables::new(&ambient.variables);
    let environment = Environment::new("scheduler", &ambient, &mut variables);
    let deps = Deps {
        creator: Creator::new(&environment, &mut variables),
        parameters: Parameters::new(&environment),
        gate: Gate::new(&environment, variables.text("CONFIG_TABLE"), NTFY, Settings::default()),
        environment,
    };
    variables.finish()?;
    Ok(deps)
}

/// Does what its schedule asks for.
///
/// # Errors
/// When the store cannot be reached. Trying again is harmless.
pub async fn handle(deps: &Deps, event: LambdaEvent<Event>) -> Result<Response, HandlerError> {
    let LambdaEvent { payload, context } = event;
    let span = deps.environment.begin(&context.request_id, context.xray_trace_id.as_deref());
    async {
        let done = match serde_json::from_value(payload)? {
            Trigger::Sweep => Response::Swept(sweep::sweep(deps, context.deadline().into()).await?),
            Trigger::Daily { time } => daily::create(deps, time).await?,
        };
        Ok(done)
    }
    .instrument(span)
    .await
    .inspect_err(|error: &HandlerError| tracing::error!(code = "invocation_failed", "{error}"))
}
