//! How often each operation of AWS was called, and how much it answered.

use std::collections::BTreeMap;

use rez_cloud::history::Request;

/// Counts by service and operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AwsCalls(BTreeMap<String, BTreeMap<String, Calls>>);

/// Of one operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    pub count: u64,
    /// Of all answers' bodies.
    pub response_bytes: u64,
}

impl AwsCalls {
    pub fn count(&mut self, request: &Request<'_>) {
        let calls = self.of(request.service, request.operation);
        calls.count += 1;
        calls.response_bytes += request.response_bytes as u64;
    }

    pub fn total(&self) -> u64 {
        self.iter().map(|(_, _, calls)| calls.count).sum()
    }

    /// Service, operation, calls; in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, Calls)> {
        self.0.iter().flat_map(|(service, operations)| {
            operations.iter().map(|(operation, calls)| (service.as_str(), operation.as_str(), *calls))
        })
    }

    /// Names are copied the first time only.
    fn of(&mut self, service: &str, operation: &str) -> &mut Calls {
        if !self.0.get(service).is_some_and(|operations| operations.contains_key(operation)) {
            self.0.entry(service.to_owned()).or_default().insert(operation.to_owned(), Calls::default());
        }
        self.0.get_mut(service).and_then(|operations| operations.get_mut(operation)).expect("it was put there")
    }
}

impl Calls {
    /// Bytes of an answer, on average.
    pub fn response_size(&self) -> usize {
        (self.response_bytes / self.count.max(1)) as usize
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use rez_cloud::history::{Cause, RequestEnd};

    use super::*;

    #[test]
    fn calls_are_counted_by_service_and_operation() {
        let mut calls = AwsCalls::default();
        for (service, operation, response_bytes) in
            [("sns", "Publish", 10), ("dynamodb", "Query", 700), ("sns", "Publish", 11)]
        {
            let (cause, resource, sent, took) = (Cause::Outside, "", SystemTime::UNIX_EPOCH, Duration::ZERO);
            let end = RequestEnd::Answered { status: 200, code: "" };
            calls.count(&Request { cause, service, operation, resource, sent, took, response_bytes, end });
        }
        let counted: Vec<_> =
            calls.iter().map(|(_, operation, of)| (operation, of.count, of.response_size())).collect();
        assert_eq!(counted, [("Query", 1, 700), ("Publish", 2, 10)]);
        assert_eq!(calls.total(), 3);
    }
}
