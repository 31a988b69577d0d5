//! From what came in to what was meant. Each decoder is pure, refuses what `openapi.yaml` does not allow, names the field,
//! and reports every mistake at once.

pub mod callback_query;
pub mod fields;
pub mod headers;
pub mod json;
pub mod list_query;
pub mod new_message;
pub mod path;
pub mod query;
