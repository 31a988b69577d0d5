//! What can be wrong with a scenario, in one line that names the place.

use std::fmt;
use std::io;

#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    #[error("unknown scenario `{name}` (expected one of {known}, or the path of a `.toml` file)")]
    Unknown { name: String, known: String },
    #[error("cannot read `{path}` (expected a readable file)")]
    Unreadable { path: String, source: io::Error },
    #[error("{place}: {problem}")]
    Mistake { place: Place, problem: String },
}

/// A line of a file, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub file: String,
    pub line: usize,
}

impl Place {
    /// The line that holds the byte at `offset`.
    pub fn of(file: &str, text: &str, offset: usize) -> Self {
        let line = text.as_bytes()[..offset.min(text.len())].iter().filter(|byte| **byte == b'\n').count() + 1;
        Self { file: file.to_owned(), line }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}
