//! The message-processor function.
