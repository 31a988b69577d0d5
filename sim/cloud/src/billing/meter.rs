//! The meter: counts what is billed, fact by fact. It remembers nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use http::StatusCode;
use rez_topology::Topology;

use super::{Charge, Usage, log_bytes};
use crate::history::{
    ApiRequest, Cause, EnvironmentEvent, Fact, InvocationEvent, QueueEvent, Request, RequestEnd, Subscriber,
};
use crate::host::api_gateway::Refusal;
use crate::services::names;

/// SQS and SNS bill every 64 KB of a message as a request, SQS those of a batch together ("Amazon SQS pricing").
const CHUNK_BYTES: usize = 64 * 1024;

/// HTTP APIs bill every 512 KB of a request as a request ("Amazon API Gateway pricing").
const API_CHUNK_BYTES: usize = 512 * 1024;

/// Why the gateway turns a request away for nothing: throttled, not authorized, or on no route. AWS's staff says so of REST
/// APIs (re:Post, "Pricing clarification for api gateway"); of HTTP APIs nothing is documented. That a gateway which is out
/// of order bills nothing either is a guess.
const TURNED_AWAY: [&str; 5] = [
    Refusal::NoRoute.name(),
    Refusal::Throttled.name(),
    Refusal::IdentityMissing.name(),
    Refusal::Denied.name(),
    Refusal::GatewayRefused { status: StatusCode::SERVICE_UNAVAILABLE }.name(),
];

#[derive(Debug, Default)]
pub struct Meter {
    usage: Usage,
    functions: BTreeMap<String, Function>,
    /// Bytes by log group.
    access_logs: BTreeMap<String, u64>,
    /// Deliveries of one message, by topic.
    topics: BTreeMap<String, Vec<Charge>>,
    /// Names of SecureStrings: reading one is a request to KMS too.
    secrets: BTreeSet<String>,
}

/// What matters of a function.
#[derive(Debug)]
struct Function {
    compute: Charge,
    traced: bool,
    log_group: String,
    log_bytes: u64,
}

impl Meter {
    pub fn new(topology: &Topology, secrets: impl IntoIterator<Item = String>) -> Self {
        let function = |function: &rez_topology::Function| {
            let compute = match function.architecture.as_str() {
                "arm64" => Charge::LambdaComputeArm64,
                _ => Charge::LambdaComputeX86,
            };
            let (traced, log_group) = (function.tracing_active, function.log_group.clone());
            (function.name.clone(), Function { compute, traced, log_group, log_bytes: 0 })
        };
        let mut topics: BTreeMap<String, Vec<Charge>> = BTreeMap::new();
        for subscription in topology.subscriptions.values() {
            let topic = names::plain(&subscription.topic_arn).to_owned();
            topics.entry(topic).or_default().extend(delivery(&subscription.protocol));
        }
        Self {
            usage: Usage::default(),
            functions: topology.functions.values().map(function).collect(),
            access_logs: BTreeMap::new(),
            topics,
            secrets: secrets.into_iter().collect(),
        }
    }

    /// What was counted so far, in a world that has lasted for `period`.
    pub fn usage(&self, period: Duration) -> Usage {
        let mut usage = Usage { period, ..self.usage.clone() };
        let bytes: u64 = self.log_bytes().map(|(_, bytes)| bytes).sum();
        usage.count(Charge::LogIngestion, bytes as f64 / 1e9);
        usage
    }

    /// Log groups with the bytes that somebody wrote there; one to which several write stands here several times.
    pub fn log_bytes(&self) -> impl Iterator<Item = (&str, u64)> {
        let functions = self.functions.values().map(|function| (function.log_group.as_str(), function.log_bytes));
        functions.chain(self.access_logs.iter().map(|(group, bytes)| (group.as_str(), *bytes)))
    }

    fn invocation(&mut self, name: &str, took: Duration, memory_mb: u32) {
        let Some(function) = self.functions.get_mut(name) else { return };
        function.log_bytes += log_bytes::of_invocation(function.traced);
        let compute = function.compute;
        self.usage.count(Charge::LambdaRequests, 1.0);
        self.usage.count(compute, took.as_secs_f64() * f64::from(memory_mb) / 1_024.0);
    }

    fn log(&mut self, function: &str, bytes: u64) {
        if let Some(function) = self.functions.get_mut(function) {
            function.log_bytes += bytes;
        }
    }

    fn access_log(&mut self, group: &str, bytes: u64) {
        match self.access_logs.get_mut(group) {
            Some(written) => *written += bytes,
            None => drop(self.access_logs.insert(group.to_owned(), bytes)),
        }
    }

    /// Whoever is reached bills, also when its answer is an error or is lost.
    fn request(&mut self, request: &Request<'_>) {
        if matches!(request.end, RequestEnd::RequestLost | RequestEnd::Reset { acted: false }) {
            return;
        }
        match request.service {
            "sqs" => self.usage.count(Charge::SqsRequests, 1.0),
            "parameters" => {
                self.usage.count(Charge::ParameterRequests, 1.0);
                if self.secrets.contains(request.resource) {
                    self.usage.count(Charge::KmsRequests, 1.0);
                }
            }
            _ => {}
        }
    }

