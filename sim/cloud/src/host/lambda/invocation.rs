//! One invocation: a permit, an environment, the handler until its end or its deadline.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use rand::RngExt;
use tokio::time::timeout_at;

use super::Lambda;
use super::answer::{Answer, InvokeError, Outcome};
use super::child::{Condition, Exit};
use super::code::Task;
use super::environment::{Environment, InitError, InitFailed};
use super::function::Function;
use super::limit::Permit;
use super::process::Process;
use super::scope::{Ending, Scoped};
use crate::faults::FaultKind;
use crate::history::{EnvironmentEvent, Fact, InvocationEvent};
use crate::program::InvocationContext;
use crate::services::names;
use crate::world::pause;

/// A doomed environment dies at a poll drawn from these. A handler of this size is polled a few times for each call it
/// makes, so all of its steps are within reach, and one that finishes first dies before it can answer.
const DOOMED_POLLS: std::ops::RangeInclusive<u32> = 1..=24;

/// What is handed to a function.
#[derive(Clone, Debug)]
pub struct Event {
    /// The same for all tries of an asynchronous event.
    pub request_id: String,
    pub payload: Bytes,
    /// The caller's X-Ray header, if it sent one.
    pub trace_header: Option<String>,
    /// The version or alias that it is for, as it was asked for.
    pub qualifier: Option<String>,
}

impl Event {
    /// The event for what stands at `address`, a function's name or ARN.
    pub(super) fn for_address(self, address: &str) -> Self {
        Self { qualifier: names::function(address).1.map(str::to_owned), ..self }
    }
}

impl Lambda {
    /// Runs the function once, and waits for its end.
    pub(super) async fn run(&self, function: &Function, event: Event) -> Result<Answer, InvokeError> {
        let verdict = self.world.faults.on_invocation(self.world.clock.elapsed(), &function.name);
        pause(verdict.delay).await;
        let permit = match verdict.blow {
            Some(FaultKind::Throttle) => None,
            _ => function.limit.take(),
        };
        let Some(permit) = permit else {
            return Err(self.throttled(function, &event, function.limit.concurrency_reason));
        };
        let doom = matches!(verdict.blow, Some(FaultKind::Crash)).then(|| self.draw_doom());
        Ok(self.run_permitted(function, event, permit, doom).await)
    }

    async fn run_permitted(&self, function: &Function, event: Event, _permit: Permit, doom: Option<u32>) -> Answer {
        self.reclaim(function);
        let (environment, init) = match self.take_warm(function).await {
            Some(environment) => (environment, None),
            None => match self.start(function).await {
                Ok((environment, init)) => (environment, Some(init)),
                Err(failed) => return self.init_failed(function, &event, &failed),
            },
        };
        let began = self.world.clock.elapsed();
        self.fact(&environment.process, &event.request_id, InvocationEvent::Started { cold: init.is_some() });
        let answer = self.handle(function, &environment, event, doom).await;
        let took = self.world.clock.elapsed() - began;
        self.ended(function, &environment.process, &answer, took + init.unwrap_or_default());
        self.put_back(function, environment, &answer, function.spec.timeout.saturating_sub(took));
        answer
    }

    async fn take_warm(&self, function: &Function) -> Option<Environment> {
        let environment = function.take_idle()?;
        match environment.instance.settle().await {
            Condition::Ready => return Some(environment),
            Condition::Busy => function.keep_idle(environment, self.world.clock.now()),
            Condition::Gone => self.report(&environment.process, EnvironmentEvent::Crashed),
        }
        None
    }

