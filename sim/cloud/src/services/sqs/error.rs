//! The refusals of SQS, in the words that were recorded on AWS.

use std::time::Duration;

use crate::services::ServiceError;

/// Most bytes that a message or a batch may have, and the default of `MaximumMessageSize`.
pub const SIZE_MAX: usize = 1_048_576;

/// Most entries of a batch.
pub const BATCH_MAX: usize = 10;

pub fn non_existent_queue() -> ServiceError {
    ServiceError::new("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.")
        .with_shape("QueueDoesNotExist")
}

/// Why a move task failed that names no destination, at a message that was in no other queue before ("Troubleshoot
/// dead-letter queue and DLQ redrive issues", SQS guide).
pub fn could_not_determine_message_source() -> ServiceError {
    ServiceError::new("CouldNotDetermineMessageSource", "The message was sent to the dead-letter queue itself.")
}

pub fn queue_already_exists(attribute: &str) -> ServiceError {
    let message = format!("A queue already exists with the same name and a different value for attribute {attribute}");
    ServiceError::new("QueueAlreadyExists", message).with_shape("QueueNameExists")
}

pub fn queue_deleted_recently() -> ServiceError {
    let message = "You must wait 60 seconds after deleting a queue before you can create another with the same name.";
    ServiceError::new("AWS.SimpleQueueService.QueueDeletedRecently", message).with_shape("QueueDeletedRecently")
}

pub fn purge_in_progress(queue: &str) -> ServiceError {
    let message = format!("Only one PurgeQueue operation on {queue} is allowed every 60 seconds.");
    ServiceError::new("AWS.SimpleQueueService.PurgeQueueInProgress", message)
        .with_shape("PurgeQueueInProgress")
        .with_status(403)
}

pub fn over_limit() -> ServiceError {
    ServiceError::new("OverLimit", "Too many messages in flight")
}

pub fn receipt_handle_is_invalid(handle: &str) -> ServiceError {
    let message = format!("The input receipt handle \"{handle}\" is not a valid receipt handle.");
    ServiceError::new("ReceiptHandleIsInvalid", message)
}

pub fn not_available_for_visibility_change(handle: &str) -> ServiceError {
    let reason = "Message does not exist or is not available for visibility timeout change.";
    invalid_value(handle, "ReceiptHandle", reason)
}

pub fn invalid_value(value: impl std::fmt::Display, parameter: &str, reason: &str) -> ServiceError {
    invalid_parameter(format!("Value {value} for parameter {parameter} is invalid. Reason: {reason}"))
}

pub fn invalid_parameter(message: impl Into<String>) -> ServiceError {
    ServiceError::new("InvalidParameterValue", message).with_shape("InvalidParameterValueException")
}

pub fn visibility_out_of_range(value: impl std::fmt::Display) -> ServiceError {
    invalid_value(value, "VisibilityTimeout", "Must be >= 0 and <= 43200, if provided.")
}

pub fn visibility_beyond_limit(visibility: Duration) -> ServiceError {
    let reason = "Total VisibilityTimeout for the message is beyond the limit [43200 seconds].";
    invalid_value(visibility.as_secs(), "VisibilityTimeout", reason)
}

pub fn missing_parameter(parameter: &str) -> ServiceError {
    ServiceError::new("MissingParameter", format!("The request must contain the parameter {parameter}."))
        .with_shape("MissingRequiredParameterException")
}

pub fn invalid_contents() -> ServiceError {
    let message = "Invalid binary character was found in the message body, the set of allowed characters is #x9 | #xA \
                   | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF";
    ServiceError::new("InvalidMessageContents", message)
}

pub fn unknown_attribute(name: &str) -> ServiceError {
    ServiceError::new("InvalidAttributeName", format!("Unknown Attribute {name}."))
}

pub fn invalid_attribute_value(name: &str, reason: &str) -> ServiceError {
    let reason = if reason.is_empty() { String::new() } else { format!(" Reason: {reason}") };
    ServiceError::new("InvalidAttributeValue", format!("Invalid value for the parameter {name}.{reason}"))
}

pub fn message_too_long(max: usize) -> ServiceError {
    invalid_parameter(format!("One or more parameters are invalid. Reason: Message must be shorter than {max} bytes."))
}

/// The same refusal as an entry of a batch words it.
pub fn entry_too_long(max: usize) -> ServiceError {
    let message =
        format!("One or more parameters cannot be validated. Reason: Message must be shorter than {max} bytes.");
    ServiceError::new("InvalidParameterValue", message)
}

pub fn too_many_entries(sent: usize) -> ServiceError {
    let message = format!("Maximum number of entries per request are {BATCH_MAX}. You have sent {sent}.");
    batch_error("TooManyEntriesInBatchRequest", message)
}

pub fn empty_batch() -> ServiceError {
    batch_error("EmptyBatchRequest", "There should be at least one entry in the request.")
}

pub fn invalid_entry_id() -> ServiceError {
    let message = "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at \
                   most 80 letters long.";
    batch_error("InvalidBatchEntryId", message)
}

pub fn entry_ids_not_distinct(id: &str) -> ServiceError {
    batch_error("BatchEntryIdsNotDistinct", format!("Id {id} repeated."))
}

pub fn batch_too_long(bytes: usize) -> ServiceError {
    let message = format!("Batch requests cannot be longer than {SIZE_MAX} bytes. You have sent {bytes} bytes.");
    batch_error("BatchRequestTooLong", message)
}

fn batch_error(shape: &'static str, message: impl Into<String>) -> ServiceError {
    ServiceError::new(format!("AWS.SimpleQueueService.{shape}"), message).with_shape(shape)
}

pub fn resource_not_found(message: impl Into<String>) -> ServiceError {
    ServiceError::new("ResourceNotFoundException", message).with_status(404)
}
