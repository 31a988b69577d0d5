//! What runs as a function: a program in this process, or a binary in one of its own.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::answer::Outcome;
use super::child::{Binary, Condition, Invocation, Running, deadline_ms};
use super::sessions::Session;
use crate::program::{Handler, InvocationContext, Program};
use crate::world::Ids;

/// What a function is made of.
pub(crate) enum Code {
    InProcess(Arc<dyn Program>),
    Child(Binary),
}

impl Code {
    /// Whether it takes real time by itself, so that no model of its work is needed.
    pub(super) fn takes_time(&self) -> bool {
        matches!(self, Self::Child(_))
    }
}

/// The same, started.
pub(super) enum Instance {
    InProcess(Arc<dyn Handler>),
    Child { running: Running, _session: Session },
}

/// One invocation as an instance sees it.
pub(super) struct Task<'a> {
    pub payload: Bytes,
    pub context: InvocationContext,
    pub timeout: Duration,
    /// Of the ids that tell a child the tries of one invocation apart.
    pub tries: &'a Ids,
}

impl Instance {
    pub async fn handle(&self, task: Task<'_>) -> Outcome {
        match self {
            Self::InProcess(handler) => handler.handle(task.payload, task.context).await.into(),
            Self::Child { running, .. } => running.handle(task.into()).await,
        }
    }

    pub fn condition(&self) -> Condition {
        match self {
            Self::InProcess(_) => Condition::Ready,
            Self::Child { running, .. } => running.condition(),
        }
    }

    /// Its condition once it is done with its last invocation, or has taken too long for that.
    pub async fn settle(&self) -> Condition {
        match self {
            Self::InProcess(_) => Condition::Ready,
            Self::Child { running, .. } => running.settle().await,
        }
    }

    /// It answered, and its deadline comes after `left`.
    pub fn answered(&self, left: Duration) {
        if let Self::Child { running, .. } = self {
            running.end_by_deadline(left);
        }
    }
}

impl From<Task<'_>> for Invocation {
    fn from(Task { payload, context, timeout, tries }: Task<'_>) -> Self {
        Self {
            request_id: context.request_id,
            invocation_id: tries.uuid(),
            deadline_ms: deadline_ms(timeout),
            function_arn: context.function_arn,
            trace_header: context.trace_header,
            payload,
        }
    }
}
