//! Queries that need no SQL: those by key and plain filter, for whole items or entries.

use std::collections::HashMap;

use dynoxide::actions::query::QueryRequest;
use dynoxide::types::{ScalarAttributeType, read_capacity_units_with_consistency};
use dynoxide::{AttributeValue, Item};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::change;
use super::engine::Engine;
use super::index::Index;
use super::plain::{Attributes, KeyCondition, Recalled, Request, Statement, is_plain};
use super::rows::{Ordered, Page, Place, Row, Wanted};
use super::table::SORT_KEY_MAX;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer<'a> {
    items: Vec<Entry<'a>>,
    count: usize,
    scanned_count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_evaluated_key: Option<HashMap<&'a str, &'a AttributeValue>>,
}

/// What an index holds of a row.
struct Entry<'a> {
    row: &'a Row,
    index: &'a Index,
}

impl Engine {
    /// What is known of a query. Legacy parameters and projections are the engine's.
    pub fn recall_query(&self, request: &QueryRequest) -> Recalled {
        let index = request.index_name.as_deref();
        let is_plain = match index {
            Some(index) => {
                self.replica.index(&request.table_name, index).is_some() && request.consistent_read != Some(true)
            }
            None => self.tables.get(&request.table_name).is_some_and(|table| self.items.can_order(table)),
        };
        let is_plain = is_plain
            && request.projection_expression.is_none()
            && request.select.is_none()
            && request.return_consumed_capacity.is_none()
            && request.key_conditions.is_none()
            && request.attributes_to_get.is_none()
            && request.query_filter.is_none()
            && request.conditional_operator.is_none()
            && request.key_condition_expression.is_some();
        if !is_plain {
            return Recalled::NotPlain;
        }
        self.learned.recall(&Request {
            operation: "Query",
            table: &request.table_name,
            index,
            key_condition: request.key_condition_expression.as_deref(),
            condition: request.filter_expression.as_deref(),
            names: request.expression_attribute_names.as_ref(),
            values: request.expression_attribute_values.as_ref(),
            ..Request::default()
        })
    }

    /// Answers as the engine would; `None` when the engine has to.
    pub fn query_plainly(&mut self, statement: &Statement, request: &QueryRequest) -> Option<String> {
        let values = request.expression_attribute_values.as_ref()?;
        if !values.values().all(is_plain) {
            return None;
        }
        let table = self.tables.get_mut(&request.table_name)?;
        let ordered = match &request.index_name {
            Some(index) => self.replica.index(&request.table_name, index)?,
            None => self.items.in_order(table)?,
        };
        let wanted = wanted(ordered, statement, request)?;
        let page = ordered.page(wanted, |row| statement.lets_through(row, values))?;
        table
            .capacity
            .charge_read(read_capacity_units_with_consistency(page.bytes, request.consistent_read == Some(true)));
        Some(change::text(&answer(ordered, &page)))
    }
}

fn wanted<'a>(ordered: &Ordered, statement: &'a Statement, request: &'a QueryRequest) -> Option<Wanted<'a>> {
    let values = request.expression_attribute_values.as_ref()?;
    let (partition, sort_key) = (ordered.index.keys.first()?, ordered.index.keys.get(1));
    let condition = statement.key_condition(&partition.name, sort_key.map(|key| &*key.name), values)?;
    let mut given = condition.sort_key.iter().map(|(_, value)| *value).chain([condition.partition]);
    if !given.all(is_plain_key) {
        return None;
    }
    if request.exclusive_start_key.is_some() {
        return None;
    }
    let after = match &request.exclusive_start_key_raw {
        None => None,
        Some(start) => Some(place_after(ordered, &condition, start)?),
    };
    let (partition, sort_key) = (condition.partition, condition.sort_key);
    Some(Wanted { partition, sort_key, forward: request.scan_index_forward, limit: request.limit, after })
}

/// Where the page before ended. `None` when the engine has to look, since it may refuse it.
fn place_after(ordered: &Ordered, condition: &KeyCondition<'_>, start: &Value) -> Option<Place> {
    let start: Item = serde_json::from_value(start.clone()).ok()?;
    let (partition, sort_key) = (ordered.index.keys.first()?, ordered.index.keys.get(1));
    let sort_key = sort_key.and_then(|key| start.get(&key.name));
    let is_within = condition.holds(start.get(&partition.name)?, sort_key)?;
    if !is_within || !is_key(&start, ordered) {
        return None;
    }
    Some(ordered.place(&start)?.1)
}

/// Whether it has the keys of the index and of its table, each of its type, and nothing else. The table's are strings.
fn is_key(start: &Item, ordered: &Ordered) -> bool {
    let names = ordered.key_names();
    let is_right = |name: &str| {
        let own = ordered.index.keys.iter().find(|key| key.name == name);
        let kind = own.map_or(&ScalarAttributeType::S, |key| &key.kind);
        start.get(name).is_some_and(|value| has_type(value, kind) && is_plain_key(value))
    };
    start.len() == names.len() && names.into_iter().all(is_right)
}

fn has_type(value: &AttributeValue, kind: &ScalarAttributeType) -> bool {
    matches!(
        (value, kind),
        (AttributeValue::S(_), ScalarAttributeType::S) | (AttributeValue::N(_), ScalarAttributeType::N)
    )
}

/// Nothing that the engine could refuse.
fn is_plain_key(value: &AttributeValue) -> bool {
    match value {
        AttributeValue::S(text) => !text.is_empty() && text.len() <= SORT_KEY_MAX,
        value => is_plain(value),
    }
}

fn answer<'a>(ordered: &'a Ordered, page: &Page<'a>) -> Answer<'a> {
    let index = &ordered.index;
    let key = |last: &'a Row| {
        let named = ordered.key_names().into_iter().filter_map(|name| Some((name, last.attribute(name)?)));
        named.collect()
    };
    Answer {
        items: page.rows.iter().map(|row| Entry { row, index }).collect(),
        count: page.rows.len(),
        scanned_count: page.scanned,
        last_evaluated_key: page.last.map(key),
    }
}

impl Serialize for Entry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.row.iter().filter(|(name, _)| self.index.shows(name)))
    }
}
