//! A stage's access log: a line for each answer, in the format of the template (`http-api-logging-variables`).
//!
//! Not modelled: variables of other authorizers, of custom domains, and of integrations other than functions.

use std::fmt::{self, Display, Write};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::Request;
use http::header::USER_AGENT;
use serde_json::Value;

use super::event::common_log_time;
use super::incoming::{PROTOCOL, SOURCE_IP};
use super::refusal::{Refusal, message};
use crate::history::ApiRequest;
use crate::services::names;

/// Longest format, bytes ("Quotas for … HTTP APIs").
const FORMAT_MAX: usize = 3 * 1024;

/// What stands in the place of nothing.
const ABSENT: &str = "-";

/// Of most values, bytes: a line seldom outgrows the room that it begins with.
const VALUE_BYTES: usize = 24;

/// What follows `$context.`, and what it means.
const VARIABLES: [(&str, Variable); 26] = [
    ("accountId", Variable::AccountId),
    ("apiId", Variable::ApiId),
    ("authorizer.error", Variable::AuthorizerError),
    ("authorizer.latency", Variable::AuthorizerLatency),
    ("domainName", Variable::DomainName),
    ("domainPrefix", Variable::ApiId),
    ("error.message", Variable::ErrorMessage),
    ("extendedRequestId", Variable::RequestId),
    ("httpMethod", Variable::HttpMethod),
    ("identity.sourceIp", Variable::SourceIp),
    ("identity.userAgent", Variable::UserAgent),
    ("integration.error", Variable::IntegrationError),
    ("integration.latency", Variable::IntegrationLatency),
    ("integrationErrorMessage", Variable::IntegrationError),
    ("integrationLatency", Variable::IntegrationLatency),
    ("integrationStatus", Variable::IntegrationStatus),
    ("path", Variable::Path),
    ("protocol", Variable::Protocol),
    ("requestId", Variable::RequestId),
    ("requestTime", Variable::RequestTime),
    ("requestTimeEpoch", Variable::RequestTimeEpoch),
    ("responseLatency", Variable::ResponseLatency),
    ("responseLength", Variable::ResponseLength),
    ("routeKey", Variable::RouteKey),
    ("stage", Variable::Stage),
    ("status", Variable::Status),
];

/// And with the name of a member behind it, one of the context that the authorizer answered with.
const PROPERTY: &str = "authorizer.";

/// Where a stage logs its answers, and how.
pub(super) struct AccessLog {
    group: String,
    parts: Vec<Part>,
    usual_bytes: usize,
}

/// A piece of the format. No text is empty.
#[derive(Debug, PartialEq)]
enum Part {
    Text(String),
    Variable(Variable),
    Property(String),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Variable {
    AccountId,
    ApiId,
    AuthorizerError,
    AuthorizerLatency,
    DomainName,
    ErrorMessage,
    HttpMethod,
    IntegrationError,
    IntegrationLatency,
    IntegrationStatus,
    Path,
    Protocol,
    RequestId,
    RequestTime,
    RequestTimeEpoch,
    ResponseLatency,
    ResponseLength,
    RouteKey,
    SourceIp,
    Stage,
    Status,
    UserAgent,
}

/// What is wrong with an access log, or not modelled of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccessLogError {
    #[error("destination `{0}` is not modelled (the ARN of a log group is)")]
    Destination(String),
    #[error("a format of {0} bytes is longer than {FORMAT_MAX}")]
    TooLong(usize),
    #[error("variable `${0}` is not modelled (`$context.` is with {known} and `{PROPERTY}PROPERTY`)", known = known())]
    Variable(String),
}

/// An answer, and how it came about.
pub(super) struct Entry<'a> {
    pub of: &'a ApiRequest<'a>,
    pub host: &'a str,
    pub request: &'a Request<Bytes>,
    pub arrived: SystemTime,
    pub refusal: Option<Refusal>,
    /// Lambda's, not that of the function's response.
    pub integration_status: Option<u16>,
    /// The authorizer's.
    pub context: Option<&'a Value>,
}

