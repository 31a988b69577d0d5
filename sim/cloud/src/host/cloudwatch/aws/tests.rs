//! What facts come to in the metrics of each service.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use super::*;
use crate::history::{ApiRequest, Cause, EnvironmentEvent, InvocationEvent, Outcome, Request, RequestEnd};
use crate::host::cloudwatch::metrics::{Need, Statistic};

/// Second of the first fact.
const BEGAN: u64 = 1_795_392_000;

fn at(milliseconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(BEGAN * 1_000 + milliseconds)
}

/// The metric's samples in each of the first three minutes: how many, and their sum. `None` when it is not modelled.
fn minutes(metric: &str, dimensions: &[(&str, &str)], facts: &[(u64, Fact<'_>)]) -> Option<Vec<(f64, f64)>> {
    let (namespace, name) = metric.split_once(' ').unwrap();
    let dimensions: BTreeMap<_, _> =
        dimensions.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let metric = MetricId { namespace: namespace.to_owned(), name: name.to_owned(), dimensions };
    let (mut aws, mut store) = (Aws::default(), Store::default());
    let series = store.need(&metric, Need { grain: 60, keep: 600, samples: false });
    aws.make(&metric, series)?;
    facts.iter().for_each(|(milliseconds, fact)| aws.observe(at(*milliseconds), fact, &mut store));
    let of = |minute: u64, statistic| store.statistic(series, BEGAN + minute * 60, BEGAN + minute * 60 + 60, statistic);
    let minute =
        |minute| [Statistic::SampleCount, Statistic::Sum].map(|statistic| of(minute, statistic).unwrap_or_default());
    Some((0..3).map(|number| minute(number).into()).collect())
}

fn invocation(event: InvocationEvent<'static>) -> Fact<'static> {
    Fact::Invocation { function: "till", environment: 7, request_id: "r", event }
}

fn ended(outcome: Outcome<'static>, milliseconds: u64) -> Fact<'static> {
    invocation(InvocationEvent::Ended { outcome, took: Duration::from_millis(milliseconds), memory_mb: 128 })
}

#[test]
fn an_invocation_counts_in_the_minute_in_which_it_began() {
    let created = EnvironmentEvent::Created { init: Duration::from_millis(100) };
    let facts = [
        (100, Fact::Environment { function: "till", environment: 7, event: created }),
        (100, invocation(InvocationEvent::Started { cold: true })),
        (1_100, ended(Outcome::Success, 1_100)),
        (59_000, invocation(InvocationEvent::Started { cold: false })),
        (61_000, ended(Outcome::TimedOut, 2_000)),
        (62_000, invocation(InvocationEvent::Throttled { reason: "limit" })),
        (63_000, invocation(InvocationEvent::Discarded { condition: "RetriesExhausted" })),
    ];
    let of = |metric: &str| minutes(&format!("AWS/Lambda {metric}"), &[("FunctionName", "till")], &facts).unwrap();
    let nothing = (0.0, 0.0);
    assert_eq!(of("Invocations"), [(2.0, 2.0), nothing, nothing]);
    assert_eq!(of("Errors"), [(2.0, 1.0), nothing, nothing]);
    // Init is billed, and is no part of the duration.
    assert_eq!(of("Duration"), [(2.0, 3_000.0), nothing, nothing]);
    assert_eq!(of("Throttles"), [(2.0, 0.0), (1.0, 1.0), nothing]);
    assert_eq!(of("AsyncEventsDropped"), [nothing, (1.0, 1.0), nothing]);
    assert_eq!(of("ConcurrentExecutions"), [(3.0, 2.0), (1.0, 0.0), nothing]);
}

fn request(operation: &'static str, status: u16, code: &'static str) -> Fact<'static> {
    Fact::Request(Request {
        cause: Cause::Outside,
        service: "dynamodb",
        operation,
        resource: "sales",
        sent: at(0),
        took: Duration::ZERO,
        response_bytes: 0,
        end: RequestEnd::Answered { status, code },
    })
}

#[test]
fn what_a_table_refuses_counts_by_its_reason() {
    let facts = [
        (0, request("PutItem", 200, "")),
        (0, request("PutItem", 400, "ConditionalCheckFailedException")),
        (0, request("UpdateItem", 400, "ThrottlingException")),
        (0, request("BatchGetItem", 400, "ProvisionedThroughputExceededException")),
        (0, request("Query", 400, "ThrottlingException")),
        (0, request("TransactWriteItems", 400, "TransactionConflictException")),
        (60_000, request("Query", 500, "InternalServerError")),
    ];
    let sums = |metric: &str, dimensions: &[(&str, &str)]| -> Vec<f64> {
        let minutes = minutes(&format!("AWS/DynamoDB {metric}"), dimensions, &facts).unwrap();
        minutes.into_iter().map(|(_, sum)| sum).collect()
    };
    let table = ("TableName", "sales");
    assert_eq!(sums("ConditionalCheckFailedRequests", &[table]), [1.0, 0.0, 0.0]);
    assert_eq!(sums("ThrottledRequests", &[table]), [3.0, 0.0, 0.0]);
    assert_eq!(sums("ThrottledRequests", &[table, ("Operation", "Query")]), [1.0, 0.0, 0.0]);
    assert_eq!(sums("ReadThrottleEvents", &[table]), [2.0, 0.0, 0.0]);
    assert_eq!(sums("WriteThrottleEvents", &[table]), [1.0, 0.0, 0.0]);
    assert_eq!(sums("TransactionConflict", &[table]), [1.0, 0.0, 0.0]);
    assert_eq!(sums("SystemErrors", &[table]), [0.0, 1.0, 0.0]);
    assert_eq!(sums("SystemErrors", &[("TableName", "other")]), [0.0, 0.0, 0.0]);
}

fn api_request(status: u16, milliseconds: u64, stage: &'static str) -> Fact<'static> {
    Fact::ApiRequest(ApiRequest {
        api_id: "shop",
        stage,
        route: "GET /sales",
        request_id: "r",
        status,
        latency: Duration::from_millis(milliseconds),
        authorizer_latency: None,
        integration_latency: (status != 429).then(|| Duration::from_millis(milliseconds - 10)),
        error: "",
        request_bytes: 1,
        response_bytes: 20,
    })
}

#[test]
fn an_api_counts_each_answer_and_how_long_it_took() {
    let facts = [
        (0, api_request(200, 30, "prod")),
        (0, api_request(429, 10, "prod")),
        (0, api_request(503, 110, "prod")),
        (60_000, api_request(404, 20, "dev")),
    ];
    let of = |metric: &str, dimensions: &[(&str, &str)]| {
        minutes(&format!("AWS/ApiGateway {metric}"), dimensions, &facts).unwrap()
    };
    let (api, prod, nothing) = (("ApiId", "shop"), ("Stage", "prod"), (0.0, 0.0));
    assert_eq!(of("Count", &[api]), [(3.0, 3.0), (1.0, 1.0), nothing]);
    assert_eq!(of("Count", &[api, prod]), [(3.0, 3.0), nothing, nothing]);
    assert_eq!(of("4xx", &[api]), [(3.0, 1.0), (1.0, 1.0), nothing]);
    assert_eq!(of("5xx", &[api]), [(3.0, 1.0), (1.0, 0.0), nothing]);
    assert_eq!(of("Latency", &[api, prod]), [(3.0, 150.0), nothing, nothing]);
    assert_eq!(of("IntegrationLatency", &[api, prod]), [(2.0, 120.0), nothing, nothing]);
    assert_eq!(of("DataProcessed", &[api]), [(3.0, 63.0), (1.0, 21.0), nothing]);
    assert_eq!(of("Count", &[("ApiId", "other")]), [nothing; 3]);
}

#[test]
fn a_topic_counts_what_came_and_what_was_given_up() {
    let facts = [
        (0, Fact::Published { topic: "news", message_id: "1", body: "", by: Cause::Outside }),
        (0, Fact::Published { topic: "other", message_id: "2", body: "", by: Cause::Outside }),
        (60_000, Fact::Undelivered { topic: "news", endpoint: "queue" }),
    ];
    let of = |metric: &str| minutes(&format!("AWS/SNS {metric}"), &[("TopicName", "news")], &facts).unwrap();
    assert_eq!(of("NumberOfMessagesPublished"), [(1.0, 1.0), (0.0, 0.0), (0.0, 0.0)]);
    assert_eq!(of("NumberOfNotificationsFailed"), [(0.0, 0.0), (1.0, 1.0), (0.0, 0.0)]);
}

#[test]
fn a_metric_or_a_dimension_that_is_not_modelled_is_not_made() {
    for (metric, dimensions) in [
        ("AWS/ApiGateway Count", &[("ApiName", "shop")][..]),
        ("AWS/ApiGateway Count", &[("ApiId", "shop"), ("Route", "GET /sales")]),
        ("AWS/Lambda IteratorAge", &[("FunctionName", "till")]),
        ("AWS/Lambda Errors", &[]),
        ("AWS/Lambda Errors", &[("FunctionName", "till"), ("Resource", "till:1")]),
        ("AWS/SQS NumberOfEmptyReceives", &[("QueueName", "q")]),
        ("AWS/DynamoDB ThrottledRequests", &[("Operation", "Query")]),
        ("AWS/SNS SMSSuccessRate", &[("TopicName", "news")]),
        ("AWS/EC2 CPUUtilization", &[("InstanceId", "i")]),
    ] {
        assert_eq!(minutes(metric, dimensions, &[]), None, "{metric} {dimensions:?}");
    }
}
