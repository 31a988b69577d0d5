//! The knobs of a profile, by the part of AWS that they turn.

use std::time::Duration;

use super::Latency;

/// Everything that a profile decides. A test may change single fields.
#[derive(Clone, Debug)]
pub struct Knobs {
    pub api_gateway: ApiGatewayKnobs,
    pub network: NetworkKnobs,
    pub sqs: SqsKnobs,
    pub sns: SnsKnobs,
    pub dynamodb: DynamoDbKnobs,
    pub parameters: ParametersKnobs,
    pub lambda: LambdaKnobs,
    pub event_source: EventSourceKnobs,
    pub schedule: ScheduleKnobs,
}

/// What goes wrong on any request, whatever it is about.
#[derive(Clone, Debug)]
pub struct NetworkKnobs {
    /// Probability that a request is answered with a server error (HTTP 500); before or after the effect with equal
    /// chance.
    pub server_error: f64,
    /// Probability that the connection is reset; before or after the effect with equal chance.
    pub reset: f64,
    /// Probability that a request takes effect and its answer never arrives: the caller waits until it gives up.
    pub response_lost: f64,
    /// Moments in which a service throttles every request.
    pub throttle_bursts: Option<BurstKnobs>,
    pub latencies: super::Latencies,
}

/// Bursts that come at random, each service's by themselves.
#[derive(Clone, Copy, Debug)]
pub struct BurstKnobs {
    /// From the end of one to the begin of the next, on average.
    pub mean_gap: Duration,
    pub length: Duration,
}

/// In which order messages that are visible come out of a queue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Order {
    /// By the time since when they are visible.
    ByTime,
    /// By that time plus a jitter of up to this much for each message.
    Jittered(Duration),
    /// Any visible message may be next.
    Random,
}

#[derive(Clone, Debug)]
pub struct ApiGatewayKnobs {
    /// What the gateway takes of its own, with looking up what an authorizer said.
    pub overhead: Latency,
    /// What a client is told when there is no environment for the function: 500 or 503, reports differ.
    pub throttled_status: u16,
}

#[derive(Clone, Debug)]
pub struct SqsKnobs {
    /// Probability, per delivery, that the message comes out once more although it is in flight or deleted.
    pub duplicate: f64,
    pub order: Order,
    /// A short poll asks some of the servers, and may miss messages.
    pub short_poll_misses: bool,
    /// Whether deleting by an older handle than the last removes the message ("might not", says AWS).
    pub old_handle_deletes: bool,
}

#[derive(Clone, Debug)]
pub struct SnsKnobs {
    /// From the answer to Publish until the subscriber's queue has the message.
    pub delivery: Latency,
    /// Probability, per delivery, of a second one.
    pub duplicate: f64,
    /// Probability, per try, that a delivery fails on the server's side and is retried.
    pub server_error: f64,
    /// Each wait of the retry policy is longer or shorter by up to this share.
    pub retry_jitter: f64,
}

#[derive(Clone, Debug)]
pub struct DynamoDbKnobs {
    /// From a write until global secondary indexes show it.
    pub index_lag: Latency,
    /// How long the items of a transaction refuse other writes.
    pub transaction_lock: Latency,
    /// Request units per second and table.
    pub read_units_per_second: f64,
    pub write_units_per_second: f64,
    /// From an item's expiry until DynamoDB removes it.
    pub ttl_delay: Duration,
    pub keeping: Keeping,
}

/// Where tables are kept, beyond the items in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// In memory: the fastest, and gone when the run is.
    Memory,
    /// In a file without a name, beyond a cache of some MiB: a cloud in real time may stand for weeks.
    TemporaryFile,
}

#[derive(Clone, Debug)]
pub struct ParametersKnobs {
    /// Shared by GetParameter, GetParameters and GetParametersByPath.
    pub reads_per_second: f64,
}

#[derive(Clone, Debug)]
pub struct LambdaKnobs {
    /// Placement and download before Init begins; seen by the caller, not billed.
    pub placement: Latency,
    /// Init, without what the program itself waits for.
    pub init: Latency,
    /// Around the handler when the environment is warm.
    pub warm_overhead: Latency,
    /// From a rule's or a topic's asynchronous invoke until the handler starts.
    pub async_queue: Latency,
    /// A throttle is answered at once, after this.
    pub throttle_answer: Latency,
    /// An idle environment is reclaimed after a time between these.
    pub idle_min: Duration,
    pub idle_max: Duration,
    /// Probability that an asynchronous event is delivered twice although nothing failed.
    pub async_duplicate: f64,
}

#[derive(Clone, Debug)]
pub struct EventSourceKnobs {
    /// From a message's being visible until the function starts.
    pub pickup: Latency,
}

#[derive(Clone, Debug)]
pub struct ScheduleKnobs {
    /// Each rule fires at its own constant offset below this, into the minute.
    pub offset_max: Duration,
    /// Standard deviation around that offset.
    pub jitter: Duration,
    /// Probability that a slot fires twice.
    pub duplicate: f64,
    /// Probability that a slot does not fire.
    pub miss: f64,
}
