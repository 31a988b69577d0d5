//! Cross-origin requests: the gateway answers preflights itself, and puts its own headers in place of the function's
//! (`http-api-cors`).

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD,
    ORIGIN,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};

use rez_topology::Cors as Settings;

/// The headers of an API's configuration, ready to be put in.
#[derive(Debug)]
pub struct Cors {
    origins: Vec<String>,
    credentials: bool,
    expose: Option<HeaderValue>,
    /// What a preflight asks for.
    preflight: Vec<(HeaderName, HeaderValue)>,
}

/// What is wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CorsError {
    #[error("`*` cannot be allowed together with credentials")]
    CredentialsForAll,
    #[error("`{0}` cannot stand in a header")]
    Illegal(String),
}

impl Cors {
    /// # Errors
    /// What AWS refuses too.
    pub fn new(settings: &Settings) -> Result<Self, CorsError> {
        if settings.credentials && settings.origins.iter().any(|origin| origin == "*") {
            return Err(CorsError::CredentialsForAll);
        }
        let max_age = settings.max_age.map(|age| age.as_secs().to_string());
        let preflight = [
            (ACCESS_CONTROL_ALLOW_METHODS, list(&settings.methods)?),
            (ACCESS_CONTROL_ALLOW_HEADERS, list(&settings.headers)?),
            (ACCESS_CONTROL_MAX_AGE, max_age.map(|age| value(&age)).transpose()?),
        ];
        Ok(Self {
            origins: settings.origins.clone(),
            credentials: settings.credentials,
            expose: list(&settings.expose)?,
            preflight: preflight.into_iter().filter_map(|(name, value)| Some((name, value?))).collect(),
        })
    }

    /// The answer to a preflight; `None` for any other request.
    pub fn preflight(&self, request: &Request<Bytes>) -> Option<Response<Bytes>> {
        let headers = request.headers();
        let asks = headers.contains_key(ORIGIN) && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        if request.method() != Method::OPTIONS || !asks {
            return None;
        }
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::NO_CONTENT;
        if self.allowed(headers).is_some() {
            response.headers_mut().extend(self.preflight.iter().cloned());
        }
        Some(response)
    }

    /// Puts the headers for whoever sent `request` into a response, in place of all that are there.
    pub fn apply(&self, request: &HeaderMap, response: &mut HeaderMap, is_preflight: bool) {
        if !is_preflight {
            OF_CORS.iter().for_each(|name| drop(response.remove(name)));
        }
        let Some(origin) = self.allowed(request) else { return };
        response.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if self.credentials {
            response.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
        if let Some(expose) = self.expose.as_ref().filter(|_| !is_preflight) {
            response.insert(ACCESS_CONTROL_EXPOSE_HEADERS, expose.clone());
        }
    }

    /// What the response says of the request's origin, if that is allowed.
    fn allowed(&self, request: &HeaderMap) -> Option<HeaderValue> {
        let sent = request.get(ORIGIN)?;
        let origin = sent.to_str().ok()?;
        if self.origins.iter().any(|allowed| allowed == "*") {
            return Some(HeaderValue::from_static("*"));
        }
        self.origins.iter().any(|allowed| matches(allowed, origin)).then(|| sent.clone())
    }
}

const OF_CORS: [HeaderName; 6] = [
    ACCESS_CONTROL_ALLOW_CREDENTIALS,
    ACCESS_CONTROL_ALLOW_HEADERS,
    ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_MAX_AGE,
];

/// `https://*` allows every origin of that scheme.
fn matches(allowed: &str, origin: &str) -> bool {
    allowed == origin || allowed.strip_suffix("://*").is_some_and(|scheme| has_scheme(origin, scheme))
}

fn has_scheme(origin: &str, scheme: &str) -> bool {
    origin.split_once("://").is_some_and(|(given, _)| given == scheme)
}

/// `None` for an empty list: such a header is not sent.
fn list(items: &[String]) -> Result<Option<HeaderValue>, CorsError> {
    if items.is_empty() { Ok(None) } else { value(&items.join(",")).map(Some) }
}

fn value(text: &str) -> Result<HeaderValue, CorsError> {
    HeaderValue::from_str(text).map_err(|_| CorsError::Illegal(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const APP: &str = "https://app.example.com";

    fn cors(origins: &[&str]) -> Cors {
        let list = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect();
        let settings = Settings {
            origins: list(origins),
            methods: list(&["GET", "POST"]),
            headers: list(&["authorization", "content-type"]),
            expose: list(&["x-total"]),
            credentials: !origins.contains(&"*"),
            max_age: Some(Duration::from_secs(300)),
        };
        Cors::new(&settings).expect("the settings are good")
    }

    /// Name and value of each header of an answer to a request of this method and origin.
    fn check(cors: &Cors, method: Method, origin: &str, expected: &[(&str, &str)]) {
        let request = Request::builder().method(method).header(ORIGIN, origin);
        let request = request.header(ACCESS_CONTROL_REQUEST_METHOD, "POST").body(Bytes::new()).expect("it is good");
        let preflight = cors.preflight(&request);
        let is_preflight = preflight.is_some();
        let mut response = preflight.unwrap_or_default();
        if !is_preflight {
            response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("https://function"));
        }
        cors.apply(request.headers(), response.headers_mut(), is_preflight);
        let mut found: Vec<_> =
            response.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().expect("text"))).collect();
        found.sort_unstable();
        assert_eq!(found, expected, "{origin}");
    }

    #[test]
    fn a_preflight_is_answered_to_an_allowed_origin() {
        let expected = [
            ("access-control-allow-credentials", "true"),
            ("access-control-allow-headers", "authorization,content-type"),
            ("access-control-allow-methods", "GET,POST"),
            ("access-control-allow-origin", APP),
            ("access-control-max-age", "300"),
        ];
        check(&cors(&[APP]), Method::OPTIONS, APP, &expected);
        check(&cors(&[APP]), Method::OPTIONS, "https://app.example.com.evil.example", &[]);
        check(&cors(&["http://localhost:3000"]), Method::OPTIONS, APP, &[]);
    }

    #[test]
    fn other_answers_carry_the_gateways_headers_only() {
        let expected = [
            ("access-control-allow-credentials", "true"),
            ("access-control-allow-origin", APP),
            ("access-control-expose-headers", "x-total"),
        ];
        check(&cors(&["https://*"]), Method::GET, APP, &expected);
        check(&cors(&["http://*"]), Method::GET, APP, &[]);
        let for_all = [("access-control-allow-origin", "*"), ("access-control-expose-headers", "x-total")];
        check(&cors(&["*"]), Method::GET, APP, &for_all);
    }

    #[test]
    fn options_that_ask_for_nothing_are_requests_like_others() {
        let request = Request::options("/").header(ORIGIN, APP).body(Bytes::new()).expect("it is good");
        assert!(cors(&[APP]).preflight(&request).is_none());
    }

    #[test]
    fn credentials_are_not_for_everybody() {
        let settings = Settings { origins: vec!["*".into()], credentials: true, ..Settings::default() };
        assert_eq!(Cors::new(&settings).err(), Some(CorsError::CredentialsForAll));
    }
}
