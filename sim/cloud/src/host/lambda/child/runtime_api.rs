//! One environment's Runtime API as a state machine, without a socket: what the process in it may say next, and what it
//! is told when it may not.
//!
//! It follows the one that AWS publishes as part of its Runtime Interface Emulator: a process that asks for its next
//! event before it answered gets the same event again, and one that answers twice is refused by its state.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::answer::{Outcome, SYNC_PAYLOAD_MAX};
use super::exit::Exit;

/// What `next` hands out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    pub request_id: String,
    /// Of this try; the request id is the same for all tries of an asynchronous event.
    pub invocation_id: String,
    /// Milliseconds since the Unix epoch, by the machine's clock.
    pub deadline_ms: u128,
    pub function_arn: String,
    pub trace_header: String,
    pub payload: Bytes,
}

/// The state of one process towards its host.
#[derive(Debug, Default)]
pub struct RuntimeApi {
    phase: Phase,
    /// How the current invocation ended, until the host takes it.
    outcome: Option<Outcome>,
    exit: Option<Exit>,
}

#[derive(Debug, Default)]
enum Phase {
    /// It has not asked for its first event.
    #[default]
    Init,
    /// It reported that Init failed; all it can do is exit.
    InitFailed(Outcome),
    /// It waits at `next`.
    Idle,
    /// It is handed this, or works on it.
    Busy(Invocation),
    /// It answered the invocation with this request id, and has not asked for the next.
    Answered(String),
}

/// Why a request of the process is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such invocation, or no more.
    RequestId,
    /// Not in this state.
    State(&'static str),
    /// The answer is for another try of the invocation.
    Stale,
    /// The answer is too large; it ended the invocation, as an error.
    TooLarge,
}

/// Whether the process can take an invocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    Ready,
    /// It answered, and is not back at `next`.
    Busy,
    Gone,
}

impl RuntimeApi {
    /// The process asks for its next event. Says whether it comes back from an invocation, after which Lambda freezes it.
    ///
    /// # Errors
    /// After it has reported that Init failed.
    pub fn next(&mut self) -> Result<bool, Refusal> {
        let back = matches!(self.phase, Phase::Answered(_));
        match self.phase {
            Phase::InitFailed(_) => return Err(self.not_now()),
            Phase::Init | Phase::Answered(_) => self.phase = Phase::Idle,
            Phase::Idle | Phase::Busy(_) => {}
        }
        Ok(back)
    }

    /// What `next` answers, once there is something.
    pub fn invocation(&self) -> Option<&Invocation> {
        match &self.phase {
            Phase::Busy(invocation) => Some(invocation),
            _ => None,
        }
    }

    /// The process answers the invocation `request_id`; `invocation_id` as it was handed out, from a process that knows
    /// of it.
    ///
    /// # Errors
    /// When that is not what it works on, or the answer is too large.
    pub fn answer(&mut self, request_id: &str, invocation_id: Option<&str>, outcome: Outcome) -> Result<(), Refusal> {
        let invocation = match &self.phase {
            Phase::Busy(invocation) if invocation.request_id == request_id => invocation,
            Phase::Answered(answered) if answered == request_id => return Err(self.not_now()),
            _ => return Err(Refusal::RequestId),
        };
        if invocation_id.is_some_and(|id| id != invocation.invocation_id) {
            return Err(Refusal::Stale);
        }
        let too_large = outcome.payload().len() > SYNC_PAYLOAD_MAX;
        self.phase = Phase::Answered(request_id.to_owned());
        self.outcome = Some(if too_large { Outcome::too_large() } else { outcome });
        if too_large { Err(Refusal::TooLarge) } else { Ok(()) }
    }

    /// The process reports that Init failed.
    ///
    /// # Errors
    /// Once Init is over.
    pub fn init_error(&mut self, outcome: Outcome) -> Result<(), Refusal> {
        let Phase::Init = self.phase else { return Err(self.not_now()) };
        self.phase = Phase::InitFailed(outcome);
        Ok(())
    }

    /// The host hands over an invocation. The process is idle: whoever calls looked at its [`condition`](Self::condition).
    pub fn invoke(&mut self, invocation: Invocation) {
        assert!(matches!(self.phase, Phase::Idle), "an invocation is for an idle process, and it is {:?}", self.phase);
        self.outcome = None;
        self.phase = Phase::Busy(invocation);
    }

    /// The process is gone.
    pub fn exited(&mut self, exit: Exit) {
        self.exit = Some(exit);
    }

    /// How Init ended; nothing while it goes on.
    pub fn init_result(&self) -> Option<Result<(), Outcome>> {
        match (&self.phase, &self.exit) {
            (Phase::InitFailed(outcome), _) => Some(Err(outcome.clone())),
            (Phase::Init, Some(exit)) => Some(Err(Outcome::Exited(*exit))),
            (Phase::Init, None) => None,
            _ => Some(Ok(())),
        }
    }

    /// How the invocation ended; nothing while it goes on. An answer counts even if the process died right after it.
    pub fn outcome(&self) -> Option<Outcome> {
        self.outcome.clone().or_else(|| self.exit.map(Outcome::Exited))
    }

    pub fn condition(&self) -> Condition {
        match (&self.phase, &self.exit) {
            (_, Some(_)) | (Phase::InitFailed(_), _) => Condition::Gone,
            (Phase::Idle, None) => Condition::Ready,
            _ => Condition::Busy,
        }
    }

    fn not_now(&self) -> Refusal {
        Refusal::State(match self.phase {
            Phase::Init => "RuntimeStarted",
            Phase::InitFailed(_) => "RuntimeInitError",
            Phase::Idle => "RuntimeReady",
            Phase::Busy(_) => "RuntimeRunning",
            Phase::Answered(_) => "RuntimeResponseSent",
        })
    }
}

impl Refusal {
    /// Status and body, as AWS's emulator words them. 410 is what `lambda_runtime` knows for a stale answer.
    pub fn response(self) -> (u16, Value) {
        let (status, error_type, message) = match self {
            Self::RequestId => (400, "InvalidRequestID", "Invalid request ID".to_owned()),
            Self::State(from) => {
                let message =
                    format!("State transition from {from} failed for runtime. Error: State transition is not allowed");
                (403, "InvalidStateTransition", message)
            }
            Self::Stale => (410, "InvalidInvocationID", "Invalid invocation ID".to_owned()),
            Self::TooLarge => {
                let message = format!("Exceeded maximum allowed payload size ({SYNC_PAYLOAD_MAX} bytes).");
                (413, "RequestEntityTooLarge", message)
            }
        };
        (status, json!({ "errorMessage": message, "errorType": error_type }))
    }
}

/// An error as the process words it. Its caller gets the body as it is; without one, what the header says.
pub fn reported(header: Option<&str>, body: Bytes) -> Outcome {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Error {
        error_type: Option<String>,
    }
    let header = header.unwrap_or("Runtime.Unknown");
    match serde_json::from_slice::<Error>(&body) {
        Ok(Error { error_type }) => {
            Outcome::Failed { error_type: error_type.unwrap_or_else(|| header.to_owned()), payload: body }
        }
        Err(_) => Outcome::failed(header, ""),
    }
}

#[cfg(test)]
mod tests;
