//! Pages of messages, newest first, from the indexes by creation. Those lag, and hold no bodies.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;

use super::attributes::{number, text};
use super::item::{Item, from_item};
use super::write::store_error;
use super::{CorruptItem, Store, StoreError};
use crate::clock::Moment;
use crate::message::{Message, MessageId, Status};
use crate::stage::Stage;

/// A page is read in at most this many queries: one, unless much of it has expired and is not yet removed.
const QUERIES_MAX: u32 = 4;

/// Which messages to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listing {
    pub stage: Stage,
    pub status: Option<Status>,
    /// Created then or later.
    pub from: Option<Moment>,
    /// Created before.
    pub to: Option<Moment>,
}

/// Where a page ended, and the next begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub id: MessageId,
    pub created: Moment,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// With empty bodies.
    pub messages: Vec<Message>,
    /// Nothing on the last page.
    pub next: Option<Position>,
}

impl Store {
    /// Up to `limit` messages after `after`, or from the newest on.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub async fn list(&self, listing: &Listing, limit: u32, after: Option<Position>) -> Result<Page, StoreError> {
        let mut page = Page { messages: Vec::new(), next: after };
        for _ in 0..QUERIES_MAX {
            let missing = i32::try_from(limit as usize - page.messages.len()).unwrap_or(i32::MAX);
            let query = self.list_query(listing).limit(missing);
            let start = page.next.map(|position| listing.start_key(position));
            let output = query.set_exclusive_start_key(start).send().await.map_err(|error| store_error(&error))?;
            page.next = output.last_evaluated_key().map(position).transpose()?;
            for item in output.items.unwrap_or_default() {
                page.messages.push(from_index(item)?);
            }
            if page.next.is_none() || page.messages.len() >= limit as usize {
                break;
            }
        }
        Ok(page)
    }

    fn list_query(&self, listing: &Listing) -> QueryFluentBuilder {
        let query = self
            .client
            .query()
            .table_name(&self.messages)
            .index_name(listing.index())
            .scan_index_forward(false)
            .key_condition_expression(format!("#hash = :hash{}", listing.range()))
            .expression_attribute_names("#hash", listing.hash_attribute())
            .expression_attribute_values(":hash", listing.hash_value())
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":now", number(self.clock.now().epoch_seconds()));
        let query = match listing.status {
            Some(_) => query
                .filter_expression("#ttl > :now AND stage = :stage")
                .expression_attribute_values(":stage", text(listing.stage)),
            None => query.filter_expression("#ttl > :now"),
        };
        listing
            .bounds()
            .into_iter()
            .fold(query, |query, (name, moment)| query.expression_attribute_values(name, text(moment)))
    }
}

impl Listing {
    fn index(&self) -> &'static str {
        if self.status.is_some() { "status-created_date" } else { "stage-created_date" }
    }

    fn hash_attribute(&self) -> &'static str {
        if self.status.is_some() { "status" } else { "stage" }
    }

    fn hash_value(&self) -> AttributeValue {
        self.status.map_or_else(|| text(self.stage), text)
    }

    /// The condition on the time of creation. DynamoDB takes one condition, and its `BETWEEN` includes both ends.
    fn range(&self) -> &'static str {
        match (self.from, self.to) {
            (Some(_), Some(_)) => " AND created_date BETWEEN :from AND :to",
            (Some(_), None) => " AND created_date >= :from",
            (None, Some(_)) => " AND created_date <= :to",
            (None, None) => "",
        }
    }

    /// `to` is excluded, and moments have milliseconds.
    fn bounds(&self) -> Vec<(&'static str, Moment)> {
        let last = self.to.map(|to| Moment::from_epoch_ms(to.epoch_ms() - 1));
        [(":from", self.from), (":to", last)].into_iter().filter_map(|(name, at)| Some((name, at?))).collect()
    }

    fn start_key(&self, position: Position) -> Item {
        HashMap::from([
            ("message_id".to_owned(), text(position.id)),
            ("created_date".to_owned(), text(position.created)),
            (self.hash_attribute().to_owned(), self.hash_value()),
        ])
    }
}

fn position(key: &Item) -> Result<Position, CorruptItem> {
    use super::attributes::{as_moment, as_text};
    let id = key.get("message_id").and_then(as_text).and_then(MessageId::parse);
    let created = key.get("created_date").and_then(as_moment);
    Ok(Position {
        id: id.ok_or(CorruptItem { attribute: "message_id" })?,
        created: created.ok_or(CorruptItem { attribute: "created_date" })?,
    })
}

/// A message of an index, which leaves out what lists do not show.
fn from_index(mut item: Item) -> Result<Message, CorruptItem> {
    item.entry("body".to_owned()).or_insert_with(|| text(""));
    item.entry("publishes".to_owned()).or_insert_with(|| number(0));
    from_item(&item)
}
