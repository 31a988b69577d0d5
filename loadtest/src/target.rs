//! What is put under load: only this machine, unless somebody says that the other one is his.

use std::fmt;
use std::net::IpAddr;

use reqwest::Url;

/// The base URL of a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target(Url);

/// Why nothing is sent there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    #[error("`{0}` is no base URL (expected `http://HOST:PORT` or `https://HOST`)")]
    Form(String),
    #[error("`{0}` is not this machine (with `--i-own-this-host` the load is sent there all the same)")]
    Foreign(String),
}

impl Target {
    /// # Errors
    /// When `text` is no base URL, or the host is another machine that nobody said he owns.
    pub fn parse(text: &str, owned: bool) -> Result<Self, TargetError> {
        let form = || TargetError::Form(text.to_owned());
        let url = Url::parse(text).map_err(|_| form())?;
        let plain = url.path() == "/" && url.query().is_none() && url.username().is_empty();
        if !["http", "https"].contains(&url.scheme()) || !plain {
            return Err(form());
        }
        let host = url.host_str().ok_or_else(form)?;
        if !owned && !is_loopback(host) {
            return Err(TargetError::Foreign(host.to_owned()));
        }
        Ok(Self(url))
    }

    /// Whether it is this very machine.
    pub fn is_here(&self) -> bool {
        self.0.host_str().is_some_and(is_loopback)
    }

    /// The URL of a path that begins with a slash.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.origin())
    }

    /// `http://HOST:PORT`.
    pub fn origin(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.origin())
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_put_under_load() {
        for here in ["http://127.0.0.1:8080", "http://localhost:1/", "http://[::1]:8080", "https://127.8.9.1"] {
            assert!(Target::parse(here, false).expect(here).is_here());
        }
        for foreign in
            ["http://example.com", "http://127.0.0.1.example.com", "http://10.0.0.1", "https://localhost.test"]
        {
            assert!(matches!(Target::parse(foreign, false), Err(TargetError::Foreign(_))), "{foreign}");
            assert!(!Target::parse(foreign, true).expect(foreign).is_here());
        }
    }

    #[test]
    fn anything_but_a_base_url_is_refused() {
        for wrong in
            ["", "127.0.0.1:8080", "ftp://127.0.0.1", "http://127.0.0.1/api", "http://user@127.0.0.1", "http://"]
        {
            assert_eq!(Target::parse(wrong, true), Err(TargetError::Form(wrong.to_owned())));
        }
    }
}
