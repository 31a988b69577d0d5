//! What a template says of an API, with its logical ids looked up.

use std::collections::BTreeMap;
use std::sync::Arc;

use rez_topology::{Function, HttpApi, Route};

use super::authorizer::Authorizer;
use super::bucket::Bucket;
use super::{ApiError, Stop};
use crate::services::names;

pub(super) struct Plan<'a> {
    functions: &'a BTreeMap<String, Function>,
    /// By name; routes share them, and what they remember.
    authorizers: BTreeMap<&'a str, Arc<Authorizer>>,
}

impl<'a> Plan<'a> {
    /// # Errors
    /// An authorizer that is not modelled, or that has no function.
    pub fn new(api: &'a HttpApi, functions: &'a BTreeMap<String, Function>) -> Result<Self, ApiError> {
        let mut plan = Self { functions, authorizers: BTreeMap::new() };
        for (name, spec) in &api.authorizers {
            let authorizer = Authorizer::new(spec, plan.function(name, &spec.function, spec.qualifier.as_deref())?);
            let authorizer = authorizer.map_err(|error| ApiError::Authorizer { authorizer: name.clone(), error })?;
            plan.authorizers.insert(name, Arc::new(authorizer));
        }
        Ok(plan)
    }

    /// # Errors
    /// When the function or the authorizer of the route is not there.
    pub fn stop(&self, route: &Route) -> Result<Stop, ApiError> {
        let key = route.key();
        let authorizer = |name: &String| {
            let missing = || missing(&key, "authorizer", name);
            self.authorizers.get(name.as_str()).cloned().ok_or_else(missing)
        };
        Ok(Stop {
            function: self.function(&key, &route.function, route.qualifier.as_deref())?,
            timeout: route.timeout,
            authorizer: route.authorizer.as_ref().map(authorizer).transpose()?,
            bucket: route.throttle.map(Bucket::new),
            key,
        })
    }

    /// `FunctionName` of a logical id, with the alias that is invoked.
    fn function(&self, user: &str, logical_id: &str, alias: Option<&str>) -> Result<String, ApiError> {
        let function = self.functions.get(logical_id).ok_or_else(|| missing(user, "function", logical_id))?;
        Ok(names::qualified(&function.name, alias))
    }
}

fn missing(user: &str, what: &'static str, name: &str) -> ApiError {
    ApiError::Missing { user: user.to_owned(), what, name: name.to_owned() }
}
