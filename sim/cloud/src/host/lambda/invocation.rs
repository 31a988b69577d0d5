//! One invocation: a permit, an environment, the handler until its end or its deadline.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use rand::RngExt;
use tokio::time::timeout_at;

use super::Lambda;
use super::answer::{Answer, InvokeError};
use super::environment::{Environment, InitFailed};
use super::function::Function;
use super::limit::Permit;
use super::process::Process;
use super::scope::{Ending, Scoped};
use crate::faults::FaultKind;
use crate::history::{EnvironmentEvent, Fact, InvocationEvent};
use crate::program::InvocationContext;
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
        let Some(permit) = permit else { return Err(self.throttled(function, &event)) };
        let doom = matches!(verdict.blow, Some(FaultKind::Crash)).then(|| self.draw_doom());
        Ok(self.run_permitted(function, event, permit, doom).await)
    }

    async fn run_permitted(&self, function: &Function, event: Event, _permit: Permit, doom: Option<u32>) -> Answer {
        for environment in function.reclaim(self.world.clock.now()) {
            self.report(&environment.process, EnvironmentEvent::Reclaimed);
        }
        let (environment, init) = match function.take_idle() {
            Some(environment) => (environment, None),
            None => match self.start(function).await {
                Ok((environment, init)) => (environment, Some(init)),
                Err(failed) => return self.init_failed(function, &event, &failed),
            },
        };
        let began = self.world.clock.elapsed();
        self.fact(&environment.process, &event.request_id, InvocationEvent::Started { cold: init.is_some() });
        let answer = self.handle(function, &environment, event, doom).await;
        let took = self.world.clock.elapsed() - began + init.unwrap_or_default();
        self.ended(function, &environment.process, &answer, took);
        self.put_back(function, environment, &answer);
        answer
    }

    /// Polls the handler until it ends or its deadline comes; then it is dropped where it stands.
    async fn handle(&self, function: &Function, environment: &Environment, event: Event, doom: Option<u32>) -> Answer {
        let process = &environment.process;
        *process.request_id.lock().expect("no holder panics") = Arc::from(event.request_id.as_str());
        let deadline = self.world.clock.now() + function.spec.timeout;
        let context = self.context(function, &event, deadline);
        // The function's own work comes first, so that the handler sees it in the time it has left.
        let work = self.draw(|knobs| knobs.warm_overhead) + self.sample(function.compute);
        let handling = async {
            pause(work).await;
            environment.handler.handle(event.payload, context).await
        };
        let handling = Scoped::new(process.clone(), self.world.history.clone(), handling).doomed_after(doom);
        match timeout_at(self.world.clock.instant_at(deadline), handling).await {
            Ok(Ok(Ok(payload))) => Answer::success(event.request_id, payload),
            Ok(Ok(Err(error))) => Answer::failure(event.request_id, &error),
            Ok(Err(Ending::Panicked(message))) => Answer::panicked(event.request_id, message),
            Ok(Err(Ending::Crashed)) => Answer::crashed(event.request_id),
            Err(_) => Answer::timed_out(event.request_id, function.spec.timeout),
        }
    }

    fn context(&self, function: &Function, event: &Event, deadline: SystemTime) -> InvocationContext {
        let incoming = event.trace_header.as_deref();
        InvocationContext {
            request_id: event.request_id.clone(),
            deadline,
            function_arn: function.spec.arn.clone(),
            trace_header: self.tracer.header(incoming, function.spec.tracing_active, &self.world.clock),
        }
    }

    /// A timeout or a crash costs the environment its memory. AWS starts the program again in the same place; here the
    /// next invocation builds a new environment, and waits for its placement too.
    fn put_back(&self, function: &Function, environment: Environment, answer: &Answer) {
        if answer.end.leaves_environment() {
            function.keep_idle(environment, self.world.clock.now());
        } else {
            self.report(&environment.process, EnvironmentEvent::Crashed);
        }
    }

    fn init_failed(&self, function: &Function, event: &Event, failed: &InitFailed) -> Answer {
        let answer = Answer::exited(event.request_id.clone(), "exit status 1");
        self.fact(&failed.process, &event.request_id, InvocationEvent::Started { cold: true });
        self.ended(function, &failed.process, &answer, failed.took);
        answer
    }

    fn throttled(&self, function: &Function, event: &Event) -> InvokeError {
        let reason = function.limit.reason;
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
