//! Writes that plain statements carry out without the engine.

use dynoxide::actions::transact_write_items::{TransactPut, TransactUpdate, TransactWriteItem};
use dynoxide::actions::update_item::UpdateItemRequest;
use dynoxide::{DynoxideError, Item};
use serde_json::{Value, json};

use super::change;
use super::engine::{Engine, Write};
use super::error::Refusal;
use super::image::{Image, SharedImage};
use super::items::ItemId;
use super::plain::{Applied, Recalled, Request, Statement, is_plain_item};

impl Engine {
    /// What is known of an update. Legacy parameters and unusual answers are the engine's.
    pub fn recall_update(&self, request: &UpdateItemRequest) -> Recalled {
        let is_plain = request.update_expression.is_some()
            && request.attribute_updates.is_none()
            && request.expected.is_none()
            && request.conditional_operator.is_none()
            && request.return_item_collection_metrics.is_none()
            && is_one_of(&request.return_values, &["NONE", "ALL_OLD", "ALL_NEW"])
            && is_one_of(&request.return_values_on_condition_check_failure, &["NONE", "ALL_OLD"])
            && self.has_plain_key(&request.table_name, &request.key);
        if !is_plain {
            return Recalled::NotPlain;
        }
        self.learned.recall(&Request {
            operation: "UpdateItem",
            table: &request.table_name,
            update: request.update_expression.as_deref(),
            condition: request.condition_expression.as_deref(),
            names: request.expression_attribute_names.as_ref(),
            values: request.expression_attribute_values.as_ref(),
            ..Request::default()
        })
    }

    /// Carries out an update, and answers as the engine would; `None` when the engine has to.
    pub fn update_plainly(
        &mut self,
        statement: &Statement,
        request: &UpdateItemRequest,
        id: &ItemId,
        before: Option<&SharedImage>,
    ) -> Option<Result<Value, Refusal>> {
        let item = before.map(|image| &image.item);
        let after = match statement.apply(item, &request.key, request.expression_attribute_values.as_ref())? {
            Applied::Done(after) => after,
            Applied::ConditionFailed => {
                let shown =
                    item.filter(|_| request.return_values_on_condition_check_failure.as_deref() == Some("ALL_OLD"));
                let error = condition_failed(shown.cloned());
                return Some(self.or_charge(Err(error), id));
            }
        };
        self.tables[&*id.0].check_indexes(&after).ok()?;
        let after = Image::shared(after);
        let shown = match request.return_values.as_deref() {
            Some("ALL_NEW") => Some(after.json.clone()),
            // Of an item that was not there, the engine shows its key.
            Some("ALL_OLD") => Some(before.map_or_else(|| change::json(&request.key), |image| image.json.clone())),
            _ => None,
        };
        self.items.write(id, Some(after.clone()));
        let write = Write { id: id.clone(), before: before.cloned(), after: Some(after) };
        let consumed = self.finish(write, &request.return_consumed_capacity);
        Some(Ok(answer(shown, consumed.as_ref().map(change::json))))
    }

    /// What is known of one action of a transaction.
    pub fn recall_action(&self, action: &TransactWriteItem, key: &Item) -> Recalled {
        match action {
            TransactWriteItem { put: Some(put), update: None, delete: None, condition_check: None } => {
                self.recall_put(put, key)
            }
            TransactWriteItem { put: None, update: Some(update), delete: None, condition_check: None } => {
                self.recall_transacted(update)
            }
            _ => Recalled::NotPlain,
        }
    }

    fn recall_put(&self, put: &TransactPut, key: &Item) -> Recalled {
        let is_plain = is_one_of(&put.return_values_on_condition_check_failure, &["NONE", "ALL_OLD"])
            && self.has_plain_key(&put.table_name, key);
        if !is_plain {
            return Recalled::NotPlain;
        }
        self.learned.recall(&Request {
            operation: "TransactPut",
            table: &put.table_name,
            condition: put.condition_expression.as_deref(),
            names: put.expression_attribute_names.as_ref(),
            values: put.expression_attribute_values.as_ref(),
            ..Request::default()
        })
    }

    fn recall_transacted(&self, update: &TransactUpdate) -> Recalled {
        let is_plain = is_one_of(&update.return_values_on_condition_check_failure, &["NONE", "ALL_OLD"])
            && self.has_plain_key(&update.table_name, &update.key);
        if !is_plain {
            return Recalled::NotPlain;
        }
        self.learned.recall(&Request {
            operation: "TransactUpdate",
            table: &update.table_name,
            update: Some(&update.update_expression),
            condition: update.condition_expression.as_deref(),
            names: update.expression_attribute_names.as_ref(),
            values: update.expression_attribute_values.as_ref(),
            ..Request::default()
        })
    }

    fn has_plain_key(&self, table: &str, key: &Item) -> bool {
        self.tables.get(table).is_some_and(|table| table.has_plain_key(key))
    }
}

/// What an action of a transaction leaves of its item; `None` when the engine has to say, a failed condition included.
pub(super) fn act_plainly(
    action: &TransactWriteItem,
    recalled: &Recalled,
    key: &Item,
    before: Option<&Item>,
) -> Option<Item> {
    let Recalled::Statement(statement) = recalled else { return None };
    if let Some(put) = &action.put {
        let applied = statement.apply(before, key, put.expression_attribute_values.as_ref())?;
        let is_done = matches!(applied, Applied::Done(_)) && is_plain_item(&put.item);
        return is_done.then(|| put.item.clone());
    }
    let update = action.update.as_ref()?;
    match statement.apply(before, key, update.expression_attribute_values.as_ref())? {
        Applied::Done(after) => Some(after),
        Applied::ConditionFailed => None,
    }
}

fn condition_failed(item: Option<Item>) -> DynoxideError {
    DynoxideError::ConditionalCheckFailedException("The conditional request failed".to_owned(), item)
}

fn is_one_of(member: &Option<String>, allowed: &[&str]) -> bool {
    member.as_deref().is_none_or(|member| allowed.contains(&member))
}

fn answer(attributes: Option<Value>, consumed: Option<Value>) -> Value {
    let mut answer = json!({});
    if let Some(attributes) = attributes {
        answer["Attributes"] = attributes;
    }
    if let Some(consumed) = consumed {
        answer["ConsumedCapacity"] = consumed;
    }
    answer
}
