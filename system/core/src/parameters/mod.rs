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
use crate::retry;
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
    environment: Environment,
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
        Self { extension: Extension::new(environment), environment: environment.clone(), kept: Mutex::default() }
    }

    /// The value of a parameter, or nothing when there is no such parameter.
    ///
    /// # Errors
    /// When it cannot be read and never was.
    pub async fn get(&self, name: &'static str) -> Result<Option<Value>, ReadError> {
        match self.kept(name) {
            Some(kept) if self.environment.clock.now() < kept.read_again => Ok(kept.value),
            Some(kept) => Ok(self.read(name).await.unwrap_or_else(|error| self.go_on(name, kept, &error))),
            None => self.read_patiently(name).await,
        }
    }

    /// Reads a parameter again, whatever its age: it may have been rotated. The old value stays where that fails.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn refresh(&self, name: &'static str) -> Result<Option<Value>, ReadError> {
        self.read_patiently(name).await
    }

    /// Reads what there is no substitute for. Parameter Store answers 40 reads a second, and a fleet that starts in a
    /// burst asks for more; so who is throttled asks again.
    async fn read_patiently(&self, name: &'static str) -> Result<Option<Value>, ReadError> {
        let mut retry = 0;
        loop {
            let read = self.read(name).await;
            let wait = retry::PARAMETERS.wait(retry, self.environment.entropy.fraction());
            match (read, wait) {
                (Err(ReadError::Throttled), Some(wait)) => self.environment.sleep(wait).await,
                (read, _) => return read,
            }
            retry += 1;
        }
    }

    async fn read(&self, name: &'static str) -> Result<Option<Value>, ReadError> {
        let value = self.extension.read(&format!("/rez-agent/{}/{name}", self.environment.stage)).await?;
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
        let kept = Kept { value, read_again: self.environment.clock.now() + for_ };
        self.kept.lock().expect("keeping a value does not panic").insert(name, kept);
    }
}

#[cfg(test)]
mod tests;