    /// What is sent by request is counted with that, up to its first chunk. SNS's own sends take no wire, and no batches.
    fn sent(&mut self, body: &str, batch_bytes_before: usize, by: Cause<'_>) {
        let counted = if by == Cause::Cloud { 0.0 } else { chunks(batch_bytes_before) };
        self.usage.count(Charge::SqsRequests, chunks(batch_bytes_before + body.len()) - counted);
    }

    fn api_request(&mut self, request: &ApiRequest<'_>) {
        if !TURNED_AWAY.contains(&request.error) {
            let bytes = request.request_bytes + request.response_bytes;
            self.usage.count(Charge::ApiRequests, bytes.div_ceil(API_CHUNK_BYTES).max(1) as f64);
        }
        self.usage.count(Charge::DataTransferOut, request.response_bytes as f64 / 1e9);
    }

    fn published(&mut self, topic: &str, body: &str) {
        self.usage.count(Charge::SnsPublishes, chunks(body.len()));
        for delivery in self.topics.get(topic).into_iter().flatten() {
            self.usage.count(*delivery, 1.0);
        }
    }
}

impl Subscriber for Meter {
    fn observe(&mut self, _at: SystemTime, fact: &Fact<'_>) {
        match fact {
            Fact::Request(request) => self.request(request),
            Fact::Invocation { function, event: InvocationEvent::Ended { took, memory_mb, .. }, .. } => {
                self.invocation(function, *took, *memory_mb);
            }
            Fact::Environment { function, event: EnvironmentEvent::Created { .. }, .. } => {
                self.log(function, log_bytes::of_init());
            }
            Fact::Log { function, line, .. } => self.log(function, log_bytes::of_line(line)),
            Fact::AccessLog { log_group, line, .. } => self.access_log(log_group, log_bytes::of_access_line(line)),
            Fact::OnBehalf { service: "sqs", count, .. } => self.usage.count(Charge::SqsRequests, *count as f64),
            Fact::Queue { event: QueueEvent::Sent { body, batch_bytes_before, by }, .. } => {
                self.sent(body, *batch_bytes_before, *by)
            }
            Fact::ApiRequest(request) => self.api_request(request),
            Fact::Published { topic, body, .. } => self.published(topic, body),
            Fact::Schedule { .. } => self.usage.count(Charge::Schedules, 1.0),
            _ => {}
        }
    }
}

fn chunks(bytes: usize) -> f64 {
    bytes.div_ceil(CHUNK_BYTES).max(1) as f64
}

/// What a delivery by this protocol is billed as; one to a function is that function's invocation.
fn delivery(protocol: &str) -> Option<Charge> {
    match protocol {
        "sqs" => Some(Charge::SnsQueueDeliveries),
        "http" | "https" => Some(Charge::SnsHttpDeliveries),
        "email" | "email-json" => Some(Charge::SnsEmailDeliveries),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_request_for_each_512_kilobytes_unless_it_was_turned_away() {
        let mut meter = Meter::default();
        for (response_bytes, error) in [
            (0, ""),
            (512 * 1024 - 100, "AuthorizerFailed"),
            (512 * 1024, ""),
            (0, "Throttled"),
            (0, "Denied"),
            (0, "GatewayRefused"),
        ] {
            let request = ApiRequest {
                api_id: "shop",
                stage: "$default",
                route: "",
                request_id: "",
                status: 200,
                latency: Duration::ZERO,
                authorizer_latency: None,
                integration_latency: None,
                error,
                request_bytes: 100,
                response_bytes,
            };
            meter.observe(SystemTime::UNIX_EPOCH, &Fact::ApiRequest(request));
        }
        let metered = meter.usage(Duration::ZERO).metered;
        assert_eq!(metered[&Charge::ApiRequests], 4.0);
        assert!((metered[&Charge::DataTransferOut] - 0.001_048_476).abs() < 1e-12);
    }

    #[test]
    fn what_reaches_nobody_costs_nothing() {
        let ends = [
            RequestEnd::Answered { status: 503, code: "ServiceUnavailable" },
            RequestEnd::ResponseLost,
            RequestEnd::Reset { acted: true },
            RequestEnd::RequestLost,
            RequestEnd::Reset { acted: false },
        ];
        let mut meter = Meter::default();
        let billed = ends.map(|end| {
            let (sent, took) = (SystemTime::UNIX_EPOCH, Duration::ZERO);
            let (cause, service, operation, resource) = (Cause::Outside, "sqs", "ReceiveMessage", "q");
            let request = Request { cause, service, operation, resource, sent, took, response_bytes: 0, end };
            meter.observe(sent, &Fact::Request(request));
            meter.usage(took).metered.get(&Charge::SqsRequests).copied().unwrap_or_default()
        });
        assert_eq!(billed, [1.0, 2.0, 3.0, 3.0, 3.0]);
    }
}
