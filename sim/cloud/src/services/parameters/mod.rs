//! Parameter Store: names, values and versions, and the throughput that all readers share.
//!
//! Policies, advanced tier, labels and history are not modelled. A SecureString's ciphertext is made up: nothing is
//! encrypted here, and a reader that did not ask for decryption gets something that is not the value.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::SystemTime;

use aws_smithy_types::base64;

use super::throttle::Throttle;
use super::{ServiceError, names};
use crate::profile::ParametersKnobs;
use crate::world::Clock;

/// Most bytes of a standard parameter's value.
const VALUE_MAX: usize = 4_096;

/// Most parameters of one page or one GetParameters.
const PAGE_MAX: usize = 10;

/// The parameters of the account; clones share them.
#[derive(Clone)]
pub struct Parameters {
    shared: Arc<Shared>,
}

struct Shared {
    clock: Clock,
    state: Mutex<State>,
}

struct State {
    parameters: BTreeMap<String, Parameter>,
    reads: Throttle,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    String,
    StringList,
    SecureString,
}

/// A parameter at its latest version.
#[derive(Clone, Debug)]
pub struct Parameter {
    pub name: String,
    pub kind: ParameterKind,
    /// Always in clear here; see [`Parameter::shown`].
    pub value: String,
    pub version: u64,
    pub modified: SystemTime,
}

/// A page of GetParametersByPath.
#[derive(Clone, Debug)]
pub struct Page {
    pub parameters: Vec<Parameter>,
    /// Name of the last parameter of this page, when there are more.
    pub next: Option<String>,
}

/// What GetParameters found, and which names it did not.
#[derive(Clone, Debug)]
pub struct Found {
    pub parameters: Vec<Parameter>,
    pub invalid: Vec<String>,
}

impl Parameter {
    pub fn arn(&self) -> String {
        names::parameter_arn(&self.name)
    }

    /// The value as a reader sees it: a SecureString that is not decrypted shows something else.
    pub fn shown(&self, decrypted: bool) -> String {
        if self.kind == ParameterKind::SecureString && !decrypted {
            return base64::encode(format!("ciphertext of version {}", self.version));
        }
        self.value.clone()
    }
}

impl ParameterKind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::String => "String",
            Self::StringList => "StringList",
            Self::SecureString => "SecureString",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        [Self::String, Self::StringList, Self::SecureString].into_iter().find(|kind| kind.name() == name)
    }
}

impl Parameters {
    pub fn new(clock: Clock, knobs: &ParametersKnobs) -> Self {
        let reads = Throttle::new(knobs.reads_per_second, clock.now());
        let state = Mutex::new(State { parameters: BTreeMap::new(), reads });
        Self { shared: Arc::new(Shared { clock, state }) }
    }

    /// Creates a parameter or, with `overwrite`, gives it a new version. Answers with the version.
    ///
    /// # Errors
    /// When it exists and may not be overwritten, or the value is too long.
    pub fn put(&self, name: &str, kind: ParameterKind, value: &str, overwrite: bool) -> Result<u64, ServiceError> {
        if value.is_empty() || value.len() > VALUE_MAX {
            let message = format!(
                "Standard tier parameters support a maximum parameter value of {VALUE_MAX} characters. To create a \
                 larger parameter value, upgrade the parameter to use the advanced-parameter tier."
            );
            return Err(ServiceError::new("ValidationException", message));
        }
        let mut state = self.state();
        let existing = state.parameters.get(name);
        if existing.is_some() && !overwrite {
            let message = "The parameter already exists. To overwrite this value, set the overwrite option in the \
                           request to true.";
            return Err(ServiceError::new("ParameterAlreadyExists", message));
        }
        let version = existing.map_or(1, |parameter| parameter.version + 1);
        let modified = self.shared.clock.now();
        let parameter = Parameter { name: name.to_owned(), kind, value: value.to_owned(), version, modified };
        state.parameters.insert(name.to_owned(), parameter);
        Ok(version)
    }

