//! The cloud behind real sockets, in real time: what any SDK or browser on the machine sees of it.

mod queue_urls;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use rez_cloud::faults::{Fault, FaultKind, Target};
use rez_cloud::ports::{Port, Served};
use serde_json::json;
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::host_api_gateway::desk::{self, Desk};
use crate::support::{MINUTE, cloud, topology};

const QUEUE: &str = "
  Orders:
    Type: AWS::SQS::Queue
    Properties: { QueueName: orders }
";

/// A port at work, and the way to stop it.
struct Open {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    port: JoinHandle<()>,
}

async fn open(served: Arc<dyn Served>) -> Open {
    let port = Port::bind((Ipv4Addr::LOCALHOST, 0).into()).await.unwrap();
    let (address, (stop, stopped)) = (port.address(), oneshot::channel());
    let port = tokio::spawn(port.serve(served, async move { drop(stopped.await) }));
    Open { address, stop, port }
}

fn sqs(port: &Open) -> aws_sdk_sqs::Client {
    let http: SharedHttpClient = aws_smithy_http_client::Builder::new().build_http();
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("123456789012", "any", None, None, "tests"))
        .endpoint_url(format!("http://{}", port.address))
        .http_client(http)
        .build();
    aws_sdk_sqs::Client::from_conf(config)
}

/// Status and body of the answer, or nothing when the connection ended without one.
async fn get(address: SocketAddr, path: &str) -> Option<(u16, Bytes)> {
    let request = http::Request::get(path).header("host", address.to_string()).body(Bytes::new()).unwrap();
    exchange(address, request).await
}

/// The same for any request.
async fn exchange(address: SocketAddr, request: http::Request<Bytes>) -> Option<(u16, Bytes)> {
    let stream = TcpStream::connect(address).await.ok()?;
    let io = hyper_util::rt::TokioIo::new(stream);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.ok()?;
    tokio::spawn(connection);
    let response = sender.send_request(request.map(Full::new)).await.ok()?;
    let status = response.status().as_u16();
    Some((status, response.into_body().collect().await.ok()?.to_bytes()))
}

#[tokio::test]
async fn any_sdk_works_with_the_endpoint() {
    let cloud = cloud(QUEUE).build().unwrap();
    let port = open(cloud.aws_endpoint()).await;
    let sqs = sqs(&port);

    let url = sqs.get_queue_url().queue_name("orders").send().await.unwrap().queue_url.unwrap();
    sqs.send_message().queue_url(&url).message_body("two of them").send().await.unwrap();
    let received = sqs.receive_message().queue_url(&url).wait_time_seconds(1).send().await.unwrap();
    assert_eq!(received.messages()[0].body(), Some("two of them"));

    // What a deployment does is for whoever stands outside.
    let made = sqs.create_queue().queue_name("returns").send().await.unwrap().queue_url.unwrap();
    assert!(made.ends_with("/returns"), "{made}");
}

#[tokio::test]
async fn an_api_is_told_its_real_address_and_serves_there() {
    let port = Port::bind((Ipv4Addr::LOCALHOST, 0).into()).await.unwrap();
    let (address, url) = (port.address(), port.url());
    let own = topology(desk::TEMPLATE).http_apis["Desk"].endpoint.clone();
    let desk = Desk::with(Desk::staff(), |_| (), |builder| builder.reached_at(own, url));
    let served = desk.cloud.at_host(desk.cloud.api_host("Desk").unwrap()).unwrap();
    let serving = tokio::spawn(port.serve(served, std::future::pending()));

    assert_eq!(get(address, "/open?a=1").await.unwrap().0, 200);
    assert_eq!(desk.events("clerk")[0]["requestContext"]["domainName"], json!(address.to_string()));
    assert_eq!(get(address, "/nowhere").await.unwrap().0, 404);
    serving.abort();
}

#[tokio::test]
async fn a_reset_on_the_wire_ends_the_connection() {
    let builder = cloud(QUEUE);
    let target = Target::parse("sqs", &builder.known_targets()).unwrap();
    let kind = FaultKind::Reset { after_effect: false };
    let reset = Fault { kind, target, probability: 1.0, from: Duration::ZERO, until: MINUTE };
    let cloud = builder.faults([reset]).build().unwrap();
    let port = open(cloud.aws_endpoint()).await;
    let refused = sqs(&port).get_queue_url().queue_name("orders").send().await.unwrap_err();
    assert!(refused.as_service_error().is_none(), "{refused:?}");
}

#[tokio::test]
async fn what_is_not_modelled_is_refused_by_name() {
    let cloud = cloud(QUEUE).build().unwrap();
    let port = open(cloud.aws_endpoint()).await;
    let (status, body) = get(port.address, "/2018-11-14/layers").await.unwrap();
    assert_eq!(status, 501);
    assert!(String::from_utf8_lossy(&body).contains("GET /2018-11-14/layers"), "{body:?}");
}

#[tokio::test]
async fn a_stopped_port_takes_no_more() {
    let cloud = cloud(QUEUE).build().unwrap();
    let port = open(cloud.aws_endpoint()).await;
    port.stop.send(()).unwrap();
    port.port.await.unwrap();
    assert!(TcpStream::connect(port.address).await.is_err());
}
