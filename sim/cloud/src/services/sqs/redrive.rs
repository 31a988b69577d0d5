//! StartMessageMoveTask and its companions: what is in a dead-letter queue goes back, as new messages.

use std::time::{Duration, SystemTime};

use aws_smithy_types::base64;
use serde_json::json;

use super::message::{Message, Outgoing};
use super::queue::Queue;
use super::{Sqs, State, error};
use crate::history::{Cause, QueueEvent};
use crate::services::{ServiceError, ids, names};

/// Messages per second, when the caller names no rate; also the highest that may be named.
const RATE_MAX: u32 = 500;

/// Most tasks that are listed at once.
const LIST_MAX: i64 = 10;

/// How often a task moves a portion.
const STEP: Duration = Duration::from_secs(1);

/// A redrive, running or done.
#[derive(Clone, Debug)]
pub struct MoveTask {
    pub handle: String,
    pub source_arn: String,
    /// `None`: each message goes to the queue that it came from.
    pub destination_arn: Option<String>,
    pub messages_per_second: Option<u32>,
    pub started: SystemTime,
    pub moved: u64,
    /// What was in the source when the task started.
    pub to_move: u64,
    pub status: MoveTaskStatus,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MoveTaskStatus {
    Running,
    Completed,
    Cancelled,
    Failed { reason: String },
}

impl Sqs {
    /// Starts moving the messages of the dead-letter queue `source` to `destination`, or back to where they came from; both
    /// are ARNs. Answers with the task's handle.
    ///
    /// # Errors
    /// When a queue does not exist, the source is nobody's dead-letter queue, or a task runs for it already.
    pub fn start_move(
        &self,
        source: &str,
        destination: Option<&str>,
        messages_per_second: Option<u32>,
    ) -> Result<String, ServiceError> {
        let mut state = self.state();
        state.check_move(source, destination)?;
        if let Some(rate) = messages_per_second.filter(|rate| !(1..=RATE_MAX).contains(rate)) {
            let reason = "You must provide a value between 1 and 500.";
            return Err(error::invalid_value(rate, "MaxNumberOfMessagesPerSecond", reason));
        }
        let source_arn = source.to_owned();
        let id = ids::uuid(&mut state.streams.ids);
        let handle = base64::encode(json!({ "taskId": id, "sourceArn": source_arn }).to_string());
        let to_move = state.queue(source)?.0.counts().visible as u64;
        state.tasks.push(MoveTask {
            handle: handle.clone(),
            source_arn,
            destination_arn: destination.map(str::to_owned),
            messages_per_second,
            started: self.shared.clock.now(),
            moved: 0,
            to_move,
            status: MoveTaskStatus::Running,
        });
        drop(state);
        tokio::spawn(self.clone().run_move(handle.clone()));
        Ok(handle)
    }

    /// The tasks of the source with this ARN, newest first, at most `max` (1 to 10).
    ///
    /// # Errors
    /// When the source does not exist, or `max` is out of its range.
    pub fn list_moves(&self, source: &str, max: i64) -> Result<Vec<MoveTask>, ServiceError> {
        if !(1..=LIST_MAX).contains(&max) {
            let reason = format!("MaxResults must be an integer between 1 and {LIST_MAX}.");
            let message = format!("Value for parameter MaxResults is invalid. Reason: {reason}");
            return Err(error::invalid_parameter(message));
        }
        let mut state = self.state();
        state.queue_at(source, "SourceArn")?;
        let tasks = state.tasks.iter().rev().filter(|task| task.source_arn == source);
        Ok(tasks.take(max.unsigned_abs() as usize).cloned().collect())
    }

    /// Stops a running task; what it moved stays moved. Answers with how many messages that were.
    ///
    /// # Errors
    /// When there is no such task, or it does not run any more.
    pub fn cancel_move(&self, handle: &str) -> Result<u64, ServiceError> {
        let source_arn =
            source_of(handle).ok_or_else(|| error::invalid_parameter("Value for parameter TaskHandle is invalid."))?;
        let mut state = self.state();
        state.queue_at(&source_arn, "SourceArn")?;
        let task = state.tasks.iter_mut().find(|task| task.handle == handle);
        let task = task.ok_or_else(|| error::resource_not_found("Task does not exist."))?;
        if task.status != MoveTaskStatus::Running {
            return Err(unsupported("Only active tasks can be cancelled."));
        }
        task.status = MoveTaskStatus::Cancelled;
        Ok(task.moved)
    }