    /// Polls the handler until it ends or its deadline comes; then it is dropped where it stands.
    async fn handle(&self, function: &Function, environment: &Environment, event: Event, doom: Option<u32>) -> Answer {
        let process = &environment.process;
        *process.request_id.lock().expect("no holder panics") = Arc::from(event.request_id.as_str());
        let deadline = self.world.clock.now() + function.spec.timeout;
        let context = self.context(function, &event, deadline);
        let task = Task { payload: event.payload, context, timeout: function.spec.timeout, tries: &self.tries };
        let work = self.draw_work(function);
        let handling = async {
            pause(work).await;
            environment.instance.handle(task).await
        };
        let handling = Scoped::new(process.clone(), self.world.history.clone(), handling).doomed_after(doom);
        match timeout_at(self.world.clock.instant_at(deadline), handling).await {
            Ok(Ok(outcome)) => Answer::of(event.request_id, outcome),
            Ok(Err(Ending::Panicked(message))) => Answer::panicked(event.request_id, &message),
            Ok(Err(Ending::Crashed)) => Answer::crashed(event.request_id),
            Err(_) => Answer::timed_out(event.request_id, function.spec.timeout),
        }
    }

    /// The function's own work comes first, so that the handler sees it in the time it has left. What takes real time
    /// needs no model of it.
    fn draw_work(&self, function: &Function) -> Duration {
        if function.code.takes_time() {
            return Duration::ZERO;
        }
        self.draw(|knobs| knobs.warm_overhead) + self.sample(function.compute)
    }

    fn context(&self, function: &Function, event: &Event, deadline: SystemTime) -> InvocationContext {
        let incoming = event.trace_header.as_deref();
        InvocationContext {
            request_id: event.request_id.clone(),
            deadline,
            function_arn: match &event.qualifier {
                Some(qualifier) => format!("{}:{qualifier}", function.spec.arn),
                None => function.spec.arn.clone(),
            },
            trace_header: self.tracer.header(incoming, function.spec.tracing_active, &self.world.clock),
        }
    }

    /// A timeout or a crash costs the environment its memory. AWS starts the program again in the same place; here the
    /// next invocation builds a new environment, and waits for its placement too.
    fn put_back(&self, function: &Function, environment: Environment, answer: &Answer, left: Duration) {
        if answer.end.leaves_environment() {
            environment.instance.answered(left);
            function.keep_idle(environment, self.world.clock.now());
        } else {
            self.report(&environment.process, EnvironmentEvent::Crashed);
        }
    }

    fn init_failed(&self, function: &Function, event: &Event, failed: &InitFailed) -> Answer {
        let request_id = event.request_id.clone();
        let answer = match &failed.error {
            // Its `main` returned an error.
            InitError::Failed(_) => Answer::exited(request_id, Exit::FAILED),
            InitError::Ended(Outcome::Exited(exit)) => Answer::exited(request_id, *exit),
            InitError::Ended(outcome) => Answer::of(request_id, outcome.clone()),
            InitError::TimedOut(limit) => Answer::timed_out(request_id, *limit),
        };
        self.fact(&failed.process, &event.request_id, InvocationEvent::Started { cold: true });
        self.ended(function, &failed.process, &answer, failed.took);
        answer
    }

    pub(super) fn throttled(&self, function: &Function, event: &Event, reason: &'static str) -> InvokeError {
        let happened = InvocationEvent::Throttled { reason };
        let (function, request_id) = (&*function.name, event.request_id.as_str());
        self.world.history.record(Fact::Invocation { function, environment: 0, request_id, event: happened });
        InvokeError::Throttled { reason }
    }

    fn ended(&self, function: &Function, process: &Process, answer: &Answer, took: Duration) {
        let (outcome, memory_mb) = (answer.end.outcome(), function.spec.memory_mb);
        self.fact(process, &answer.request_id, InvocationEvent::Ended { outcome, took: billed(took), memory_mb });
    }

    fn fact(&self, process: &Process, request_id: &str, event: InvocationEvent<'_>) {
        let (function, environment) = (&*process.function, process.id);
        self.world.history.record(Fact::Invocation { function, environment, request_id, event });
    }

    fn draw_doom(&self) -> u32 {
        self.stream.lock().expect("no draw panics").random_range(DOOMED_POLLS)
    }
}

/// Lambda bills whole milliseconds.
fn billed(took: Duration) -> Duration {
    Duration::from_millis(took.as_micros().div_ceil(1_000) as u64)
}
