//! One delivery attempt: tries at the destination, each with a pass of its gate, until one is accepted or no other may
//! start.
//!
//! Whatever is waited for, is waited for until a moment: an attempt that outlasts its lease runs beside another one, and
//! what came of one that outlasts its function is lost.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use rez_core::clock::Moment;
use rez_core::error::{Category, Failure, codes};
use rez_core::gate::{Denial, Entry, Pass, Verdict};
use rez_core::notification::{Notification, Outcome};
use rez_core::retry;
use rez_core::telemetry::metrics::{Measurements, Metric};

use crate::channel::Refusal;
use crate::{Deps, Destination};

/// What one try may take: a question to the gate, and what is permitted then.
const TRY_TIME: Duration = Duration::from_secs(12);
/// What a permitted try may take: its HTTP, and its report to the gate.
const SEND_TIME: Duration = Duration::from_secs(11);
/// Of that, the HTTP.
const HTTP_TIME: Duration = Duration::from_secs(10);
/// Left of the time for the answer.
const ANSWER_TIME: Duration = Duration::from_millis(500);
/// While a person must mend something, one try a minute is enough to see whether it is mended.
const MENDING_WAIT: Duration = Duration::from_secs(60);
/// Flags are kept for five minutes: looking sooner would show the same.
const FLAG_WAIT: Duration = Duration::from_secs(300);

/// Delivers a notification, and measures that.
pub(crate) async fn deliver(deps: &Deps, notification: &Notification, deadline: Moment) -> Outcome {
    let begun = deps.environment.clock.now();
    let Some(destination) = deps.destinations.iter().find(|it| it.channel.name() == notification.channel) else {
        let error = format!("there is no channel `{}`", notification.channel);
        return Outcome::Failed { error: Failure::new(Category::Permanent, codes::REJECTED, error) };
    };
    let finish_by = deadline.min(notification.finish_by) - ANSWER_TIME;
    let mut attempt = Attempt { deps, destination, notification, finish_by, failures: 0, refreshed: false };
    let outcome = match attempt.held_back().await {
        Some(held_back) => held_back,
        None => attempt.run().await,
    };
    attempt.measure(begun, &outcome);
    outcome
}

struct Attempt<'a> {
    deps: &'a Deps,
    destination: &'a Destination,
    notification: &'a Notification,
    /// No try starts that cannot end before.
    finish_by: Moment,
    /// Tries that failed, by a transient failure.
    failures: u32,
    refreshed: bool,
}

/// What follows on a refused try.
enum Next {
    Again { after: Duration },
    End(Outcome),
}

