//! Plain statements: the updates, conditions and queries that programs send all day, carried out on what is at hand.
//!
//! The engine parses expressions and prepares SQL anew for every request, which was half of a run's time. A statement
//! is plain when it sets, adds to and removes top-level attributes under comparisons and `attribute_exists`, or asks for
//! them by key, with strings, whole numbers, booleans, and lists and maps of these. What is plain here is deliberately
//! little: nothing is refused, and nothing that the engine may see otherwise is decided. Whatever is not plain goes to
//! the engine, and so does every statement the first time: that it is valid (names, reserved words, operand types) is
//! learned from the engine having taken it.
//!
//! `tests/it/dynamodb/plain_by_engine.rs`, `queries_by_engine.rs` and `tables_by_engine.rs` hold both ways against each other.

mod evaluate;
mod learned;
mod parse;
mod query;
mod statement;
mod tokens;
mod value;

pub(super) use self::evaluate::{Applied, Attributes};
pub(super) use self::learned::{Learned, Recalled};
pub(super) use self::query::KeyCondition;
pub(super) use self::statement::{Comparison, Request, Statement};
pub(super) use self::value::{is_plain, is_plain_item};
