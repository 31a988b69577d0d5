//! Makes an event safe for `lambda_http`, whose conversion to an HTTP request panics on some of what a client can send: a
//! raw query that is no URI (`?a=<`), a host that is none, and a body that claims to be base64 and is not.
//!
//! Routing goes by the gateway's `routeKey`, so neither host nor path is needed.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::HOST;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use lambda_http::request::LambdaRequest;

/// The same request, in a form that can be converted.
pub fn tame(request: LambdaRequest) -> LambdaRequest {
    match request {
        LambdaRequest::ApiGatewayV2(event) => LambdaRequest::ApiGatewayV2(tame_event(event)),
        other => other,
    }
}

fn tame_event(mut event: ApiGatewayV2httpRequest) -> ApiGatewayV2httpRequest {
    event.headers.remove(HOST);
    event.request_context.domain_name = None;
    event.request_context.stage = None;
    event.raw_path = Some("/".to_owned());
    event.raw_query_string = Some(uri_query(event.raw_query_string.as_deref().unwrap_or_default()));
    if event.is_base64_encoded && event.body.as_deref().is_some_and(|body| STANDARD.decode(body).is_err()) {
        // Taken as it stands, it is refused as what it is: no JSON.
        event.is_base64_encoded = false;
    }
    event
}

/// `query` with everything percent-encoded that RFC 3986 §3.4 does not allow in a query.
fn uri_query(query: &str) -> String {
    let mut encoded = String::with_capacity(query.len());
    for byte in query.bytes() {
        match byte {
            b'!' | b'$' | b'%'..=b';' | b'=' | b'?'..=b'Z' | b'_' | b'a'..=b'z' | b'~' => {
                encoded.push(char::from(byte))
            }
            _ => write!(encoded, "%{byte:02X}").expect("a string takes all"),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use lambda_http::Request;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn converted(path: &str, query: &str, host: &str, body: &str, is_base64: bool) -> Request {
        let event = json!({
            "version": "2.0", "routeKey": "GET /api/messages", "rawPath": path, "rawQueryString": query,
            "headers": {"host": host}, "body": body, "isBase64Encoded": is_base64,
            "requestContext": {"stage": host, "domainName": host, "timeEpoch": 0, "http": {"method": "GET"}},
        });
        let request: LambdaRequest = serde_json::from_value(event).expect("an event of the gateway");
        tame(request).into()
    }

    #[test]
    fn the_query_is_kept() {
        let request = converted("/api/messages", "a=1&b=%20x+y&c=<\"ä", "api.example.com", "", false);
        assert_eq!(request.uri().query(), Some("a=1&b=%20x+y&c=%3C%22%C3%A4"));
    }

    #[test]
    fn a_binary_body_is_decoded() {
        assert_eq!(converted("/", "", "h", "e30=", true).body().as_ref(), b"{}");
        assert_eq!(converted("/", "", "h", "no base64!", true).body().as_ref(), b"no base64!");
    }

    proptest! {
        #[test]
        fn no_event_makes_the_conversion_panic(
            path in ".{0,60}", query in ".{0,60}", host in "[ -~]{0,20}", body in ".{0,60}", is_base64 in any::<bool>(),
        ) {
            let request = converted(&path, &query, &host, &body, is_base64);
            prop_assert_eq!(request.uri().path(), "/");
        }
    }
}
