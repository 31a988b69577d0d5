//! How well-behaved the world is: latencies, duplicates and errors of each service, in three named profiles.
//!
//! AWS publishes hardly any of these numbers. Each stands with where it comes from; what is a guess says so.

mod knobs;
mod latencies;
mod latency;

use std::time::Duration;

pub use knobs::{
    ApiGatewayKnobs, BurstKnobs, DynamoDbKnobs, EventSourceKnobs, Keeping, Knobs, LambdaKnobs, NetworkKnobs, Order,
    ParametersKnobs, ScheduleKnobs, SnsKnobs, SqsKnobs,
};
pub use latencies::Latencies;
pub use latency::Latency;

/// A named set of knobs. Sources of the numbers stand at the functions that choose them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// No duplicates, no errors, least latency.
    Ideal,
    /// What was measured of AWS by others, or is a guess marked as one.
    Realistic,
    /// Every at-least-once point duplicates, order is the worst allowed, starts are cold.
    Adversarial,
}

const MILLISECOND: Duration = Duration::from_millis(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);

/// On-demand capacity of a new table, units per second ("Read/write capacity mode", DynamoDB guide).
const ON_DEMAND_READ_UNITS: f64 = 12_000.0;
const ON_DEMAND_WRITE_UNITS: f64 = 4_000.0;

/// Default throughput of Parameter Store, transactions per second ("Systems Manager endpoints and quotas").
const PARAMETER_READS: f64 = 40.0;

impl Profile {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ideal => "ideal",
            Self::Realistic => "realistic",
            Self::Adversarial => "adversarial",
        }
    }

    pub fn knobs(self) -> Knobs {
        match self {
            Self::Ideal => ideal(),
            Self::Realistic => realistic(),
            Self::Adversarial => adversarial(),
        }
    }

    /// The same for a cloud in real time, behind real ports: `ideal` adds nothing to what the machine itself takes.
    pub fn real_time_knobs(self) -> Knobs {
        let mut knobs = self.knobs();
        knobs.dynamodb.keeping = Keeping::TemporaryFile;
        if self == Self::Ideal {
            let none = Latency::ZERO;
            knobs.network.latencies = Latencies::uniform(none, none);
            knobs.api_gateway.overhead = none;
            knobs.sns.delivery = none;
            knobs.event_source.pickup = none;
            knobs.lambda = LambdaKnobs { init: none, warm_overhead: none, async_queue: none, ..knobs.lambda };
        }
        knobs
    }
}

fn ideal() -> Knobs {
    let millisecond = Latency::fixed(MILLISECOND);
    Knobs {
        api_gateway: ApiGatewayKnobs { overhead: millisecond, throttled_status: 503 },
        network: NetworkKnobs {
            server_error: 0.0,
            reset: 0.0,
            response_lost: 0.0,
            throttle_bursts: None,
            latencies: Latencies::uniform(millisecond, Latency::fixed(20 * MILLISECOND)),
        },
        sqs: SqsKnobs { duplicate: 0.0, order: Order::ByTime, short_poll_misses: false, old_handle_deletes: true },
        sns: SnsKnobs { delivery: millisecond, duplicate: 0.0, server_error: 0.0, retry_jitter: 0.0 },
        dynamodb: DynamoDbKnobs {
            index_lag: Latency::ZERO,
            transaction_lock: Latency::ZERO,
            read_units_per_second: ON_DEMAND_READ_UNITS,
            write_units_per_second: ON_DEMAND_WRITE_UNITS,
            ttl_delay: Duration::ZERO,
            keeping: Keeping::Memory,
        },
        parameters: ParametersKnobs { reads_per_second: PARAMETER_READS },
        lambda: LambdaKnobs {
            placement: Latency::ZERO,
            init: Latency::fixed(20 * MILLISECOND),
            warm_overhead: millisecond,
            async_queue: millisecond,
            throttle_answer: millisecond,
            idle_min: 15 * MINUTE,
            idle_max: 15 * MINUTE,
            async_duplicate: 0.0,
        },
        event_source: EventSourceKnobs { pickup: millisecond },
        schedule: ScheduleKnobs { offset_max: Duration::ZERO, jitter: Duration::ZERO, duplicate: 0.0, miss: 0.0 },
    }
}