impl Attempt<'_> {
    /// Flags are a person's decision, so they come before everything else.
    async fn held_back(&self) -> Option<Outcome> {
        let Some(flags) = self.until(self.last_begin(), self.deps.flags.get()).await else {
            return Some(self.out_of_time().await);
        };
        let (code, reason) = if flags.pause_deliveries {
            (codes::DELIVERIES_PAUSED, "deliveries are paused")
        } else if !flags.channel_enabled(self.destination.channel.name()) {
            (codes::CHANNEL_DISABLED, "the channel is switched off")
        } else {
            return None;
        };
        let until = self.place(self.now() + FLAG_WAIT).await;
        Some(Outcome::Deferred { until, counts: false, error: Failure::new(Category::Limited, code, reason) })
    }

    async fn run(&mut self) -> Outcome {
        match self.until(self.last_begin(), self.destination.channel.prepare()).await {
            Some(Ok(())) => {}
            Some(Err(Refusal { failure, .. })) => {
                let until = self.place(self.now() + MENDING_WAIT).await;
                return Outcome::Deferred { until, counts: false, error: failure };
            }
            None => return self.out_of_time().await,
        }
        loop {
            if !self.has_time(TRY_TIME) {
                return self.out_of_time().await;
            }
            let asked = self.destination.gate.enter(&self.notification.attempt_id);
            let pass = match self.until(self.finish_by, asked).await {
                Some(Entry::Permit(pass)) => pass,
                Some(Entry::Deny(denial)) => return denied(denial),
                Some(Entry::Contended { until }) => return contended(until),
                None => return self.out_of_time().await,
            };
            // The gate's answer may have taken long.
            if !self.has_time(SEND_TIME) || !pass.lasts_until(self.now() + HTTP_TIME) {
                return self.give_back(&pass).await;
            }
            let refusal = match self.destination.channel.send(self.notification).await {
                Ok(receipt) => {
                    self.report(&pass, Verdict::Answers, None).await;
                    return receipt.into();
                }
                Err(refusal) => refusal,
            };
            match self.after(&pass, refusal).await {
                Next::Again { after } => self.deps.environment.sleep(after).await,
                Next::End(outcome) => return outcome,
            }
        }
    }

    /// What a refused try means for the gate, and for the message.
    async fn after(&mut self, pass: &Pass, Refusal { failure, not_before }: Refusal) -> Next {
        let (category, code) = (failure.category.as_str(), &*failure.code);
        tracing::warn!(category, code, probe = pass.probe, error = failure.message, "a try was not accepted");
        match failure.category {
            Category::Transient => self.after_transient(pass, failure, not_before).await,
            Category::Limited => {
                let until = not_before.unwrap_or(self.now());
                Next::End(self.deferred(pass, Verdict::Limits(until), until, false, failure).await)
            }
            Category::System => self.after_system(pass, failure).await,
            Category::Permanent | Category::Validation => {
                self.report(pass, Verdict::Answers, None).await;
                Next::End(Outcome::Failed { error: failure })
            }
        }
    }

    /// Retried, unless it was a probe, or there are no more retries or no more time.
    async fn after_transient(&mut self, pass: &Pass, failure: Failure, not_before: Option<Moment>) -> Next {
        let now = self.now();
        let asked = not_before.map(|moment| moment.since(now)).unwrap_or_default();
        let wait = retry::DELIVERY.wait(self.failures, self.deps.environment.entropy.fraction());
        self.failures += 1;
        match wait.map(|wait| wait.max(asked)) {
            Some(wait) if !pass.probe && now + wait + TRY_TIME <= self.finish_by => {
                self.report(pass, Verdict::Fails, None).await;
                Next::Again { after: wait }
            }
            _ => {
                let earliest = not_before.unwrap_or(now);
                Next::End(self.deferred(pass, Verdict::Fails, earliest, !pass.probe, failure).await)
            }
        }
    }

    /// Credentials may have been rotated: they are read again, once. If that does not help, nobody tries for a while,
    /// because no other message would fare better.
    async fn after_system(&mut self, pass: &Pass, failure: Failure) -> Next {
        let credentials = matches!(&*failure.code, codes::UNAUTHORIZED | codes::FORBIDDEN);
        if credentials && !self.refreshed {
            self.refreshed = true;
            let refreshed = self.until(self.last_begin(), self.destination.channel.refresh()).await;
            if refreshed == Some(true) {
                self.report(pass, Verdict::Answers, None).await;
                return Next::Again { after: Duration::ZERO };
            }
        }
        let until = self.now() + MENDING_WAIT;
        Next::End(self.deferred(pass, Verdict::Refuses(until), until, false, failure).await)
    }

    async fn deferred(&self, pass: &Pass, verdict: Verdict, earliest: Moment, counts: bool, error: Failure) -> Outcome {
        let place = self.report(pass, verdict, Some(earliest)).await;
        Outcome::Deferred { until: place.unwrap_or(earliest), counts, error }
    }

    /// Tells the gate how a try went, for as long as there is time: what came of it must be answered before the deadline,
    /// or it is lost, and a message that was accepted is sent again.
    async fn report(&self, pass: &Pass, verdict: Verdict, earliest: Option<Moment>) -> Option<Moment> {
        let told = self.destination.gate.report(pass, verdict, earliest);
        let place = self.until(self.finish_by, told).await;
        place.unwrap_or_else(|| {
            tracing::warn!(code = codes::NO_TIME_LEFT, "the gate was not told how the try went");
            earliest.map(|earliest| earliest.max(self.destination.gate.placeless()))
        })
    }

    /// A place among the deferred, not before `earliest`.
    async fn place(&self, earliest: Moment) -> Moment {
        let place = self.until(self.finish_by, self.destination.gate.place(earliest)).await;
        place.unwrap_or_else(|| earliest.max(self.destination.gate.placeless()))
    }

    /// Tries that failed count; an attempt that could not even begin does not.
    async fn out_of_time(&self) -> Outcome {
        let until = self.place(self.now()).await;
        Outcome::Deferred { until, counts: self.failures > 0, error: no_time_left() }
    }

    /// A permitted try that does not start any more: somebody else may be the probe.
    async fn give_back(&self, pass: &Pass) -> Outcome {
        self.deferred(pass, Verdict::Untried, self.now(), self.failures > 0, no_time_left()).await
    }

    /// What comes of `work`, or nothing if it is not over by `moment`.
    async fn until<T>(&self, moment: Moment, work: impl Future<Output = T>) -> Option<T> {
        let time_is_up = self.deps.environment.sleep(moment.since(self.now()));
        match select(pin!(work), pin!(time_is_up)).await {
            Either::Left((done, _)) => Some(done),
            Either::Right(_) => None,
        }
    }

    /// No try starts after it, so nothing is worth waiting for that only a try would need.
    fn last_begin(&self) -> Moment {
        self.finish_by - TRY_TIME
    }

    fn has_time(&self, needed: Duration) -> bool {
        self.now() + needed <= self.finish_by
    }

    fn now(&self) -> Moment {
        self.deps.environment.clock.now()
    }

    fn measure(&self, begun: Moment, outcome: &Outcome) {
        let now = self.now();
        let (sent, ending) = match outcome {
            Outcome::Delivered { .. } => (1, "notification delivered"),
            Outcome::Deferred { .. } => (0, "notification deferred"),
            Outcome::Failed { .. } => (0, "notification failed"),
        };
        let failed = self.failures + u32::from(matches!(outcome, Outcome::Failed { .. }));
        Measurements::new()
            .count(Metric::NotificationsSent, sent)
            .count(Metric::NotificationsFailed, failed)
            .duration(Metric::NotificationDuration, now.since(begun))
            .count(Metric::CircuitBreakerState, self.destination.gate.level())
            .log(now, ending);
    }
}

fn no_time_left() -> Failure {
    Failure::new(Category::Transient, codes::NO_TIME_LEFT, "no time is left for another try")
}

fn denied(Denial { reason, until }: Denial) -> Outcome {
    let error = Failure::new(Category::Limited, reason.code(), "the gate lets no try start");
    Outcome::Deferred { until, counts: false, error }
}

fn contended(until: Moment) -> Outcome {
    let error = Failure::new(Category::Limited, codes::GATE_CONTENDED, "too many ask the gate at once");
    Outcome::Deferred { until, counts: false, error }
}

#[cfg(test)]
mod tests;
