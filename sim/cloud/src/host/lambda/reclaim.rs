//! Takes environments back that have been idle for too long.

use std::sync::Arc;
use std::time::Duration;

use super::Lambda;
use super::function::Function;
use crate::history::EnvironmentEvent;

/// How often idle child processes are looked at: each holds memory of this machine.
const CHILDREN_EVERY: Duration = Duration::from_secs(1);

impl Lambda {
    /// Of a function in process nobody can tell when exactly that happened, so looking when an environment is wanted is
    /// soon enough, and costs no timer.
    pub(super) fn reclaim(&self, function: &Function) {
        for environment in function.take_expired(self.world.clock.now()) {
            self.report(&environment.process, EnvironmentEvent::Reclaimed);
        }
    }

    /// Takes back idle child processes when their time has come; returns at once when there can be none.
    pub(crate) async fn reclaim_children(self: Arc<Self>) {
        let children: Vec<&Function> = self.functions.values().filter(|function| function.code.takes_time()).collect();
        while !children.is_empty() {
            tokio::time::sleep(CHILDREN_EVERY).await;
            children.iter().for_each(|function| self.reclaim(function));
        }
    }
}
