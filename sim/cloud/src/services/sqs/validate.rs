//! What a message must look like to be taken.

use super::error;
use super::message::Outgoing;
use crate::services::ServiceError;
use crate::services::attribute::{Attributes, MessageAttribute};

/// Most user attributes of a message.
const ATTRIBUTES_MAX: usize = 10;

/// Most characters of an attribute's name.
const NAME_MAX: usize = 256;

/// Bytes that count toward the limits: body and attributes. The trace header does not.
pub(super) fn size(message: &Outgoing) -> usize {
    message.body.len() + message.attributes.iter().map(|(name, attribute)| attribute.size(name)).sum::<usize>()
}

pub(super) fn message(message: &Outgoing, size_max: usize) -> Result<(), ServiceError> {
    if message.body.is_empty() {
        return Err(error::missing_parameter("MessageBody"));
    }
    if !message.body.chars().all(is_allowed) {
        return Err(error::invalid_contents());
    }
    attributes(&message.attributes)?;
    if let Some(group) = &message.group_id {
        group_id(group)?;
    }
    if let Some(id) = &message.deduplication_id {
        let reason = "The request include parameter that is not valid for this queue type.";
        return Err(error::invalid_value(id, "MessageDeduplicationId", reason));
    }
    if let Some(delay) = message.delay.filter(|delay| delay.as_secs() > 900) {
        let reason = "DelaySeconds must be >= 0 and <= 900.";
        return Err(error::invalid_value(delay.as_secs(), "DelaySeconds", reason));
    }
    if size(message) > size_max {
        return Err(error::message_too_long(size_max));
    }
    Ok(())
}

/// XML 1.0's characters ("SendMessage", SQS API reference).
fn is_allowed(character: char) -> bool {
    matches!(character, '\u{9}' | '\u{A}' | '\u{D}' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

fn attributes(attributes: &Attributes) -> Result<(), ServiceError> {
    if attributes.len() > ATTRIBUTES_MAX {
        let sent = attributes.len();
        let message = format!("Number of message attributes [{sent}] exceeds the allowed maximum [{ATTRIBUTES_MAX}].");
        return Err(error::invalid_parameter(message));
    }
    attributes.iter().try_for_each(|(name, value)| attribute(name, value))
}

fn attribute(name: &str, attribute: &MessageAttribute) -> Result<(), ServiceError> {
    let reserved = ["aws.", "amazon."].iter().any(|prefix| name.to_ascii_lowercase().starts_with(prefix));
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if name.is_empty() || name.len() > NAME_MAX || reserved || !name.chars().all(legal) {
        return Err(error::invalid_parameter(format!("Message (user) attribute name '{name}' is invalid.")));
    }
    let kind = attribute.logical_type();
    if !matches!(kind, "String" | "Number" | "Binary") {
        return Err(error::invalid_parameter(format!(
            "The message attribute '{name}' has an invalid message attribute type, the set of supported type prefixes \
             is Binary, Number, and String."
        )));
    }
    if attribute.value.bytes().is_empty() {
        return Err(error::invalid_parameter(format!(
            "Message (user) attribute '{name}' must contain a non-empty value of type '{}'.",
            if kind == "Binary" { "Binary" } else { "String" }
        )));
    }
    Ok(())
}

fn group_id(group: &str) -> Result<(), ServiceError> {
    if (1..=128).contains(&group.len()) && group.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    let reason = "MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.";
    Err(error::invalid_value(group, "MessageGroupId", reason))
}

/// Ids of a batch's entries: present, few, well-formed and different.
pub(super) fn entry_ids<'a>(ids: impl ExactSizeIterator<Item = &'a str>) -> Result<(), ServiceError> {
    match ids.len() {
        0 => return Err(error::empty_batch()),
        count if count > error::BATCH_MAX => return Err(error::too_many_entries(count)),
        _ => {}
    }
    let mut seen = std::collections::BTreeSet::new();
    for id in ids {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if id.is_empty() || id.len() > 80 || !id.bytes().all(legal) {
            return Err(error::invalid_entry_id());
        }
        if !seen.insert(id) {
            return Err(error::entry_ids_not_distinct(id));
        }
    }
    Ok(())
}
