//! URLs of queues as a port tells them: with the host that the request came to, as LocalStack does. Many clients send to the
//! URL and not to the endpoint that they were given; AWS's own would lead them off this machine. Queues go by their names
//! here, so either URL is understood.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HOST};
use http::uri::Authority;
use http::{Request, Response, Uri};
use serde_json::Value;

/// Operations that answer with URLs.
const TELLING: [&str; 4] = ["CreateQueue", "GetQueueUrl", "ListDeadLetterSourceQueues", "ListQueues"];
/// What the JSON protocol calls them.
const MEMBERS: [&str; 3] = ["QueueUrl", "QueueUrls", "queueUrls"];
/// What stands before one in XML.
const ELEMENT: &str = "<QueueUrl>";

/// Where a request came to that will be answered with URLs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct QueueUrls(Authority);

impl QueueUrls {
    /// `None` for any other request, and for one that does not say where it came to.
    pub fn asked_for_by(request: &Request<Bytes>) -> Option<Self> {
        is_telling(request).then(|| host(request).map(Self)).flatten()
    }

    /// The answer, with the port's URLs.
    pub fn put_into(&self, response: Response<Bytes>) -> Response<Bytes> {
        let (mut head, body) = response.into_parts();
        let told = match serde_json::from_slice(&body) {
            Ok(answer) => Some(self.in_json(answer).to_string()),
            Err(_) => std::str::from_utf8(&body).ok().map(|text| self.in_xml(text)),
        };
        let Some(told) = told else { return Response::from_parts(head, body) };
        // A backend had counted its own.
        head.headers.remove(CONTENT_LENGTH);
        Response::from_parts(head, told.into())
    }

    fn in_json(&self, mut answer: Value) -> Value {
        for member in MEMBERS {
            match answer.get_mut(member) {
                Some(Value::String(url)) => *url = self.tell(url),
                Some(Value::Array(urls)) => urls.iter_mut().for_each(|url| {
                    *url = self.tell(url.as_str().unwrap_or_default()).into();
                }),
                _ => {}
            }
        }
        answer
    }

    fn in_xml(&self, answer: &str) -> String {
        let mut pieces = answer.split(ELEMENT);
        let mut told = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (url, rest) = piece.split_at(piece.find('<').unwrap_or(piece.len()));
            told.extend([ELEMENT, &self.tell(url), rest]);
        }
        told
    }

    fn tell(&self, url: &str) -> String {
        let path = url.parse::<Uri>().ok().map(|url| url.path().to_owned());
        path.map_or_else(|| url.to_owned(), |path| format!("http://{}{path}", self.0))
    }
}

fn is_telling(request: &Request<Bytes>) -> bool {
    let operation = match request.headers().get("x-amz-target") {
        Some(target) => target.to_str().ok().and_then(|target| target.strip_prefix("AmazonSQS.")),
        None => by_form(request.body()),
    };
    operation.is_some_and(|operation| TELLING.contains(&operation))
}

/// No other service that speaks in forms has operations of these names.
fn by_form(body: &[u8]) -> Option<&str> {
    let action = body.strip_prefix(b"Action=")?.split(|&byte| byte == b'&').next()?;
    std::str::from_utf8(action).ok()
}

fn host(request: &Request<Bytes>) -> Option<Authority> {
    let header = || request.headers().get(HOST)?.to_str().ok()?.parse().ok();
    request.uri().authority().cloned().or_else(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "https://sqs.us-east-1.amazonaws.com/123456789012";

    fn request(target: Option<&str>, body: &'static str) -> Request<Bytes> {
        let request = Request::post("/").header(HOST, "queues.test:4566");
        let request = target.iter().fold(request, |request, target| request.header("x-amz-target", *target));
        request.body(Bytes::from(body)).unwrap()
    }

    fn told(body: String) -> String {
        let urls = QueueUrls::asked_for_by(&request(Some("AmazonSQS.ListQueues"), "{}")).unwrap();
        let response = Response::builder().header(CONTENT_LENGTH, body.len()).body(body.into()).unwrap();
        let (head, body) = urls.put_into(response).into_parts();
        assert!(!head.headers.contains_key(CONTENT_LENGTH));
        String::from_utf8(body.to_vec()).unwrap()
    }

    #[test]
    fn only_answers_with_urls_are_touched() {
        for telling in TELLING {
            assert!(QueueUrls::asked_for_by(&request(Some(&format!("AmazonSQS.{telling}")), "{}")).is_some());
        }
        assert!(QueueUrls::asked_for_by(&request(None, "Action=GetQueueUrl&QueueName=a")).is_some());
        for other in [request(Some("AmazonSQS.ReceiveMessage"), "{}"), request(None, "Action=Publish&Message=a")] {
            assert_eq!(QueueUrls::asked_for_by(&other), None);
        }
        let nowhere = Request::post("/").body(Bytes::from("Action=ListQueues")).unwrap();
        assert_eq!(QueueUrls::asked_for_by(&nowhere), None, "it says no host");
    }

    #[test]
    fn every_url_leads_back() {
        let one = told(format!(r#"{{"QueueUrl":"{OWN}/a"}}"#));
        assert_eq!(one, r#"{"QueueUrl":"http://queues.test:4566/123456789012/a"}"#);
        let two = told(format!(r#"{{"QueueUrls":["{OWN}/a","http://localhost:4510/000000000000/b"]}}"#));
        let expected = ["http://queues.test:4566/123456789012/a", "http://queues.test:4566/000000000000/b"];
        assert_eq!(serde_json::from_str::<Value>(&two).unwrap()["QueueUrls"], serde_json::json!(expected));
        let namespace = "http://queue.amazonaws.com/doc/2012-11-05/";
        let xml =
            told(format!(r#"<L xmlns="{namespace}"><QueueUrl>{OWN}/a</QueueUrl><QueueUrl>{OWN}/b</QueueUrl></L>"#));
        let [a, b] = ["a", "b"].map(|name| format!("<QueueUrl>http://queues.test:4566/123456789012/{name}</QueueUrl>"));
        assert_eq!(xml, format!(r#"<L xmlns="{namespace}">{a}{b}</L>"#), "the namespace is no address");
    }

    #[test]
    fn refusals_stay_as_they_are() {
        let refusal =
            r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"The specified queue does not exist."}"#;
        assert_eq!(told(refusal.to_owned()), refusal);
    }
}
