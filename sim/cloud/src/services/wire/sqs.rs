//! SQS: AWS JSON 1.0, with the error code of the older query protocol in a header, which is what the Rust SDK reports;
//! and that older protocol itself, which some clients still speak.

mod answers;
mod query;
mod requests;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::query::Form;
use super::{Answer, json as wire};
use crate::history::Cause;
use crate::services::ServiceError;
use crate::services::sqs::{Outgoing, Receive, Sqs};
use answers::{Batch, Message, SendResult};
use requests::{
    BatchRequest, ChangeEntry, CreateQueue, DeleteEntry, MoveRequest, OneQueue, QueueNamed, ReceiveMessage,
    SendMessage, SetAttributes, TagRequest, VisibilityRequest,
};

/// Answers one operation. Only ReceiveMessage takes time.
pub(super) async fn answer(
    sqs: &Sqs,
    operation: &str,
    body: &[u8],
    trace_header: Option<&str>,
    cause: Cause<'_>,
) -> Answer {
    let outcome = match operation {
        "SendMessage" => send(sqs, body, trace_header, cause),
        "SendMessageBatch" => send_batch(sqs, body, cause),
        "ReceiveMessage" => receive(sqs, body).await,
        "DeleteMessage" => delete(sqs, body),
        "DeleteMessageBatch" => delete_batch(sqs, body),
        "ChangeMessageVisibility" => change_visibility(sqs, body),
        "ChangeMessageVisibilityBatch" => change_visibility_batch(sqs, body),
        "GetQueueUrl" => queue_url(sqs, body),
        "GetQueueAttributes" => queue_attributes(sqs, body),
        "SetQueueAttributes" => set_queue_attributes(sqs, body),
        "CreateQueue" => create_queue(sqs, body),
        "DeleteQueue" => one_queue(body, |queue| sqs.delete_queue(queue)),
        "PurgeQueue" => one_queue(body, |queue| sqs.purge(queue)),
        "TagQueue" => tag_queue(sqs, body),
        "UntagQueue" => untag_queue(sqs, body),
        "ListQueueTags" => list_queue_tags(sqs, body),
        "ListQueues" => list_queues(sqs, body),
        "ListDeadLetterSourceQueues" => list_dead_letter_sources(sqs, body),
        "StartMessageMoveTask" => start_move(sqs, body),
        "ListMessageMoveTasks" => list_moves(sqs, body),
        "CancelMessageMoveTask" => cancel_move(sqs, body),
        _ => Err(ServiceError::not_modelled("sqs", operation)),
    };
    match outcome {
        Ok(body) => Answer::ok(wire::VERSION_1_0, body),
        Err(refusal) => error(&refusal),
    }
}

/// The same for a form that was sent to `path`.
pub(super) async fn answer_form(
    sqs: &Sqs,
    operation: &str,
    path: &str,
    body: &[u8],
    trace_header: Option<&str>,
    cause: Cause<'_>,
) -> Answer {
    let request = query::to_json(operation, &Form::parse(body), path);
    query::to_xml(operation, answer(sqs, operation, &request, trace_header, cause).await)
}

pub(super) use query::error as form_error;

type Outcome = Result<Vec<u8>, ServiceError>;

fn encode(body: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(body).expect("answers are made of strings and numbers")
}

/// A refusal, with its older code in a header.
pub(super) fn error(refusal: &ServiceError) -> Answer {
    let mut answer = wire::error(refusal, wire::VERSION_1_0);
    let fault = if refusal.status < 500 { "Sender" } else { "Receiver" };
    answer.headers.push(("x-amzn-query-error", format!("{};{fault}", refusal.code)));
    let body = json!({ "__type": format!("com.amazonaws.sqs#{}", refusal.shape), "message": refusal.message });
    Answer { body: body.to_string().into(), ..answer }
}

fn send(sqs: &Sqs, body: &[u8], trace_header: Option<&str>, cause: Cause<'_>) -> Outcome {
    let request: SendMessage = wire::read(body)?;
    let queue = request.queue_url.clone();
    let outgoing = request.into_outgoing(trace_header)?;
    sqs.send(&queue, outgoing, cause).map(|sent| encode(&SendResult::from(sent)))
}

fn send_batch(sqs: &Sqs, body: &[u8], cause: Cause<'_>) -> Outcome {
    let request: BatchRequest<SendMessage> = wire::read(body)?;
    let entries: Result<Vec<(String, Outgoing)>, ServiceError> =
        request.entries.into_iter().map(|entry| Ok((entry.id.clone(), entry.into_outgoing(None)?))).collect();
    let outcome = sqs.send_batch(&request.queue_url, entries?, cause)?;
    Ok(encode(&Batch::new(outcome, |id, sent| SendResult::from(sent).with_id(id))))
}

async fn receive(sqs: &Sqs, body: &[u8]) -> Outcome {
    let request: ReceiveMessage = wire::read(body)?;
    let receive = Receive::new(
        request.max_number_of_messages.unwrap_or(1),
        request.wait_time_seconds,
        request.visibility_timeout,
    )?;
    let received = sqs.receive_with(&request.queue_url, receive).await?;
    if received.is_empty() {
        return Ok(b"{}".to_vec());
    }
    let messages: Vec<Message<'_>> = received.iter().map(|received| Message::new(received, &request)).collect();
    Ok(encode(&BTreeMap::from([("Messages", messages)])))
}

