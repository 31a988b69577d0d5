//! An item at one moment, as the engine has it and as the history shows it.

use std::sync::Arc;

use dynoxide::Item;
use serde_json::Value;

use super::change::json;

/// Shared, because an image is the one after a write, the one before the next, and the answer to reads in between.
pub(super) type SharedImage = Arc<Image>;

#[derive(Debug)]
pub(super) struct Image {
    pub item: Item,
    /// The same in DynamoDB JSON.
    pub json: Value,
}

impl Image {
    pub fn shared(item: Item) -> SharedImage {
        Arc::new(Self { json: json(&item), item })
    }
}
