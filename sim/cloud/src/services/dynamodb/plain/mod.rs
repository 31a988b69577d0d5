//! Plain statements: the updates and conditions that programs send all day, carried out on the image at hand.
//!
//! The engine parses expressions and prepares SQL anew for every request, which was half of a run's time. A statement
//! is plain when it sets, adds to and removes top-level attributes under comparisons and `attribute_exists`, with
//! strings, whole numbers, booleans, and lists and maps of these. What is plain here is deliberately little: nothing is refused, and nothing
//! that the engine may see otherwise is decided. Whatever is not plain goes to the engine, and so does every statement
//! the first time: that it is valid (names, reserved words, operand types) is learned from the engine having taken it.
//!
//! `tests/it/dynamodb/plain_by_engine.rs` holds both ways against each other.

mod evaluate;
mod learned;
mod parse;
mod statement;
mod tokens;
mod value;

pub(super) use self::evaluate::Applied;
pub(super) use self::learned::{Learned, Recalled};
pub(super) use self::statement::{Request, Statement};
pub(super) use self::value::is_plain_item;
