//! One function of the template with what runs it: its code, its limit, and its idle environments.

use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use super::child::Condition;
use super::code::Code;
use super::environment::Environment;
use super::limit::Limit;
use crate::profile::Latency;

/// Layers with this in their ARN are the AWS Parameters and Secrets Lambda Extension.
const PARAMETERS_EXTENSION: &str = "AWS-Parameters-and-Secrets-Lambda-Extension";

pub(super) struct Function {
    pub name: Arc<str>,
    pub spec: rez_topology::Function,
    pub code: Code,
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
    pub fn new(spec: rez_topology::Function, code: Code, limit: Arc<Limit>, compute: Latency) -> Self {
        Self { name: Arc::from(spec.name.as_str()), spec, code, limit, compute, idle: Mutex::default() }
    }

    pub fn has_parameters_extension(&self) -> bool {
        self.spec.layers.iter().any(|layer| layer.contains(PARAMETERS_EXTENSION))
    }

    /// The environment that was used last, if it is still warm; rather one that is done with its invocation than one that
    /// has only answered. Which one AWS takes is not documented; the last used is what observers report.
    pub fn take_idle(&self) -> Option<Environment> {
        let mut idle = self.idle.lock().expect("no holder panics");
        let ready = idle.iter().rposition(|idle| idle.environment.instance.condition() == Condition::Ready);
        match ready {
            Some(at) => Some(idle.remove(at).environment),
            None => idle.pop().map(|idle| idle.environment),
        }
    }

    pub fn keep_idle(&self, environment: Environment, now: SystemTime) {
        let reclaimed = now + environment.idle_max;
        self.idle.lock().expect("no holder panics").push(Idle { environment, reclaimed });
    }

    /// Takes out what has been idle for too long.
    pub fn take_expired(&self, now: SystemTime) -> Vec<Environment> {
        let mut idle = self.idle.lock().expect("no holder panics");
        let reclaimed = idle.extract_if(.., |idle| idle.reclaimed <= now);
        reclaimed.map(|idle| idle.environment).collect()
    }
}
