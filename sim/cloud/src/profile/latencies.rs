//! Latency of each operation, as its caller sees it: request, effect and response.

use super::Latency;
use crate::services::Service;

/// One latency for each kind of operation.
#[derive(Clone, Debug)]
pub struct Latencies {
    pub dynamodb_get: Latency,
    pub dynamodb_write: Latency,
    pub dynamodb_query: Latency,
    pub dynamodb_transaction: Latency,
    /// A transaction that writes, beside the time for which it holds its items.
    pub dynamodb_transact_write: Latency,
    pub sqs_send: Latency,
    pub sqs_receive: Latency,
    pub sqs_delete: Latency,
    pub sns_publish: Latency,
    pub parameters: Latency,
    pub lambda_invoke: Latency,
    /// Any endpoint of a user pool.
    pub cognito: Latency,
    /// A server outside AWS, unless it is given its own.
    pub internet: Latency,
}

impl Latencies {
    /// One and the same for everything inside AWS, and for the internet.
    pub fn uniform(inside: Latency, internet: Latency) -> Self {
        Self {
            dynamodb_get: inside,
            dynamodb_write: inside,
            dynamodb_query: inside,
            dynamodb_transaction: inside,
            dynamodb_transact_write: inside,
            sqs_send: inside,
            sqs_receive: inside,
            sqs_delete: inside,
            sns_publish: inside,
            parameters: inside,
            lambda_invoke: inside,
            cognito: inside,
            internet,
        }
    }

    /// Medians and 99th percentiles as seen from a function. DynamoDB: AWS says "single-digit milliseconds" at the
    /// server, these are the usual client-side numbers. The others were put together from measured chains
    /// (bitesizedserverless.com, 2022 and 2023); those of Cognito and of the internet are guesses. None is a promise of AWS.
    pub fn realistic() -> Self {
        Self {
            dynamodb_get: Latency::quantiles_ms(3, 10),
            dynamodb_write: Latency::quantiles_ms(5, 15),
            dynamodb_query: Latency::quantiles_ms(5, 20),
            dynamodb_transaction: Latency::quantiles_ms(12, 40),
            // With the time for which it holds its items, it is a transaction like any other.
            dynamodb_transact_write: Latency::quantiles_ms(3, 20),
            sqs_send: Latency::quantiles_ms(8, 40),
            sqs_receive: Latency::quantiles_ms(10, 50),
            sqs_delete: Latency::quantiles_ms(8, 40),
            sns_publish: Latency::quantiles_ms(15, 70),
            parameters: Latency::quantiles_ms(15, 60),
            lambda_invoke: Latency::quantiles_ms(12, 50),
            cognito: Latency::quantiles_ms(60, 250),
            internet: Latency::quantiles_ms(120, 900),
        }
    }

    /// Everything `factor` times as long.
    pub fn times(self, factor: f64) -> Self {
        Self {
            dynamodb_get: self.dynamodb_get.times(factor),
            dynamodb_write: self.dynamodb_write.times(factor),
            dynamodb_query: self.dynamodb_query.times(factor),
            dynamodb_transaction: self.dynamodb_transaction.times(factor),
            dynamodb_transact_write: self.dynamodb_transact_write.times(factor),
            sqs_send: self.sqs_send.times(factor),
            sqs_receive: self.sqs_receive.times(factor),
            sqs_delete: self.sqs_delete.times(factor),
            sns_publish: self.sns_publish.times(factor),
            parameters: self.parameters.times(factor),
            lambda_invoke: self.lambda_invoke.times(factor),
            cognito: self.cognito.times(factor),
            internet: self.internet.times(factor),
        }
    }

    /// The latency of `operation` of an AWS service.
    pub fn of(&self, service: Service, operation: &str) -> Latency {
        match (service, operation) {
            (Service::DynamoDb, "GetItem") => self.dynamodb_get,
            (Service::DynamoDb, "TransactGetItems") => self.dynamodb_transaction,
            (Service::DynamoDb, "TransactWriteItems") => self.dynamodb_transact_write,
            (Service::DynamoDb, "PutItem" | "UpdateItem" | "DeleteItem" | "BatchWriteItem") => self.dynamodb_write,
            (Service::DynamoDb, _) => self.dynamodb_query,
            (Service::Sqs, "ReceiveMessage") => self.sqs_receive,
            (Service::Sqs, "DeleteMessage" | "DeleteMessageBatch") => self.sqs_delete,
            (Service::Sqs, _) => self.sqs_send,
            (Service::Sns, _) => self.sns_publish,
            (Service::Parameters, _) => self.parameters,
            // The way to an API is that of whoever calls it; the gateway's own time is another knob.
            (Service::ApiGateway, _) => self.internet,
            (Service::Cognito, _) => self.cognito,
            (Service::Lambda | Service::Other, _) => self.lambda_invoke,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::profile::Profile;
    use crate::world::Seed;

    #[test]
    fn a_transaction_lasts_no_longer_for_the_items_that_it_holds() {
        let knobs = Profile::Realistic.knobs();
        let (latencies, lock) = (knobs.network.latencies, knobs.dynamodb.transaction_lock);
        let mut stream = Seed(1).stream("latency");
        let mut quantiles_ms = |mut sample: Box<dyn FnMut(&mut _) -> f64>| {
            let mut samples: Vec<f64> = (0..20_000).map(|_| sample(&mut stream)).collect();
            samples.sort_by(f64::total_cmp);
            [0.5, 0.99].map(|quantile| samples[(20_000.0 * quantile) as usize])
        };
        let read = latencies.dynamodb_transaction;
        let write = latencies.dynamodb_transact_write;
        let alone = quantiles_ms(Box::new(move |stream| read.sample(stream).as_secs_f64() * 1e3));
        let held =
            quantiles_ms(Box::new(move |stream| (write.sample(stream) + lock.sample(stream)).as_secs_f64() * 1e3));
        for (held, alone) in held.into_iter().zip(alone) {
            assert!((held / alone - 1.0).abs() < 0.1, "{held} ms, where a transaction takes {alone} ms");
        }
    }
}
