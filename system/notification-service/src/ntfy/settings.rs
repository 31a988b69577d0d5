//! Where the server is, and who we are to it: three parameters.

use futures_util::future::join3;
use rez_core::parameters::{Parameters, Value};

const URL: &str = "ntfy-url";
const TOPIC: &str = "ntfy-topic";
const TOKEN: &str = "ntfy-token";

/// Topics that the server refuses, because they name its own pages.
const RESERVED: [&str; 10] =
    ["docs", "static", "file", "app", "metrics", "account", "settings", "signup", "login", "v1"];

/// The parameters, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Settings {
    pub(super) url: Value,
    pub(super) topic: Value,
    /// A server of one's own may want none.
    pub(super) token: Option<Value>,
}

/// Parameters with which nothing can be sent: everything that is wrong, in one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub(super) struct Unusable(Vec<String>);

impl Settings {
    /// Reads what is kept, or from Parameter Store what is not.
    pub(super) async fn read(parameters: &Parameters) -> Result<Self, Unusable> {
        let (url, topic, token) = join3(parameters.get(URL), parameters.get(TOPIC), parameters.get(TOKEN)).await;
        let mut mistakes = Vec::new();
        let mut value = |name: &str, read: Result<Option<Value>, _>| {
            read.unwrap_or_else(|error| {
                mistakes.push(format!("parameter `{name}`: {error}"));
                Some(Value::from(""))
            })
        };
        let (url, topic, token) = (value(URL, url), value(TOPIC, topic), value(TOKEN, token));
        if mistakes.is_empty() {
            mistakes.extend(wrong(URL, url.as_ref(), is_server, "expected a URL of a server, http or https"));
            mistakes.extend(wrong(TOPIC, topic.as_ref(), is_topic, "expected 1 to 64 of `A-Za-z0-9_-`"));
            mistakes.extend(token.as_ref().and_then(|token| wrong(TOKEN, Some(token), is_token, "expected one word")));
        }
        match (url, topic) {
            (Some(url), Some(topic)) if mistakes.is_empty() => Ok(Self { url, topic, token }),
            _ => Err(Unusable(mistakes)),
        }
    }

    /// Reads the token again, whatever its age. The old one goes on being used where that fails.
    pub(super) async fn refresh_token(parameters: &Parameters) {
        if let Err(error) = parameters.refresh(TOKEN).await {
            tracing::warn!(code = "parameter_stale", parameter = TOKEN, %error, "the token was not read again");
        }
    }
}

/// The mistake in a parameter, without its value, which may be a secret.
fn wrong(name: &str, value: Option<&Value>, fits: fn(&str) -> bool, expected: &str) -> Option<String> {
    match value {
        None => Some(format!("parameter `{name}` is missing")),
        Some(value) if !fits(value.as_str()) => Some(format!("parameter `{name}` is wrong ({expected})")),
        Some(_) => None,
    }
}

fn is_server(url: &str) -> bool {
    let parsed = url.parse::<http::Uri>();
    parsed.is_ok_and(|url| {
        matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some_and(|host| !host.is_empty())
    })
}

fn is_topic(topic: &str) -> bool {
    let character = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    (1..=64).contains(&topic.len()) && topic.bytes().all(character) && !RESERVED.contains(&topic)
}

fn is_token(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_and_topics_are_told_from_mistakes() {
        assert!(is_server("https://ntfy.example.com") && is_server("http://localhost:8080/base"));
        assert!(!is_server("ntfy.example.com") && !is_server("ftp://host") && !is_server(""));
        assert!(is_topic("rez-agent_1") && is_topic(&"x".repeat(64)));
        assert!(!is_topic(&"x".repeat(65)) && !is_topic("a/b") && !is_topic("docs") && !is_topic(""));
        assert!(!is_token("two words") && !is_token("line\n"));
    }
}
