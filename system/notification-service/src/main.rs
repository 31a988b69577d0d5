//! The `notification-service` function on Lambda: wiring, and nothing more.

use std::hash::{BuildHasher, RandomState};

use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use lambda_runtime::{LambdaEvent, service_fn};
use rez_core::Ambient;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let time = SharedTimeSource::new(SystemTimeSource::new());
    let log = rez_core::telemetry::layer(|line: &str| println!("{line}"), time.clone());
    tracing_subscriber::registry().with(log).init();

    let ambient = Ambient::on_lambda(
        std::env::vars().collect(),
        aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https(),
        time,
        SharedAsyncSleep::new(TokioSleep::new()),
        RandomState::new().hash_one(std::process::id()),
    );
    let deps = notification_service::start(ambient).await.inspect_err(|error| tracing::error!("{error}"))?;
    let deps = &deps;
    lambda_runtime::run(service_fn(|event: LambdaEvent<notification_service::Event>| {
        notification_service::handle(deps, event)
    }))
    .await
}
