//! Parameters: settings and secrets of `/rez-agent/{stage}/`, kept for five minutes by each execution environment.
//!
//! They are read at their first use, not at the cold start: the extension that serves them answers nobody before the
//! first invocation.

mod extension;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::clock::Moment;
use crate::environment::Environment;
use crate::stage::Stage;
use extension::Extension;
pub use extension::ReadError;

/// How long a value is used before it is read again.
const FRESH: Duration = Duration::from_secs(5 * 60);
/// How long a stale value is used after it could not be read again, so that an outage is not met by every invocation.
const STALE: Duration = Duration::from_secs(30);

/// A parameter's value. Its `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Value(Arc<str>);

impl Value {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self(value.into())
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Value(…)")
    }
}

/// The parameters of one stage, as one execution environment sees them.
#[derive(Debug)]
pub struct Parameters {
    extension: Extension,
    stage: Stage,
    clock: crate::clock::Clock,
    kept: Mutex<BTreeMap<&'static str, Kept>>,
}

#[derive(Clone, Debug)]
struct Kept {
    /// Nothing when there is no such parameter.
    value: Option<Value>,
    read_again: Moment,
}

impl Parameters {
    pub fn new(environment: &Environment) -> Self {
        Self {
            extension: Extension::new(environment),
            stage: environment.stage,
            clock: environment.clock.clone(),
            kept: Mutex::default(),
        }
    }

    /// The value of a parameter, or nothing when there is no such parameter.
    ///
    /// # Errors
    /// When it cannot be read and never was.
    pub async fn get(&self, name: &'static str) -> Result<Option<Value>, ReadError> {
        match self.kept(name) {
            Some(kept) if self.clock.now() < kept.read_again => Ok(kept.value),
            Some(kept) => Ok(self.read(name).await.unwrap_or_else(|error| self.go_on(name, kept, &error))),
            None => self.read(name).await,
        }
    }

    /// Reads a parameter again, whatever its age: it may have been rotated. The old value stays where that fails.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn refresh(&self, name: &'static str) -> Result<Option<Value>, ReadError> {
        self.read(name).await
    }

    async fn read(&self, name: &'static str) -> Result<Option<Value>, ReadError> {
        let value = self.extension.read(&format!("/rez-agent/{}/{name}", self.stage)).await?;
        self.keep(name, value.clone(), FRESH);
        Ok(value)
    }

    fn go_on(&self, name: &'static str, kept: Kept, error: &ReadError) -> Option<Value> {
        tracing::warn!(code = "parameter_stale", parameter = name, %error, "going on with a stale parameter");
        self.keep(name, kept.value.clone(), STALE);
        kept.value
    }

    fn kept(&self, name: &str) -> Option<Kept> {
        self.kept.lock().expect("keeping a value does not panic").get(name).cloned()
    }

    fn keep(&self, name: &'static str, value: Option<Value>, for_: Duration) {
        let kept = Kept { value, read_again: self.clock.now() + for_ };
        self.kept.lock().expect("keeping a value does not panic").insert(name, kept);
    }
}

#[cfg(test)]
mod tests;
