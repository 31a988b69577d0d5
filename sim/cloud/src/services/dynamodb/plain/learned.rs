//! Statements that the engine has taken before.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

use super::statement::{Request, Statement};

/// Statements that are remembered; a program has some dozens. With more, all are learned anew.
const LEARNED_MAX: usize = 1_024;

/// Bytes of a statement with its names. Longer ones are not learned.
const SHAPE_MAX: usize = 4_096;

/// Statements by everything that decides whether the engine takes them: operation, table, texts, names, and the types
/// of the values.
#[derive(Default)]
pub(in super::super) struct Learned(HashMap<String, Option<Arc<Statement>>>);

/// What is known of a request.
pub(in super::super) enum Recalled {
    /// The engine has taken its like before, and it is plain.
    Statement(Arc<Statement>),
    /// It is not plain.
    NotPlain,
    /// Nothing yet.
    New(Lesson),
}

/// What there is to remember if the engine takes a request.
pub(in super::super) struct Lesson {
    shape: String,
    statement: Option<Arc<Statement>>,
}

impl Learned {
    pub fn recall(&self, request: &Request<'_>) -> Recalled {
        let shape = shape(request);
        match self.0.get(&shape) {
            Some(Some(statement)) => Recalled::Statement(statement.clone()),
            Some(None) => Recalled::NotPlain,
            None if shape.len() > SHAPE_MAX => Recalled::NotPlain,
            None => Recalled::New(Lesson { shape, statement: Statement::parse(request).map(Arc::new) }),
        }
    }

    /// Remembers what was new in a request that the engine has taken.
    pub fn learn(&mut self, recalled: Recalled) {
        let Recalled::New(Lesson { shape, statement }) = recalled else { return };
        if self.0.len() >= LEARNED_MAX {
            self.0.clear();
        }
        self.0.insert(shape, statement);
    }
}

/// Equal for two requests only if they differ in nothing but their values.
fn shape(request: &Request<'_>) -> String {
    let Request { operation, table, index, key_condition, update, condition, names, values } = *request;
    let mut names: Vec<_> = names.into_iter().flatten().collect();
    names.sort_unstable();
    let mut values: Vec<_> = values.into_iter().flatten().map(|(name, value)| (name, value.type_name())).collect();
    values.sort_unstable();
    let mut shape = String::with_capacity(512);
    for text in [Some(operation), Some(table), index, key_condition, update, condition] {
        part(&mut shape, text.unwrap_or_default());
    }
    for (alias, name) in names {
        part(&mut shape, alias);
        part(&mut shape, name);
    }
    for (name, kind) in values {
        part(&mut shape, name);
        part(&mut shape, kind);
    }
    shape
}

/// With its length, so that no two lists of texts look alike. (An expression that is there and empty is never learned.)
fn part(shape: &mut String, text: &str) {
    write!(shape, "{}:{text}", text.len()).expect("a string takes all");
}