    async fn run_move(self, handle: String) {
        while self.move_portion(&handle) {
            tokio::time::sleep(STEP).await;
        }
    }

    /// Moves what one step may; whether there is more to do.
    fn move_portion(&self, handle: &str) -> bool {
        let Some(task) = self.state().tasks.iter().find(|task| task.handle == handle).cloned() else { return false };
        for _ in 0..task.messages_per_second.unwrap_or(RATE_MAX) {
            let next = if task.status == MoveTaskStatus::Running { self.move_one(&task) } else { return false };
            let mut state = self.state();
            let task = state.tasks.iter_mut().find(|task| task.handle == handle).expect("tasks are kept");
            match next {
                Ok(true) => task.moved += 1,
                Ok(false) => task.status = MoveTaskStatus::Completed,
                Err(failure) => task.status = MoveTaskStatus::Failed { reason: failure.code.into_owned() },
            }
            if task.status != MoveTaskStatus::Running {
                return false;
            }
        }
        true
    }

    /// Moves the next message, if there is one. It leaves the source when it is in the destination, so a failure loses
    /// nothing.
    fn move_one(&self, task: &MoveTask) -> Result<bool, ServiceError> {
        let mut state = self.state();
        if let Some(destination) = &task.destination_arn {
            state.queue(destination)?;
        }
        let (source, streams) = state.queue(&task.source_arn)?;
        source.refresh(self.shared.clock.now(), &self.shared, streams);
        let Some((number, message)) = source.store.first_ready() else { return Ok(false) };
        let destination = task.destination_of(&message)?;
        state.send(destination, Outgoing::again(&message), 0, Cause::Cloud, &self.shared)?;
        let (source, _) = state.queue(&task.source_arn)?;
        source.store.remove(number);
        source.report(&self.shared, &message.id, QueueEvent::Deleted);
        Ok(true)
    }
}

impl MoveTask {
    /// A message that was sent to the dead-letter queue itself has nowhere to go back to.
    fn destination_of<'a>(&'a self, message: &'a Message) -> Result<&'a str, ServiceError> {
        let destination = self.destination_arn.as_deref().or(message.dead_letter_source.as_deref());
        destination.ok_or_else(error::could_not_determine_message_source)
    }
}

impl State {
    /// The queue that `parameter` names by its ARN.
    fn queue_at(&mut self, arn: &str, parameter: &str) -> Result<&mut Queue, ServiceError> {
        let queue = names::queue_of_arn(arn).and_then(|name| self.queues.get_mut(name));
        queue.ok_or_else(|| not_found(parameter))
    }

    fn check_move(&mut self, source: &str, destination: Option<&str>) -> Result<(), ServiceError> {
        let name = self.queue_at(source, "SourceArn")?.name.clone();
        if !self.queues.values().any(|queue| queue.buries_in(&name)) {
            return Err(error::invalid_parameter("Source queue must be configured as a Dead Letter Queue."));
        }
        if let Some(destination) = destination {
            let destination = &self.queue_at(destination, "DestinationArn")?.name;
            // Such a task would never end here; what AWS does with it is not documented.
            if *destination == name {
                return Err(unsupported("A queue cannot be both source and destination."));
            }
        }
        let running = |task: &MoveTask| task.source_arn == source && task.status == MoveTaskStatus::Running;
        if self.tasks.iter().any(running) {
            return Err(error::invalid_parameter(
                "There is already a task running. Only one active task is allowed for a source queue arn at a given \
                 time.",
            ));
        }
        Ok(())
    }
}

fn unsupported(message: &'static str) -> ServiceError {
    ServiceError::new("AWS.SimpleQueueService.UnsupportedOperation", message).with_shape("UnsupportedOperation")
}

fn not_found(parameter: &str) -> ServiceError {
    error::resource_not_found(format!("The resource that you specified for the {parameter} parameter doesn't exist."))
}

/// The source's ARN in a task handle, which is Base64 of JSON on AWS too.
fn source_of(handle: &str) -> Option<String> {
    let text = base64::decode(handle).ok()?;
    let value: serde_json::Value = serde_json::from_slice(&text).ok()?;
    Some(value.get("sourceArn")?.as_str()?.to_owned())
}
