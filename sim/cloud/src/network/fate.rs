//! What will become of a request: decided once, when it is sent, by the faults and by the profile's own errors.

use std::sync::Mutex;
use std::time::Duration;

use rand::RngExt;

use super::Network;
use super::destination::Destination;
use crate::faults::FaultKind;
use crate::services::Service;
use crate::services::wire::Call;
use crate::world::Stream;

/// What befalls a request on its way.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fate {
    /// It is served, and its answer arrives.
    Served,
    /// Refused without effect.
    Refused {
        status: u16,
        code: String,
    },
    /// Refused without effect, in the service's words for "too much".
    Throttled,
    /// Never arrives.
    RequestLost,
    ResetBefore,
    /// Served, and then answered with a server error: such an answer does not say what happened.
    ErrorAfter,
    /// Served; the answer never arrives.
    ResponseLost,
    ResetAfter,
    /// Served; then the caller's environment dies.
    CallerCrashes,
}

/// AWS's answer when it fails without saying why.
pub(super) const SERVER_ERROR: (u16, &str) = (500, "InternalServerError");

/// How a server with a host of its own says "too much".
pub(super) const TOO_MUCH: (u16, &str) = (429, "too many requests");

impl Network {
    /// The delay and the fate of a request that is sent `elapsed` after the world began.
    pub(super) fn fate(&self, elapsed: Duration, to: &Destination) -> (Duration, Fate) {
        self.draw_fate(elapsed, to, &self.errors)
    }

    /// The same for a call that AWS itself makes now, as Lambda's pollers do: it takes no wire here, and is a request like
    /// others.
    pub(crate) fn fate_on_behalf(&self, service: Service, operation: &str, resource: &str) -> (Duration, Fate) {
        let to = Destination::Aws(Call::new(service, operation, resource));
        self.draw_fate(self.world.clock.elapsed(), &to, &self.errors_on_behalf)
    }

    fn draw_fate(&self, elapsed: Duration, to: &Destination, errors: &Mutex<Stream>) -> (Duration, Fate) {
        let verdict = self.world.faults.on_request(elapsed, to.service(), to.operation(), to.resource());
        let fate = match verdict.blow {
            Some(blow) => Fate::of(blow),
            None if self.is_in_burst(elapsed, to) => Fate::Throttled,
            None => self.everyday_fate(to, errors),
        };
        (verdict.delay, fate)
    }

    fn is_in_burst(&self, elapsed: Duration, to: &Destination) -> bool {
        let Some(bursts) = &self.throttle_bursts else { return false };
        to.aws_service().is_some() && bursts.lock().expect("no draw panics").throttles(to.service(), elapsed)
    }

    /// The errors that a profile has all the time. A server outside AWS errs by itself.
    fn everyday_fate(&self, to: &Destination, errors: &Mutex<Stream>) -> Fate {
        let knobs = &self.world.knobs.network;
        let server_error = if to.aws_service().is_some() { knobs.server_error } else { 0.0 };
        let mut stream = errors.lock().expect("no draw panics");
        let (draw, before) = (stream.random::<f64>(), stream.random::<bool>());
        let (status, code) = SERVER_ERROR;
        match draw {
            draw if draw < server_error && before => Fate::Refused { status, code: code.to_owned() },
            draw if draw < server_error => Fate::ErrorAfter,
            draw if draw < server_error + knobs.reset && before => Fate::ResetBefore,
            draw if draw < server_error + knobs.reset => Fate::ResetAfter,
            draw if draw < server_error + knobs.reset + knobs.response_lost => Fate::ResponseLost,
            _ => Fate::Served,
        }
    }
}

impl Fate {
    /// Whether the service has acted, though its caller gets no good answer.
    pub(crate) fn acts(&self) -> bool {
        matches!(self, Self::ErrorAfter | Self::ResponseLost | Self::ResetAfter | Self::CallerCrashes)
    }

    pub(crate) fn of(blow: FaultKind) -> Self {
        match blow {
            FaultKind::Refuse { status, code } => Self::Refused { status, code },
            FaultKind::Throttle => Self::Throttled,
            FaultKind::LoseRequest => Self::RequestLost,
            FaultKind::LoseResponse => Self::ResponseLost,
            FaultKind::Reset { after_effect: false } => Self::ResetBefore,
            FaultKind::Reset { after_effect: true } => Self::ResetAfter,
            FaultKind::Crash => Self::CallerCrashes,
            FaultKind::Delay { .. } => Self::Served,
        }
    }
}
