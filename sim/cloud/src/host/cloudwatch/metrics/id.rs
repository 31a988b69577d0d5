//! What identifies a metric.

use std::collections::BTreeMap;
use std::fmt;

/// Namespace, name and dimensions; a metric with other dimensions is another metric.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MetricId {
    pub namespace: String,
    pub name: String,
    pub dimensions: BTreeMap<String, String>,
}

impl MetricId {
    /// The value of its only dimension, if it has just one and that is called `name`.
    pub fn only_dimension(&self, name: &str) -> Option<&str> {
        self.dimensions.get(name).filter(|_| self.dimensions.len() == 1).map(String::as_str)
    }
}

impl fmt::Display for MetricId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.namespace, self.name)?;
        for (name, value) in &self.dimensions {
            write!(f, " {name}={value}")?;
        }
        Ok(())
    }
}
