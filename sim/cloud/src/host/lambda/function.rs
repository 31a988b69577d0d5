//! One function of the template with what runs it: its program, its limit, and its idle environments.

use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use super::environment::Environment;
use super::limit::Limit;
use crate::profile::Latency;
use crate::program::Program;

/// Layers with this in their ARN are the AWS Parameters and Secrets Lambda Extension.
const PARAMETERS_EXTENSION: &str = "AWS-Parameters-and-Secrets-Lambda-Extension";

pub(super) struct Function {
    pub name: Arc<str>,
    pub spec: rez_topology::Function,
    pub program: Arc<dyn Program>,
    pub limit: Arc<Limit>,
    /// Its own work, which takes no virtual time by itself.
    pub compute: Latency,
    idle: Mutex<Vec<Idle>>,
}

struct Idle {
    environment: Environment,
    reclaimed: SystemTime,
}

impl Function {
    pub fn new(spec: rez_topology::Function, program: Arc<dyn Program>, limit: Arc<Limit>, compute: Latency) -> Self {
        Self { name: Arc::from(spec.name.as_str()), spec, program, limit, compute, idle: Mutex::default() }
    }

    pub fn has_parameters_extension(&self) -> bool {
        self.spec.layers.iter().any(|layer| layer.contains(PARAMETERS_EXTENSION))
    }

    /// The environment that was used last, if it is still warm. Which one AWS takes is not documented; the last used is
    /// what observers report.
    pub fn take_idle(&self) -> Option<Environment> {
        self.idle.lock().expect("no holder panics").pop().map(|idle| idle.environment)
    }

    pub fn keep_idle(&self, environment: Environment, now: SystemTime) {
        let reclaimed = now + environment.idle_max;
        self.idle.lock().expect("no holder panics").push(Idle { environment, reclaimed });
    }

    /// Takes out what has been idle for too long. Nobody can tell when exactly that happened, so looking when an
    /// environment is wanted is soon enough, and costs no timer.
    pub fn reclaim(&self, now: SystemTime) -> Vec<Environment> {
        let mut idle = self.idle.lock().expect("no holder panics");
        let reclaimed = idle.extract_if(.., |idle| idle.reclaimed <= now);
        reclaimed.map(|idle| idle.environment).collect()
    }
}
