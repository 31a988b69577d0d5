//! Invoking notification-service: once, because a second try would be a second delivery.

use std::time::Duration;

use aws_sdk_lambda::error::SdkError;
use aws_sdk_lambda::operation::invoke::{InvokeError, InvokeOutput};
use aws_sdk_lambda::primitives::Blob;
use rez_core::Environment;
use rez_core::clock::Moment;
use rez_core::config::Variables;
use rez_core::error::{Category, Failure, codes};
use rez_core::message::{Lease, Message};
use rez_core::notification::{NTFY, Notification, Outcome};
use rez_core::store::describe;

/// Above notification-service's own 45 s, so that its answer is heard.
const INVOKE_TIMEOUT: Duration = Duration::from_secs(47);
/// How long before that its answer must leave.
const ANSWER_TIME: Duration = Duration::from_secs(1);
/// What settling the message takes, after the answer.
const SETTLE_TIME: Duration = Duration::from_secs(2);
/// Least wait of a message that Lambda had no room for; as much again is added by jitter.
const THROTTLED_WAIT: Duration = Duration::from_secs(15);
/// Least wait of a message whose invocation is not allowed or not possible: somebody must mend it.
const REFUSED_WAIT: Duration = Duration::from_secs(300);

/// How an invocation ended.
#[derive(Debug)]
pub(crate) enum End {
    Answered(Outcome),
    /// It surely did not run.
    NotRun {
        until: Moment,
        error: Failure,
    },
    /// It may have run, and have delivered. The lease runs out, and the sweep recovers the message.
    Unknown(String),
}

/// notification-service, as it is invoked.
#[derive(Debug)]
pub(crate) struct Notifier {
    client: aws_sdk_lambda::Client,
    function: String,
    environment: Environment,
}

impl Notifier {
    pub(crate) fn new(environment: &Environment, variables: &mut Variables<'_>) -> Self {
        Self {
            client: environment.lambda(INVOKE_TIMEOUT),
            function: variables.text("NOTIFICATION_FUNCTION"),
            environment: environment.clone(),
        }
    }

    /// Has a claimed message delivered. No try at its destination starts that cannot end before our own deadline, or whose
    /// answer we would not wait for.
    pub(crate) async fn notify(&self, message: &Message, lease: &Lease, deadline: Moment) -> End {
        let heard_until = self.environment.clock.now() + (INVOKE_TIMEOUT - ANSWER_TIME);
        let notification = Notification::of(message, lease, NTFY, heard_until.min(deadline - SETTLE_TIME));
        let payload = serde_json::to_vec(&notification).expect("a notification of strings is JSON");
        let invoke = self.client.invoke().function_name(&self.function).payload(Blob::new(payload));
        match invoke.send().await {
            Ok(output) => read(&output),
            Err(error) => self.failed(&error),
        }
    }

    fn failed(&self, error: &SdkError<InvokeError>) -> End {
        let throttled = (Category::Limited, codes::INVOKE_THROTTLED, "Lambda has no room for the delivery");
        let refused = (Category::System, codes::INVOKE_REFUSED, "Lambda refuses to run the delivery");
        let ((category, code, text), wait) = match error {
            SdkError::ServiceError(service) => match (service.err(), service.raw().status().as_u16()) {
                (InvokeError::TooManyRequestsException(_), _) | (_, 429) => (throttled, THROTTLED_WAIT),
                (_, status) if status < 500 => (refused, REFUSED_WAIT),
                _ => return End::Unknown(describe(error)),
            },
            SdkError::ConstructionFailure(_) => (refused, REFUSED_WAIT),
            _ => return End::Unknown(describe(error)),
        };
        // The message keeps the text, for whoever may read it; what AWS said is for the log.
        tracing::warn!(code, error = describe(error), "not run");
        let wait = wait.mul_f64(1.0 + self.environment.entropy.fraction());
        End::NotRun { until: self.environment.clock.now() + wait, error: Failure::new(category, code, text) }
    }
}

/// A function that fails is answered with 200, too.
fn read(output: &InvokeOutput) -> End {
    let payload = output.payload().map(Blob::as_ref).unwrap_or_default();
    if let Some(error) = output.function_error() {
        return End::Unknown(format!("{error}: {}", String::from_utf8_lossy(&payload[..payload.len().min(500)])));
    }
    match serde_json::from_slice(payload) {
        Ok(outcome) => End::Answered(outcome),
        Err(error) => End::Unknown(format!("the answer cannot be read: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use rez_core::testing::{Reply, Wire, begin, message};

    use super::*;

    /// Regression: after a slow start a try could end when nobody waited for its answer any more.
    #[tokio::test(start_paused = true)]
    async fn a_delivery_ends_before_its_answer_is_given_up_and_before_our_deadline() {
        for (deadline, finish_by) in [(50, 46), (20, 18)] {
            let wire = Wire::answering(|_| Reply::json(200, &serde_json::Value::Null));
            let ambient = wire.ambient(&[]);
            let notifier = Notifier::new(&wire.environment("test", &[]), &mut Variables::new(&ambient.variables));
            let lease = Lease { owner: "attempt".to_owned(), until: begin() + Duration::from_secs(100) };
            notifier.notify(&message(), &lease, begin() + Duration::from_secs(deadline)).await;
            let sent: Notification = serde_json::from_str(&wire.requests()[0].body).unwrap();
            assert_eq!(sent.finish_by, begin() + Duration::from_secs(finish_by));
        }
    }
}
