//! What a publication must look like to be taken.

use super::error;
use super::publish::Publication;
use crate::services::ServiceError;
use crate::services::attribute::{AttributeValue, Attributes, MessageAttribute};

/// Most bytes of a publication, attributes included, unless the topic says otherwise.
pub(super) const SIZE_MAX: usize = 262_144;

/// Most entries of a batch.
const BATCH_MAX: usize = 10;

const SUBJECT_MAX: usize = 100;
const NAME_MAX: usize = 256;

pub(super) fn size(publication: &Publication) -> usize {
    let attributes = publication.attributes.iter().map(|(name, attribute)| attribute.size(name)).sum::<usize>();
    publication.message.len() + attributes
}

pub(super) fn publication(publication: &Publication, size_max: usize) -> Result<(), ServiceError> {
    if publication.message.is_empty() {
        return Err(error::invalid("Empty message"));
    }
    if size(publication) > size_max {
        return Err(error::invalid("Message too long"));
    }
    if publication.deduplication_id.is_some() {
        return Err(error::invalid(
            "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for \
             this topic type",
        ));
    }
    if publication.subject.as_deref().is_some_and(|subject| !is_subject(subject)) {
        return Err(error::invalid("Subject"));
    }
    attributes(&publication.attributes)
}

fn is_subject(subject: &str) -> bool {
    (1..=SUBJECT_MAX).contains(&subject.len()) && subject.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

fn attributes(attributes: &Attributes) -> Result<(), ServiceError> {
    attributes.iter().try_for_each(|(name, attribute)| {
        attribute_name(name)?;
        attribute_value(name, attribute)
    })
}

fn attribute_name(name: &str) -> Result<(), ServiceError> {
    if name.len() > NAME_MAX {
        return Err(error::invalid_value("Length of message attribute name must be less than 256 bytes."));
    }
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if let Some(illegal) = name.chars().find(|&c| !legal(c)) {
        return Err(error::invalid_value(format!(
            "Invalid non-alphanumeric character '#x{:X}' was found in the message attribute name. Can only include \
             alphanumeric characters, hyphens, underscores, or dots.",
            u32::from(illegal)
        )));
    }
    if name.ends_with('.') {
        return Err(error::invalid_value("Invalid message attribute name ending with character '.' was found."));
    }
    Ok(())
}

fn attribute_value(name: &str, attribute: &MessageAttribute) -> Result<(), ServiceError> {
    let kind = attribute.logical_type();
    let field = match kind {
        "String" | "Number" => "String",
        "Binary" => "Binary",
        _ => {
            return Err(error::invalid_value(format!(
                "The message attribute '{name}' has an invalid message attribute type, the set of supported type \
                 prefixes is Binary, Number, and String."
            )));
        }
    };
    if attribute.value.bytes().is_empty() {
        return Err(error::invalid_value(format!(
            "The message attribute '{name}' must contain non-empty message attribute value for message attribute type \
             '{}'.",
            attribute.data_type
        )));
    }
    let given = if matches!(attribute.value, AttributeValue::Binary(_)) { "Binary" } else { "String" };
    if given != field {
        return Err(error::invalid_value(format!(
            "The message attribute '{name}' with type '{}' must use field '{field}'.",
            attribute.data_type
        )));
    }
    Ok(())
}

/// A batch as a whole: few entries, with well-formed and different ids, not too long together.
pub(super) fn batch(entries: &[(String, Publication)], size_max: usize) -> Result<(), ServiceError> {
    if entries.is_empty() {
        return Err(ServiceError::new("EmptyBatchRequest", "The batch request doesn't contain any entries."));
    }
    if entries.len() > BATCH_MAX {
        let message = "The batch request contains more entries than permissible.";
        return Err(ServiceError::new("TooManyEntriesInBatchRequest", message));
    }
    let mut seen = std::collections::BTreeSet::new();
    for (id, _) in entries {
        entry_id(id)?;
        if !seen.insert(id) {
            let message = "Two or more batch entries in the request have the same Id.";
            return Err(ServiceError::new("BatchEntryIdsNotDistinct", message));
        }
    }
    if entries.iter().map(|(_, publication)| size(publication)).sum::<usize>() > size_max {
        let message = "The length of all the messages put together is more than the limit.";
        return Err(ServiceError::new("BatchRequestTooLong", message));
    }
    Ok(())
}

fn entry_id(id: &str) -> Result<(), ServiceError> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let reason = if id.len() > 80 {
        "is too long"
    } else if !id.bytes().all(legal) {
        "contains an impermissible character"
    } else {
        return Ok(());
    };
    let message = format!("The Id of a batch entry in the batch request {reason}: {id}");
    Err(ServiceError::new("InvalidBatchEntryId", message))
}