/// Rates of duplicates, server errors and resets are guesses of the right order: nobody publishes them. Brown-outs are
/// no part of it: a scenario says when they come, so that its verdict can say what they cost. The rest:
///
/// - the gateway's overhead 8/30 ms: a guess; AWS says "10-30 ms" of REST APIs, and that HTTP APIs are faster.
/// - SNS → SQS 20/90 ms: what is left of measured SNS → SQS → Lambda chains without the Lambda part.
/// - index lag 10/300 ms: AWS says "within a fraction of a second".
/// - cold start: 120 ms of placement (guess) and an Init of 60/200 ms for a Rust function with SDK clients.
/// - an environment idles 5 to 15 minutes (mikhail.io and others).
/// - pickup: fit of SQS → Lambda, p10 13.7, p50 16.2, p90 33.8, p99 105 ms (bitesizedserverless.com, 2022).
/// - asynchronous invoke: fit of SNS → Lambda, p50 73, p99 225 ms (same source).
/// - a rule's offset is constant and anywhere in the minute (Trek10, 4,700 events).
/// - TTL: "within a few days" (DynamoDB guide); commonly reported to be hours.
fn realistic() -> Knobs {
    Knobs {
        api_gateway: ApiGatewayKnobs { overhead: Latency::quantiles_ms(8, 30), throttled_status: 503 },
        network: NetworkKnobs {
            server_error: 1e-4,
            reset: 1e-5,
            response_lost: 0.0,
            throttle_bursts: None,
            latencies: Latencies::realistic(),
        },
        sqs: SqsKnobs {
            duplicate: 1e-5,
            order: Order::Jittered(50 * MILLISECOND),
            short_poll_misses: true,
            old_handle_deletes: true,
        },
        sns: SnsKnobs {
            delivery: Latency::quantiles_ms(20, 90),
            duplicate: 1e-5,
            server_error: 1e-4,
            retry_jitter: 0.2,
        },
        dynamodb: DynamoDbKnobs {
            index_lag: Latency::quantiles_ms(10, 300),
            transaction_lock: Latency::quantiles_ms(8, 30),
            read_units_per_second: ON_DEMAND_READ_UNITS,
            write_units_per_second: ON_DEMAND_WRITE_UNITS,
            ttl_delay: 6 * HOUR,
            keeping: Keeping::Memory,
        },
        parameters: ParametersKnobs { reads_per_second: PARAMETER_READS },
        lambda: LambdaKnobs {
            placement: Latency::fixed(120 * MILLISECOND),
            init: Latency::quantiles_ms(60, 200),
            warm_overhead: Latency::quantiles_ms(3, 15),
            async_queue: Latency::shifted_ms(54.2, 18.75, 0.96),
            throttle_answer: Latency::quantiles_ms(10, 20),
            idle_min: 5 * MINUTE,
            idle_max: 15 * MINUTE,
            async_duplicate: 1e-5,
        },
        event_source: EventSourceKnobs { pickup: Latency::shifted_ms(13.0, 3.17, 1.45) },
        schedule: ScheduleKnobs { offset_max: MINUTE, jitter: Duration::from_secs(1), duplicate: 1e-4, miss: 0.0 },
    }
}

/// The worst that the documentation still allows, at rates at which a run of an hour meets all of it. Lost responses
/// are the rarest: each holds its caller for a whole timeout, and an hour makes thousands of requests. A burst of
/// throttling is longer than the SDK's first waits, so that some calls outlast it and some fail.
fn adversarial() -> Knobs {
    let realistic = realistic();
    Knobs {
        api_gateway: ApiGatewayKnobs { overhead: Latency::quantiles_ms(24, 90), throttled_status: 500 },
        network: NetworkKnobs {
            server_error: 1e-2,
            reset: 5e-3,
            response_lost: 1e-3,
            throttle_bursts: Some(BurstKnobs { mean_gap: 10 * MINUTE, length: Duration::from_secs(2) }),
            latencies: Latencies::realistic().times(3.0),
        },
        sqs: SqsKnobs { duplicate: 1e-2, order: Order::Random, short_poll_misses: true, old_handle_deletes: false },
        sns: SnsKnobs {
            delivery: Latency::quantiles_ms(200, 3_000),
            duplicate: 1e-2,
            server_error: 5e-2,
            retry_jitter: 0.2,
        },
        dynamodb: DynamoDbKnobs {
            index_lag: Latency::quantiles_ms(500, 5_000),
            transaction_lock: Latency::quantiles_ms(30, 150),
            ttl_delay: 48 * HOUR,
            ..realistic.dynamodb
        },
        lambda: LambdaKnobs {
            placement: Latency::quantiles_ms(200, 1_000),
            init: Latency::quantiles_ms(200, 1_500),
            idle_min: Duration::ZERO,
            idle_max: Duration::ZERO,
            async_duplicate: 1e-2,
            ..realistic.lambda
        },
        event_source: EventSourceKnobs { pickup: Latency::quantiles_ms(50, 1_000) },
        schedule: ScheduleKnobs { duplicate: 1e-2, miss: 1e-3, ..realistic.schedule },
        parameters: realistic.parameters,
    }
}
