//! What has to hold: the system's objectives, or those of a file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

/// The objectives of `system.md`, unless a file says otherwise.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Thresholds {
    pub api: Api,
    pub end_to_end: EndToEnd,
    pub load: Load,
}

/// Requests to the API, from the moment at which they were due.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Api {
    /// Share that was answered, and not with a server error.
    pub availability: f64,
    #[serde(with = "humantime_serde")]
    pub p95: Duration,
    #[serde(with = "humantime_serde")]
    pub p99: Duration,
}

/// Messages, from their creation until ntfy accepted them.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EndToEnd {
    #[serde(with = "humantime_serde")]
    pub p95: Duration,
    /// Share that was delivered.
    pub delivery: f64,
}

/// The load itself.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Load {
    /// Share of arrivals that was sent: those dropped because too many were under way say nothing good of the system.
    pub sent: f64,
    /// Share of requests that was neither throttled, nor refused, nor redirected, nor failed: those that were turned away
    /// are fast, and say nothing of how fast the others would have been.
    pub accepted: f64,
}

impl Default for Api {
    fn default() -> Self {
        Self { availability: 0.999, p95: Duration::from_millis(500), p99: Duration::from_millis(1_000) }
    }
}

impl Default for EndToEnd {
    fn default() -> Self {
        Self { p95: Duration::from_secs(10), delivery: 0.99 }
    }
}

impl Default for Load {
    fn default() -> Self {
        Self { sent: 0.999, accepted: 0.999 }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ThresholdsError {
    #[error("`{path}` cannot be read: {error}")]
    Unreadable { path: PathBuf, error: std::io::Error },
    #[error("{path}:{line}: {message}")]
    Mistake { path: PathBuf, line: usize, message: String },
}

impl Thresholds {
    /// # Errors
    /// When the file cannot be read, or has a mistake: where, and what was expected.
    pub fn from_file(path: &Path) -> Result<Self, ThresholdsError> {
        let read = std::fs::read_to_string(path);
        let text = read.map_err(|error| ThresholdsError::Unreadable { path: path.to_owned(), error })?;
        let thresholds: Self = toml::from_str(&text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(&text, span.start));
            ThresholdsError::Mistake { path: path.to_owned(), line, message: error.message().replace('\n', " ") }
        })?;
        thresholds.check().map_err(|(key, message)| {
            let line = text.lines().position(|line| line.trim_start().starts_with(key)).map_or(1, |line| line + 1);
            ThresholdsError::Mistake { path: path.to_owned(), line, message }
        })?;
        Ok(thresholds)
    }

    fn check(&self) -> Result<(), (&'static str, String)> {
        let shares = [
            ("availability", self.api.availability),
            ("delivery", self.end_to_end.delivery),
            ("sent", self.load.sent),
            ("accepted", self.load.accepted),
        ];
        let wrong = shares.into_iter().find(|(_, share)| !(0.0..=1.0).contains(share));
        wrong.map_or(Ok(()), |(key, share)| Err((key, format!("`{key}` is {share} (expected a share from 0 to 1)"))))
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes()[..at.min(text.len())].iter().filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn read(text: &str) -> Result<Thresholds, String> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        Thresholds::from_file(file.path())
            .map_err(|error| error.to_string().replace(&file.path().display().to_string(), "FILE"))
    }

    #[test]
    fn what_a_file_does_not_say_is_the_systems_own_objective() {
        let read = read("[api]\np99 = \"50ms\"\n").unwrap();
        assert_eq!(read.api, Api { p99: Duration::from_millis(50), ..Api::default() });
        assert_eq!((read.end_to_end, read.load), (EndToEnd::default(), Load::default()));
    }

    #[test]
    fn a_mistake_is_told_with_its_line() {
        let mistakes = [
            ("[api]\np95 = \"1s\"\np98 = \"1s\"\n", "FILE:3: unknown field `p98`"),
            ("[api]\np95 = \"soon\"\n", "FILE:2: "),
            ("\n[end_to_end]\n\ndelivery = 99\n", "FILE:4: `delivery` is 99 (expected a share from 0 to 1)"),
            ("[speed]\n", "FILE:1: unknown field `speed`"),
            ("api = [\n", "FILE:"),
        ];
        for (text, expected) in mistakes {
            let error = read(text).expect_err(text);
            assert!(error.starts_with(expected) && !error.contains('\n'), "{error}");
        }
    }
}
