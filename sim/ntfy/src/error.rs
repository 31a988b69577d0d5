//! Every refusal: ntfy's own code, the HTTP status, the text and the link of its body.

use bytes::Bytes;
use http::Response;
use serde::Serialize;

const LIMITATIONS: &str = "https://ntfy.sh/docs/publish/#limitations";

/// A refusal, by ntfy's five-digit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NtfyError {
    pub code: u32,
    pub http: u16,
    error: &'static str,
    link: &'static str,
}

#[derive(Serialize)]
struct Body {
    code: u32,
    http: u16,
    error: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    link: &'static str,
}

const fn refusal(code: u32, http: u16, error: &'static str, link: &'static str) -> NtfyError {
    NtfyError { code, http, error, link }
}

impl NtfyError {
    pub const DELAY_NO_CACHE: Self = refusal(
        40002,
        400,
        "cannot disable cache for delayed message",
        "https://ntfy.sh/docs/publish/#scheduled-delivery",
    );
    pub const DELAY_CANNOT_PARSE: Self = refusal(
        40004,
        400,
        "invalid delay parameter: unable to parse delay",
        "https://ntfy.sh/docs/publish/#scheduled-delivery",
    );
    pub const DELAY_TOO_SMALL: Self = refusal(
        40005,
        400,
        "invalid delay parameter: too small, please refer to the docs",
        "https://ntfy.sh/docs/publish/#scheduled-delivery",
    );
    pub const DELAY_TOO_LARGE: Self = refusal(
        40006,
        400,
        "invalid delay parameter: too large, please refer to the docs",
        "https://ntfy.sh/docs/publish/#scheduled-delivery",
    );
    pub const PRIORITY_INVALID: Self =
        refusal(40007, 400, "invalid priority parameter", "https://ntfy.sh/docs/publish/#message-priority");
    pub const TOPIC_INVALID: Self = refusal(40009, 400, "invalid request: topic invalid", "");
    pub const TOPIC_DISALLOWED: Self = refusal(40010, 400, "invalid request: topic name is not allowed", "");
    pub const ATTACHMENT_URL_INVALID: Self =
        refusal(40013, 400, "invalid request: attachment URL is invalid", "https://ntfy.sh/docs/publish/#attachments");
    pub const ATTACHMENTS_DISALLOWED: Self =
        refusal(40014, 400, "invalid request: attachments not allowed", "https://ntfy.sh/docs/config/#attachments");
    pub const ACTIONS_INVALID: Self =
        refusal(40018, 400, "invalid request: actions invalid", "https://ntfy.sh/docs/publish/#action-buttons");
    pub const JSON_INVALID: Self = refusal(
        40024,
        400,
        "invalid request: request body must be valid JSON",
        "https://ntfy.sh/docs/publish/#publish-as-json",
    );
    pub const UNAUTHORIZED: Self = refusal(40101, 401, "unauthorized", "https://ntfy.sh/docs/publish/#authentication");
    pub const FORBIDDEN: Self = refusal(40301, 403, "forbidden", "https://ntfy.sh/docs/publish/#authentication");
    pub const NOT_FOUND: Self = refusal(40401, 404, "page not found", "");
    pub const ATTACHMENT_TOO_LARGE: Self = refusal(
        41301,
        413,
        "attachment too large, or bandwidth limit reached",
        "https://ntfy.sh/docs/publish/#limitations",
    );
    pub const JSON_TOO_LARGE: Self = refusal(41303, 413, "JSON body too large", "");
    pub const REQUESTS: Self = refusal(42901, 429, "limit reached: too many requests", LIMITATIONS);
    pub const TOPICS: Self =
        refusal(42904, 429, "limit reached: the total number of topics on the server has been reached", LIMITATIONS);
    pub const BANDWIDTH: Self = refusal(42905, 429, "limit reached: daily bandwidth reached", LIMITATIONS);
    pub const DAILY_MESSAGES: Self = refusal(42908, 429, "limit reached: daily message quota reached", LIMITATIONS);
    pub const AUTH_FAILURES: Self =
        refusal(42909, 429, "limit reached: too many auth failures", "https://ntfy.sh/docs/publish/#limitations");

    /// The answer as it goes over the wire: a JSON object and a newline, and never a `Retry-After`.
    pub fn response(self) -> Response<Bytes> {
        let body = Body { code: self.code, http: self.http, error: self.error, link: self.link };
        let mut text = serde_json::to_string(&body).expect("a refusal is plain data");
        text.push('\n');
        Response::builder()
            .status(self.http)
            .header("content-type", "application/json")
            .body(Bytes::from(text))
            .expect("status and header are constants")
    }
}
