//! How often each operation of AWS was called.

use std::collections::BTreeMap;

/// Counts by service and operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AwsCalls(BTreeMap<String, BTreeMap<String, u64>>);

impl AwsCalls {
    pub fn count(&mut self, service: &str, operation: &str) {
        match self.0.get_mut(service).and_then(|operations| operations.get_mut(operation)) {
            Some(calls) => *calls += 1,
            None => drop(self.0.entry(service.to_owned()).or_default().insert(operation.to_owned(), 1)),
        }
    }

    pub fn total(&self) -> u64 {
        self.iter().map(|(_, _, calls)| calls).sum()
    }

    /// Service, operation, calls; in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, u64)> {
        self.0.iter().flat_map(|(service, operations)| {
            operations.iter().map(|(operation, calls)| (service.as_str(), operation.as_str(), *calls))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_counted_by_service_and_operation() {
        let mut calls = AwsCalls::default();
        for (service, operation) in [("sns", "Publish"), ("dynamodb", "Query"), ("sns", "Publish")] {
            calls.count(service, operation);
        }
        assert_eq!(calls.iter().collect::<Vec<_>>(), [("dynamodb", "Query", 1), ("sns", "Publish", 2)]);
        assert_eq!(calls.total(), 3);
    }
}
