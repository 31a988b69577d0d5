//! What is wrong with a template: every mistake, with its line, and what was expected instead.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

/// Why a template could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TopologyError {
    #[error("cannot read `{}`: {source} (expected a readable file)", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    /// All the mistakes that were found, in the order of their lines; one a line when displayed.
    #[error("{}", lines(.0))]
    Invalid(Vec<Mistake>),
}

/// One mistake in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    pub path: String,
    /// Counted from 1.
    pub line: usize,
    pub message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

fn lines(mistakes: &[Mistake]) -> String {
    mistakes.iter().map(Mistake::to_string).collect::<Vec<_>>().join("\n")
}

/// Collects mistakes while reading goes on, so that all of them are told at once. What several resources share
/// (globals, a parameter) is read several times, and its mistake counts once.
#[derive(Debug, Default)]
pub(crate) struct Report {
    mistakes: RefCell<BTreeSet<(usize, String)>>,
}

impl Report {
    pub fn add(&self, line: usize, message: impl Into<String>) {
        self.mistakes.borrow_mut().insert((line, message.into()));
    }

    pub fn is_empty(&self) -> bool {
        self.mistakes.borrow().is_empty()
    }

    /// The mistakes as an error, or nothing when there are none.
    pub fn into_result(self, path: &str) -> Result<(), TopologyError> {
        let mistakes = self.mistakes.into_inner();
        if mistakes.is_empty() {
            return Ok(());
        }
        let located = |(line, message)| Mistake { path: path.to_owned(), line, message };
        Err(TopologyError::Invalid(mistakes.into_iter().map(located).collect()))
    }
}

/// `` `A`, `B` or `C` ``: what was expected, in the order given.
pub(crate) fn alternatives<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| format!("`{}`", name.as_ref())).collect();
    match quoted.split_last() {
        None => "nothing".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}
