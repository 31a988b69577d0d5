//! Clients of the real AWS SDK, and a bare GET, on the wire of an [`Ambient`].

use aws_sdk_sqs::config::retry::RetryPartition;
use aws_sdk_sqs::config::{BehaviorVersion, Region};
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use rez_cloud::program::Ambient;

pub fn sqs(ambient: &Ambient) -> aws_sdk_sqs::Client {
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("us-east-1"))
        .credentials_provider(ambient.credentials.clone())
        .http_client(ambient.http.clone())
        .time_source(ambient.time.clone())
        .sleep_impl(ambient.sleep.clone())
        .retry_partition(RetryPartition::new(ambient.name.clone()))
        .build();
    aws_sdk_sqs::Client::from_conf(config)
}

pub fn lambda(ambient: &Ambient) -> aws_sdk_lambda::Client {
    let config = aws_sdk_lambda::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("us-east-1"))
        .credentials_provider(ambient.credentials.clone())
        .http_client(ambient.http.clone())
        .time_source(ambient.time.clone())
        .sleep_impl(ambient.sleep.clone())
        .retry_partition(RetryPartition::new(ambient.name.clone()))
        .build();
    aws_sdk_lambda::Client::from_conf(config)
}

/// GETs `uri`, with the environment's token for extensions; the body, or what went wrong.
pub async fn get(ambient: &Ambient, uri: &str) -> Result<Bytes, String> {
    let token = ambient.variables.get("AWS_SESSION_TOKEN").cloned().unwrap_or_default();
    get_with_token(ambient, uri, &token).await
}

pub async fn get_with_token(ambient: &Ambient, uri: &str, token: &str) -> Result<Bytes, String> {
    let mut request = HttpRequest::get(uri).unwrap();
    request.headers_mut().insert("x-aws-parameters-secrets-token", token.to_owned());
    let operation = Operation::builder()
        .service_name("test")
        .operation_name("get")
        .http_client(ambient.http.clone())
        .endpoint_url(uri.split('/').take(3).collect::<Vec<_>>().join("/").as_str())
        .no_auth()
        .no_retry()
        .sleep_impl(ambient.sleep.clone())
        .time_source(ambient.time.clone())
        .serializer(Ok)
        .deserializer::<Bytes, std::convert::Infallible>(|response: &HttpResponse| {
            Ok(Bytes::copy_from_slice(response.body().bytes().unwrap_or_default()))
        })
        .build();
    operation.invoke(request).await.map_err(|error: SdkError<_, _>| format!("{error:?}"))
}

/// Sends a request over the wire of `ambient`, and waits for the whole answer.
pub async fn send(ambient: &Ambient, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, String> {
    let uri = request.uri();
    let endpoint = format!("{}://{}", uri.scheme_str().unwrap(), uri.authority().unwrap());
    let operation = Operation::builder()
        .service_name("test")
        .operation_name("send")
        .http_client(ambient.http.clone())
        .endpoint_url(&endpoint)
        .no_auth()
        .no_retry()
        .sleep_impl(ambient.sleep.clone())
        .time_source(ambient.time.clone())
        .serializer(|request: http::Request<Bytes>| {
            Ok(HttpRequest::try_from(request.map(SdkBody::from)).expect("headers of tests are text"))
        })
        .deserializer::<_, std::convert::Infallible>(|response: &HttpResponse| {
            let mut answer = http::Response::new(Bytes::copy_from_slice(response.body().bytes().unwrap_or_default()));
            *answer.status_mut() = http::StatusCode::from_u16(response.status().as_u16()).unwrap();
            for (name, value) in response.headers() {
                let name = http::HeaderName::from_bytes(name.as_bytes()).unwrap();
                answer.headers_mut().append(name, value.parse().unwrap());
            }
            Ok(answer)
        })
        .build();
    operation.invoke(request).await.map_err(|error: SdkError<_, _>| format!("{error:?}"))
}
