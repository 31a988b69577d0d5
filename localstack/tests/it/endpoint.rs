//! What is told of an endpoint that the system cannot run on. The servers here answer over sockets of their own.

use std::future::Future;
use std::net::Ipv4Addr;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use rez_cloud::ports::{Hangup, Port, Served};
use rez_cloud::program::BoxFuture;
use rez_localstack::{Backend, Endpoint, EndpointError};

use crate::support::empty_cloud;

/// Answers the same to everything.
struct Answers(u16, &'static str);

impl Served for Answers {
    fn serve(&self, _: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, Hangup>> {
        let response = Response::builder().status(self.0).body(Bytes::from_static(self.1.as_bytes()));
        Box::pin(async move { response.map_err(|_| Hangup) })
    }
}

/// What the check says of a server, with `URL` in place of its own.
async fn check(served: Arc<dyn Served>) -> Result<Backend, String> {
    let port = Port::bind((Ipv4Addr::LOCALHOST, 0).into()).await.unwrap();
    let url = port.url();
    during(port.serve(served, std::future::pending()), async {
        let told = Endpoint::parse(&url).unwrap().check().await;
        told.map_err(|error| error.to_string().replace(&url, "URL"))
    })
    .await
}

async fn during<T>(server: impl Future<Output = ()> + Send + 'static, client: impl Future<Output = T>) -> T {
    let server = tokio::spawn(server);
    let outcome = client.await;
    server.abort();
    outcome
}

const HEALTHY: &str = r#"{"version":"4.9.2","services":
    {"dynamodb":"running","sns":"available","sqs":"running","ssm":"available","s3":"disabled"}}"#;

#[tokio::test]
async fn a_healthy_localstack_is_told_with_its_version() {
    let version = "4.9.2".to_owned();
    assert_eq!(check(Arc::new(Answers(200, HEALTHY))).await, Ok(Backend::LocalStack { version }));
}

#[tokio::test]
async fn an_old_localstack_is_refused() {
    let old = r#"{"version":"3.8.1","services":{}}"#;
    let told = "LocalStack 3.8.1 at `URL` is too old (4.0 or newer is needed: localstack/localstack:4.9.2)";
    assert_eq!(check(Arc::new(Answers(200, old))).await, Err(told.to_owned()));
}

#[tokio::test]
async fn a_localstack_that_lacks_a_service_is_refused() {
    let ill = r#"{"version":"4.9.2","services":{"dynamodb":"error","sns":"available","sqs":"available"}}"#;
    let told = "LocalStack at `URL` does not serve `dynamodb`: error (see its log, or start it without SERVICES)";
    assert_eq!(check(Arc::new(Answers(200, ill))).await, Err(told.to_owned()));
}

#[tokio::test]
async fn another_server_is_no_aws() {
    let told = "what answers at `URL` is no AWS: status 404 where SQS lists its queues (give the URL of LocalStack or \
                another AWS endpoint)";
    assert_eq!(check(Arc::new(Answers(404, "<h1>Not here</h1>"))).await, Err(told.to_owned()));
    assert!(check(Arc::new(Answers(200, "welcome"))).await.is_err());
}

#[tokio::test]
async fn any_other_aws_will_do() {
    let cloud = empty_cloud();
    assert_eq!(check(cloud.aws_endpoint()).await, Ok(Backend::Other));
    let insists = Answers(403, r#"{"__type":"com.amazonaws.sqs#MissingAuthenticationToken"}"#);
    assert_eq!(check(Arc::new(insists)).await, Ok(Backend::Other));
}

#[tokio::test]
async fn where_nothing_answers_it_is_told_what_to_do() {
    let told = Endpoint::parse("http://127.0.0.1:1").unwrap().check().await.unwrap_err().to_string();
    let expected = "nothing answers at `http://127.0.0.1:1` (start LocalStack there, or give the URL of another AWS \
                    endpoint)";
    assert_eq!(told, expected);
}

#[test]
fn a_url_is_one_of_a_server() {
    for wrong in [
        "",
        "127.0.0.1:4566",
        "localhost",
        "ftp://localhost",
        "http://localhost:4566/queue",
        "http://",
        "http://a:x",
        "http://me:key@localhost:4566",
    ] {
        assert_eq!(Endpoint::parse(wrong).unwrap_err(), EndpointError::Url { given: wrong.to_owned() });
    }
    assert_eq!(Endpoint::parse("http://localhost:4566/").unwrap().url(), "http://localhost:4566");
}

#[test]
fn a_function_is_told_where_its_data_is_and_whose() {
    let endpoint = Endpoint::parse("http://127.0.0.1:4566").unwrap();
    let variables = endpoint.variables(&crate::support::topology("  Work: { Type: AWS::SQS::Queue }\n"));
    for service in ["DYNAMODB", "SNS", "SQS", "SSM"] {
        assert_eq!(variables[&format!("AWS_ENDPOINT_URL_{service}")], "http://127.0.0.1:4566");
    }
    // LocalStack reads the account off it.
    assert_eq!(variables["AWS_ACCESS_KEY_ID"], "123456789012");
    // Invoke goes to whoever runs the functions.
    assert!(!variables.contains_key("AWS_ENDPOINT_URL") && !variables.contains_key("AWS_ENDPOINT_URL_LAMBDA"));
}