impl AccessLog {
    /// # Errors
    /// What is wrong with it, or not modelled of it.
    pub fn new(spec: &rez_topology::AccessLog) -> Result<Self, AccessLogError> {
        let group = group(&spec.destination).ok_or_else(|| AccessLogError::Destination(spec.destination.clone()))?;
        if spec.format.len() > FORMAT_MAX {
            return Err(AccessLogError::TooLong(spec.format.len()));
        }
        let parts = parts(&spec.format)?;
        let usual_bytes = parts.iter().map(Part::usual_bytes).sum();
        Ok(Self { group: group.to_owned(), parts, usual_bytes })
    }

    /// Name of the log group.
    pub fn group(&self) -> &str {
        &self.group
    }

    pub fn line(&self, entry: &Entry<'_>) -> String {
        let mut line = String::with_capacity(self.usual_bytes);
        for part in &self.parts {
            let before = line.len();
            part.put(entry, &mut line).expect("a text takes whatever is written into it");
            if line.len() == before {
                line.push_str(ABSENT);
            }
        }
        line
    }
}

impl Part {
    fn usual_bytes(&self) -> usize {
        if let Self::Text(text) = self { text.len() } else { VALUE_BYTES }
    }

    /// Writes nothing when there is nothing.
    fn put(&self, entry: &Entry<'_>, line: &mut String) -> fmt::Result {
        match self {
            Self::Text(text) => line.write_str(text),
            Self::Variable(variable) => entry.put(*variable, line),
            Self::Property(name) => match entry.context.and_then(|context| context.get(name)) {
                None | Some(Value::Null) => Ok(()),
                Some(Value::String(text)) => line.write_str(text),
                Some(other) => write!(line, "{other}"),
            },
        }
    }
}

impl Entry<'_> {
    fn put(&self, variable: Variable, line: &mut String) -> fmt::Result {
        let of = self.of;
        match variable {
            Variable::AccountId => line.write_str(names::ACCOUNT),
            Variable::ApiId => line.write_str(of.api_id),
            Variable::AuthorizerError => line.write_str(self.error(Refusal::is_authorizers)),
            Variable::AuthorizerLatency => put_if_any(of.authorizer_latency.map(milliseconds), line),
            Variable::DomainName => line.write_str(self.host),
            Variable::ErrorMessage => put_if_any(self.refusal.map(|refusal| message(refusal.status())), line),
            Variable::HttpMethod => line.write_str(self.request.method().as_str()),
            Variable::IntegrationError => line.write_str(self.error(Refusal::is_integrations)),
            Variable::IntegrationLatency => put_if_any(of.integration_latency.map(milliseconds), line),
            Variable::IntegrationStatus => put_if_any(self.integration_status, line),
            Variable::Path => line.write_str(self.request.uri().path()),
            Variable::Protocol => line.write_str(PROTOCOL),
            Variable::RequestId => line.write_str(of.request_id),
            Variable::RequestTime => line.write_str(&common_log_time(self.since_epoch().as_secs())),
            Variable::RequestTimeEpoch => write!(line, "{}", milliseconds(self.since_epoch())),
            Variable::ResponseLatency => write!(line, "{}", milliseconds(of.latency)),
            Variable::ResponseLength => write!(line, "{}", of.response_bytes),
            Variable::RouteKey => line.write_str(of.route),
            Variable::SourceIp => line.write_str(SOURCE_IP),
            Variable::Stage => line.write_str(of.stage),
            Variable::Status => write!(line, "{}", of.status),
            Variable::UserAgent => line.write_str(self.user_agent()),
        }
    }

    /// AWS's own texts are not documented, so the refusal's name stands for them.
    fn error(&self, is_meant: impl Fn(Refusal) -> bool) -> &'static str {
        self.refusal.filter(|refusal| is_meant(*refusal)).map_or("", Refusal::name)
    }

    fn since_epoch(&self) -> Duration {
        self.arrived.duration_since(UNIX_EPOCH).unwrap_or_default()
    }

    fn user_agent(&self) -> &str {
        self.request.headers().get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default()
    }
}