    /// Removes a parameter.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn delete(&self, name: &str) -> Result<(), ServiceError> {
        self.state().parameters.remove(name).map(drop).ok_or_else(not_found)
    }

    /// Whether there is a SecureString of this name, `name:version` or ARN. Asking is no read.
    pub fn is_secret(&self, name: &str) -> bool {
        self.state().find(name).is_ok_and(|parameter| parameter.kind == ParameterKind::SecureString)
    }

    /// One parameter, by name, `name:version` or ARN.
    ///
    /// # Errors
    /// When there is none, not of that version, or too many reads came in the last second.
    pub fn get(&self, name: &str) -> Result<Parameter, ServiceError> {
        self.read(|state| state.find(name))?
    }

    /// Up to ten parameters.
    ///
    /// # Errors
    /// When more are asked for, or too many reads came in the last second.
    pub fn get_many(&self, names: &[String]) -> Result<Found, ServiceError> {
        if names.is_empty() || names.len() > PAGE_MAX {
            let message = format!(
                "1 validation error detected: Value at 'names' failed to satisfy constraint: Member must have length \
                 less than or equal to {PAGE_MAX}"
            );
            return Err(ServiceError::new("ValidationException", message));
        }
        self.read(|state| {
            let mut found = Found { parameters: Vec::new(), invalid: Vec::new() };
            for name in names {
                match state.find(name) {
                    Ok(parameter) => found.parameters.push(parameter),
                    Err(_) => found.invalid.push(name.clone()),
                }
            }
            found
        })
    }

    /// A page of the parameters below `path`, after the one named `after`.
    ///
    /// # Errors
    /// When the path does not begin with a slash, or too many reads came in the last second.
    pub fn get_by_path(
        &self,
        path: &str,
        recursive: bool,
        max: Option<usize>,
        after: Option<&str>,
    ) -> Result<Page, ServiceError> {
        if !path.starts_with('/') {
            let message = "The parameter doesn't meet the parameter name requirements. The parameter name must begin \
                           with a forward slash \"/\".";
            return Err(ServiceError::new("ValidationException", message));
        }
        let prefix = format!("{}/", path.trim_end_matches('/'));
        let max = max.unwrap_or(PAGE_MAX).clamp(1, PAGE_MAX);
        self.read(|state| {
            let below = |parameter: &&Parameter| {
                let rest = parameter.name.strip_prefix(&prefix);
                rest.is_some_and(|rest| recursive || !rest.contains('/'))
                    && after.is_none_or(|after| parameter.name.as_str() > after)
            };
            let mut parameters: Vec<Parameter> =
                state.parameters.values().filter(below).take(max + 1).cloned().collect();
            let more = parameters.len() > max;
            parameters.truncate(max);
            let next = parameters.last().filter(|_| more).map(|parameter| parameter.name.clone());
            Page { parameters, next }
        })
    }

    fn read<T>(&self, read: impl FnOnce(&State) -> T) -> Result<T, ServiceError> {
        let mut state = self.state();
        if !state.reads.admits(self.shared.clock.now()) {
            return Err(ServiceError::new("ThrottlingException", "Rate exceeded"));
        }
        state.reads.take(1.0);
        Ok(read(&state))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().expect("no operation on a parameter panicked")
    }
}

impl State {
    fn find(&self, selector: &str) -> Result<Parameter, ServiceError> {
        let name = match selector.split_once(":parameter") {
            Some((arn, name)) if arn.starts_with("arn:") => name,
            _ => selector,
        };
        let (name, version) = match name.split_once(':') {
            Some((name, version)) => (name, Some(version)),
            None => (name, None),
        };
        let parameter = self.parameters.get(name).ok_or_else(not_found)?;
        if version.is_some_and(|version| version.parse() != Ok(parameter.version)) {
            let message = format!("Systems Manager could not find version {} of {name}.", version.unwrap_or_default());
            return Err(ServiceError::new("ParameterVersionNotFound", message));
        }
        Ok(parameter.clone())
    }
}

fn not_found() -> ServiceError {
    ServiceError::new("ParameterNotFound", "")
}
