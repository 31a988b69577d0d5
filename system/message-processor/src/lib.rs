//! The message-processor function: takes a batch of SQS records, and claims, has delivered, and settles the message of
//! each. One bad record never fails its neighbours.

mod dead_letter;
mod deliver;
mod finish;
mod record;

use std::convert::Infallible;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use futures_util::future::join_all;
use lambda_runtime::LambdaEvent;
use rez_core::config::Variables;
use rez_core::store::Store;
use rez_core::{Ambient, Environment, StartError};
use tracing::Instrument;

use dead_letter::DeadLetters;
use deliver::Notifier;

/// What the function is invoked with.
pub type Event = SqsEvent;

/// What an execution environment keeps.
#[derive(Debug)]
pub struct Deps {
    environment: Environment,
    store: Store,
    notifier: Notifier,
    dead_letters: DeadLetters,
}

/// Wires the function.
///
/// # Errors
/// Lists everything that is wrong with the environment.
pub async fn start(ambient: Ambient) -> Result<Deps, StartError> {
    let mut variables = Variables::new(&ambient.variables);
    let environment = Environment::new("message-processor", &ambient, &mut variables);
    let deps = Deps {
        store: Store::new(&environment, &mut variables),
        notifier: Notifier::new(&environment, &mut variables),
        dead_letters: DeadLetters::new(&environment, &mut variables),
        environment,
    };
    variables.finish()?;
    Ok(deps)
}

/// Processes the records concurrently, each on its own. The answer names those that SQS is to deliver again.
///
/// # Errors
/// None: what goes wrong with a record is that record's affair.
pub async fn handle(deps: &Deps, event: LambdaEvent<Event>) -> Result<SqsBatchResponse, Infallible> {
    let LambdaEvent { payload, context } = event;
    let span = deps.environment.begin(&context.request_id, context.xray_trace_id.as_deref());
    let deadline = context.deadline().into();
    let again = join_all(payload.records.iter().map(|record| record::process(deps, record, deadline))).instrument(span);
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = again.await.into_iter().flatten().map(failure).collect();
    Ok(response)
}

fn failure(record_id: String) -> BatchItemFailure {
    let mut failure = BatchItemFailure::default();
    failure.item_identifier = record_id;
    failure
}