fn put_if_any(value: Option<impl Display>, line: &mut String) -> fmt::Result {
    value.map_or(Ok(()), |value| write!(line, "{value}"))
}

fn milliseconds(duration: Duration) -> u64 {
    duration.as_millis() as u64
}

/// `arn:aws:logs:REGION:ACCOUNT:log-group:NAME`, which CloudFormation ends with `:*`.
fn group(destination: &str) -> Option<&str> {
    let (_, group) = destination.strip_prefix("arn:aws:logs:")?.split_once(":log-group:")?;
    Some(group.strip_suffix(":*").unwrap_or(group))
}

fn parts(format: &str) -> Result<Vec<Part>, AccessLogError> {
    let text = |text: &str| (!text.is_empty()).then(|| Part::Text(text.to_owned()));
    let mut pieces = format.split('$');
    let mut parts: Vec<Part> = pieces.next().and_then(text).into_iter().collect();
    for piece in pieces {
        let (variable, rest) = split(piece);
        parts.push(read(variable).ok_or_else(|| AccessLogError::Variable(variable.to_owned()))?);
        parts.extend(text(rest));
    }
    Ok(parts)
}

/// A variable without its `$`, and what comes behind it. A full stop at its end is not its own.
fn split(piece: &str) -> (&str, &str) {
    let is_name = |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '_');
    let end = piece.find(|character| !is_name(character)).unwrap_or(piece.len());
    piece.split_at(piece[..end].trim_end_matches('.').len())
}

fn read(variable: &str) -> Option<Part> {
    let name = variable.strip_prefix("context.")?;
    if let Some((_, variable)) = VARIABLES.iter().find(|(known, _)| *known == name) {
        return Some(Part::Variable(*variable));
    }
    // Claims are those of a JWT authorizer; other names with a full stop in them do not exist.
    let property = name.strip_prefix(PROPERTY).filter(|property| !property.contains('.') && *property != "claims")?;
    Some(Part::Property(property.to_owned()))
}

fn known() -> String {
    VARIABLES.map(|(name, _)| format!("`{name}`")).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(destination: &str, format: &str) -> String {
        let spec = rez_topology::AccessLog { destination: destination.to_owned(), format: format.to_owned() };
        AccessLog::new(&spec).err().expect("it is refused").to_string()
    }

    #[test]
    fn a_format_is_texts_variables_and_members_of_the_authorizers_context() {
        let text = |text: &str| Part::Text(text.to_owned());
        let parts = parts("[$context.requestTime]$context.status$context.authorizer.sub_id.\n");
        let expected = [
            text("["),
            Part::Variable(Variable::RequestTime),
            text("]"),
            Part::Variable(Variable::Status),
            Part::Property("sub_id".to_owned()),
            text(".\n"),
        ];
        assert_eq!(parts, Ok(expected.into()));
    }

    #[test]
    fn what_is_not_modelled_is_named() {
        for name in ["context.requestID", "context.authorizer.claims.sub", "context.error", "context", "input.body", ""]
        {
            let error = refused("arn:aws:logs:us-east-1:123456789012:log-group:/desk", &format!("a ${name}, b"));
            assert!(error.starts_with(&format!("variable `${name}` is not modelled")), "{error}");
            assert!(error.contains("`requestId`, ") && error.ends_with("and `authorizer.PROPERTY`)"), "{error}");
        }
        let stream = "arn:aws:firehose:us-east-1:123456789012:deliverystream/desk";
        assert!(refused(stream, "$context.status").contains(stream));
        let long = "x".repeat(FORMAT_MAX + 1);
        assert!(refused("arn:aws:logs:us-east-1:123456789012:log-group:/desk", &long).contains("3073 bytes"));
    }
}
