//! Wires the web API to the machine that it runs on.

use std::convert::Infallible;
use std::hash::{BuildHasher, RandomState};

use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use lambda_http::lambda_runtime::run;
use lambda_http::{Error, LambdaEvent, service_fn};
use rez_core::{Ambient, telemetry};
use tracing_subscriber::prelude::*;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let time = SharedTimeSource::new(SystemTimeSource::new());
    tracing_subscriber::registry().with(telemetry::layer(|line| println!("{line}"), time.clone())).init();

    let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let sleep = SharedAsyncSleep::new(TokioSleep::new());
    let entropy = RandomState::new().hash_one(());
    let ambient = Ambient::on_lambda(std::env::vars().collect(), http, time, sleep, entropy);

    let deps = &web_api::start(ambient).await.inspect_err(|error| tracing::error!("{error}"))?;
    let handler = |event: LambdaEvent<_>| async move { Ok::<_, Infallible>(web_api::handle(deps, event).await) };
    run(service_fn(handler)).await
}
