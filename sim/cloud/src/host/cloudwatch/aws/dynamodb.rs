//! `AWS/DynamoDB`, by table, or by table and operation ("DynamoDB metrics and dimensions"): what went wrong.
//!
//! A transaction counts for the table of its first action.

use std::time::SystemTime;

use crate::history::{Request, RequestEnd};
use crate::host::cloudwatch::epoch_seconds;
use crate::host::cloudwatch::metrics::{MetricId, SeriesId, Store};

const THROTTLED: [&str; 3] = ["ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Metric {
    ConditionalCheckFailedRequests,
    ReadThrottleEvents,
    SystemErrors,
    ThrottledRequests,
    TransactionConflict,
    WriteThrottleEvents,
}

#[derive(Debug)]
struct Made {
    metric: Metric,
    table: String,
    operation: Option<String>,
    series: SeriesId,
}

#[derive(Debug, Default)]
pub(super) struct DynamoDb {
    made: Vec<Made>,
}

impl DynamoDb {
    pub fn make(&mut self, metric: &MetricId, series: SeriesId) -> Option<()> {
        let name = match metric.name.as_str() {
            "ConditionalCheckFailedRequests" => Metric::ConditionalCheckFailedRequests,
            "ReadThrottleEvents" => Metric::ReadThrottleEvents,
            "SystemErrors" => Metric::SystemErrors,
            "ThrottledRequests" => Metric::ThrottledRequests,
            "TransactionConflict" => Metric::TransactionConflict,
            "WriteThrottleEvents" => Metric::WriteThrottleEvents,
            _ => return None,
        };
        let table = metric.dimensions.get("TableName")?.clone();
        let operation = metric.dimensions.get("Operation").cloned();
        let known = 1 + usize::from(operation.is_some());
        (metric.dimensions.len() == known).then(|| self.made.push(Made { metric: name, table, operation, series }))
    }

    pub fn request(&self, at: SystemTime, request: &Request<'_>, store: &mut Store) {
        let RequestEnd::Answered { status, code } = request.end else { return };
        if status == 200 {
            return;
        }
        let counts = |made: &&Made| {
            made.table == request.resource
                && made.operation.as_ref().is_none_or(|operation| operation == request.operation)
                && made.metric.counts(request.operation, status, code)
        };
        self.made.iter().filter(counts).for_each(|made| store.put(made.series, epoch_seconds(at), 1.0));
    }
}

impl Metric {
    fn counts(self, operation: &str, status: u16, code: &str) -> bool {
        let throttled = THROTTLED.contains(&code);
        let reads = operation.contains("Get") || matches!(operation, "Query" | "Scan");
        match self {
            Self::ConditionalCheckFailedRequests => code == "ConditionalCheckFailedException",
            Self::ReadThrottleEvents => throttled && reads,
            Self::SystemErrors => status >= 500,
            Self::ThrottledRequests => throttled,
            Self::TransactionConflict => code == "TransactionConflictException",
            Self::WriteThrottleEvents => throttled && !reads,
        }
    }
}
