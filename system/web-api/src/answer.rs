//! From what a handler decided to an HTTP answer, with the headers that every answer has.

use http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION, RETRY_AFTER, SET_COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use lambda_http::Body;
use serde::Serialize;

use crate::error::{ApiError, ErrorBody, ErrorCode, ErrorContent};

pub const CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");
const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
const CONTENT_TYPE_OPTIONS: HeaderName = HeaderName::from_static("x-content-type-options");
const STRICT_TRANSPORT_SECURITY: HeaderName = HeaderName::from_static("strict-transport-security");

/// What a handler answers.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    headers: HeaderMap,
    body: Body,
}

impl Answer {
    pub fn empty(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), body: Body::Empty }
    }

    /// # Errors
    /// `internal_error`, should `value` have no JSON form.
    pub fn json(status: StatusCode, value: &impl Serialize) -> Result<Self, ApiError> {
        let text = serde_json::to_string(value).map_err(|error| ApiError::caused(ErrorCode::InternalError, error))?;
        let mut answer = Self { body: Body::Text(text), ..Self::empty(status) };
        answer.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(answer)
    }

    pub fn ok(value: &impl Serialize) -> Result<Self, ApiError> {
        Self::json(StatusCode::OK, value)
    }

    /// Sends the browser on, with a GET.
    pub fn see_other(location: &HeaderValue) -> Self {
        Self::empty(StatusCode::SEE_OTHER).at(location.clone())
    }

    pub fn at(mut self, location: HeaderValue) -> Self {
        self.headers.insert(LOCATION, location);
        self
    }

    pub fn replayed(mut self) -> Self {
        self.headers.insert(IDEMPOTENCY_REPLAYED, HeaderValue::from_static("true"));
        self
    }

    pub fn with_cookie(mut self, cookie: HeaderValue) -> Self {
        self.headers.append(SET_COOKIE, cookie);
        self
    }

    /// The answer to a refused or failed request.
    pub fn of_error(error: &ApiError, correlation_id: &str) -> Self {
        let (code, status, message) = error.code.row();
        let content = ErrorContent { code, message, correlation_id, details: &error.details };
        let mut answer = Self::json(status, &ErrorBody { error: content })
            .unwrap_or_else(|_| Self::empty(StatusCode::INTERNAL_SERVER_ERROR));
        for cookie in &error.cookies {
            answer.headers.append(SET_COOKIE, cookie.clone());
        }
        if let Some(seconds) = error.code.retry_after_seconds() {
            answer.headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        answer
    }

    /// Adds what every answer has. Nothing here may be cached: it depends on who asks.
    pub fn finish(self, correlation_id: &str) -> Response<Body> {
        let mut response = Response::new(self.body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        let headers = response.headers_mut();
        if let Ok(value) = HeaderValue::from_str(correlation_id) {
            headers.insert(CORRELATION_ID, value);
        }
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000; includeSubDomains"));
        response
    }
}
