//! What can be wrong with an endpoint: a line each, with what to do.

/// Why the system cannot run on an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    #[error("`{given}` is no endpoint (expected `http://HOST:PORT`)")]
    Url { given: String },
    #[error("nothing answers at `{url}` (start LocalStack there, or give the URL of another AWS endpoint)")]
    NoAnswer { url: String },
    #[error("what answers at `{url}` is no AWS: {reason} (give the URL of LocalStack or another AWS endpoint)")]
    NotAws { url: String, reason: String },
    #[error("LocalStack {version} at `{url}` is too old (4.0 or newer is needed: localstack/localstack:4.9.2)")]
    Old { url: String, version: String },
    #[error("LocalStack at `{url}` does not serve `{service}`: {state} (see its log, or start it without SERVICES)")]
    Unhealthy { url: String, service: &'static str, state: String },
}
