//! The seam: what another channel must do to stand behind a gate.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;

use rez_core::clock::Moment;
use rez_core::error::Failure;
use rez_core::message::Receipt;
use rez_core::notification::Notification;

/// A future of a channel. Boxed, as channels are told apart at run time.
pub type ChannelFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A way to reach a person.
pub trait Channel: Debug + Send + Sync {
    /// Names it in notifications, flags, and the key of its gate.
    fn name(&self) -> &'static str;

    /// Makes ready what a try needs, such as secrets; cheap when it is ready. Called before a try asks the gate, so that
    /// no slot is spent in vain.
    fn prepare(&self) -> ChannelFuture<'_, Result<(), Refusal>>;

    /// Tries once, within the 10 s that a try has, with what was made ready.
    fn send<'a>(&'a self, notification: &'a Notification) -> ChannelFuture<'a, Result<Receipt, Refusal>>;

    /// Reads credentials again, and says whether the next try goes with others.
    fn refresh(&self) -> ChannelFuture<'_, bool>;
}

/// A try that was not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Its category decides what is done.
    pub failure: Failure,
    /// The destination takes nothing before.
    pub not_before: Option<Moment>,
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self { failure, not_before: None }
    }
}