fn delete(sqs: &Sqs, body: &[u8]) -> Outcome {
    let request: DeleteEntry = wire::read(body)?;
    sqs.delete(&request.queue_url, &request.receipt_handle).map(|()| Vec::new())
}

fn delete_batch(sqs: &Sqs, body: &[u8]) -> Outcome {
    let request: BatchRequest<DeleteEntry> = wire::read(body)?;
    let entries = request.entries.into_iter().map(|entry| (entry.id, entry.receipt_handle)).collect();
    let outcome = sqs.delete_batch(&request.queue_url, entries)?;
    Ok(encode(&Batch::new(outcome, |id, ()| json!({ "Id": id }))))
}

fn change_visibility(sqs: &Sqs, body: &[u8]) -> Outcome {
    let request: VisibilityRequest = wire::read(body)?;
    let changed = sqs.change_visibility(&request.queue_url, &request.receipt_handle, request.visibility_timeout);
    changed.map(|()| Vec::new())
}

fn change_visibility_batch(sqs: &Sqs, body: &[u8]) -> Outcome {
    let request: BatchRequest<ChangeEntry> = wire::read(body)?;
    let entry = |entry: ChangeEntry| (entry.id, entry.receipt_handle, entry.visibility_timeout);
    let entries = request.entries.into_iter().map(entry).collect();
    let outcome = sqs.change_visibility_batch(&request.queue_url, entries)?;
    Ok(encode(&Batch::new(outcome, |id, ()| json!({ "Id": id }))))
}

fn one_queue(body: &[u8], act: impl FnOnce(&str) -> Result<(), ServiceError>) -> Outcome {
    let request: OneQueue = wire::read(body)?;
    act(&request.queue_url).map(|()| Vec::new())
}

fn queue_url(sqs: &Sqs, body: &[u8]) -> Outcome {
    let request: QueueNamed = wire::read(body)?;
    sqs.queue_url(&request.queue_name).map(|url| encode(&json!({ "QueueUrl": url })))
}

fn queue_attributes(sqs: &Sqs, body: &[u8]) -> Outcome {
    let request: OneQueue = wire::read(body)?;
    let wanted = |name: &str| request.attribute_names.iter().any(|wanted| wanted == "All" || wanted == name);
    let mut attributes = sqs.attributes(&request.queue_url)?;
    attributes.retain(|name, _| wanted(name));
    if attributes.is_empty() {
        return Ok(b"{}".to_vec());
    }
    Ok(encode(&json!({ "Attributes": attributes })))
}

fn set_queue_attributes(sqs: &Sqs, body: &[u8]) -> Outcome {
    let request: SetAttributes = wire::read(body)?;
    sqs.set_attributes(&request.queue_url, &request.attributes).map(|()| Vec::new())
}

fn create_queue(sqs: &Sqs, body: &[u8]) -> Outcome {
    let request: CreateQueue = wire::read(body)?;
    let url = sqs.create_queue(&request.queue_name, &request.attributes)?;
    sqs.tag(&request.queue_name, request.tags)?;
    Ok(encode(&json!({ "QueueUrl": url })))
}

fn tag_queue(sqs: &Sqs, body: &[u8]) -> Outcome {
    let request: TagRequest = wire::read(body)?;
    sqs.tag(&request.queue_url, request.tags).map(|()| Vec::new())
}

fn untag_queue(sqs: &Sqs, body: &[u8]) -> Outcome {
    let request: TagRequest = wire::read(body)?;
    sqs.untag(&request.queue_url, &request.tag_keys).map(|()| Vec::new())
}

fn list_queue_tags(sqs: &Sqs, body: &[u8]) -> Outcome {
    let request: OneQueue = wire::read(body)?;
    let tags = sqs.tags(&request.queue_url)?;
    Ok(if tags.is_empty() { b"{}".to_vec() } else { encode(&json!({ "Tags": tags })) })
}

fn list_queues(sqs: &Sqs, body: &[u8]) -> Outcome {
    let request: Value = wire::read(body)?;
    let prefix = request.get("QueueNamePrefix").and_then(Value::as_str).unwrap_or_default();
    Ok(encode(&json!({ "QueueUrls": sqs.list_queues(prefix) })))
}

fn list_dead_letter_sources(sqs: &Sqs, body: &[u8]) -> Outcome {
    let request: OneQueue = wire::read(body)?;
    sqs.list_dead_letter_sources(&request.queue_url).map(|urls| encode(&json!({ "queueUrls": urls })))
}

fn start_move(sqs: &Sqs, body: &[u8]) -> Outcome {
    let request: MoveRequest = wire::read(body)?;
    let destination = request.destination_arn.as_deref();
    let handle = sqs.start_move(&request.source_arn, destination, request.max_number_of_messages_per_second)?;
    Ok(encode(&json!({ "TaskHandle": handle })))
}

fn list_moves(sqs: &Sqs, body: &[u8]) -> Outcome {
    let request: MoveRequest = wire::read(body)?;
    let tasks = sqs.list_moves(&request.source_arn, request.max_results.unwrap_or(1))?;
    let results: Vec<Value> = tasks.iter().map(answers::move_task).collect();
    Ok(encode(&json!({ "Results": results })))
}

fn cancel_move(sqs: &Sqs, body: &[u8]) -> Outcome {
    let request: MoveRequest = wire::read(body)?;
    let moved = sqs.cancel_move(&request.task_handle)?;
    Ok(encode(&json!({ "ApproximateNumberOfMessagesMoved": moved })))
}
