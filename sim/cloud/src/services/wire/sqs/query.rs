//! SQS's older protocol: a form in, XML out. It is the other one in every letter, so it is put into the JSON protocol's
//! terms, answered there, and its answer put back.

use serde_json::{Map, Value, json};

use crate::services::ServiceError;
use crate::services::wire::Answer;
use crate::services::wire::query::Form;
use crate::services::wire::xml::{self, Xml};

const NAMESPACE: &str = "http://queue.amazonaws.com/doc/2012-11-05/";

/// Members that are numbers; a form knows only texts.
const NUMBERS: [&str; 6] = [
    "DelaySeconds",
    "MaxNumberOfMessages",
    "MaxNumberOfMessagesPerSecond",
    "MaxResults",
    "VisibilityTimeout",
    "WaitTimeSeconds",
];
/// Lists of texts: how a form numbers them, and what JSON calls them.
const LISTS: [(&str, &str); 4] = [
    ("AttributeName", "AttributeNames"),
    ("MessageAttributeName", "MessageAttributeNames"),
    ("MessageSystemAttributeName", "MessageSystemAttributeNames"),
    ("TagKey", "TagKeys"),
];
/// Maps of texts, likewise.
const MAPS: [(&str, &str); 2] =
    [("MessageAttribute", "MessageAttributes"), ("MessageSystemAttribute", "MessageSystemAttributes")];
/// What a list or map of an answer calls its elements.
const ELEMENTS: [(&str, &str); 6] = [
    ("Attributes", "Attribute"),
    ("MessageAttributes", "MessageAttribute"),
    ("Messages", "Message"),
    ("QueueUrls", "QueueUrl"),
    ("Results", "ListMessageMoveTasksResultEntry"),
    ("queueUrls", "QueueUrl"),
];

/// The form of `operation` as the body of the JSON protocol. `path` is the request's: older clients name the queue there.
pub fn to_json(operation: &str, form: &Form, path: &str) -> Vec<u8> {
    let mut request = members(form, "");
    if !request.contains_key("QueueUrl") && path.len() > 1 {
        request.insert("QueueUrl".to_owned(), path.into());
    }
    let entries: Vec<Value> = form
        .members(&format!("{operation}RequestEntry"))
        .map(|entry| Value::Object(members(form, &format!("{entry}."))))
        .collect();
    if operation.ends_with("Batch") {
        request.insert("Entries".to_owned(), entries.into());
    }
    Value::Object(request).to_string().into_bytes()
}

fn members(form: &Form, prefix: &str) -> Map<String, Value> {
    let plain = form.below(prefix).filter(|(name, _)| !name.contains('.'));
    let mut members: Map<String, Value> = plain.map(|(name, text)| (name.to_owned(), scalar(name, text))).collect();
    for (each, all) in LISTS {
        let texts: Vec<&str> = form.numbered(&format!("{prefix}{each}")).collect();
        if !texts.is_empty() {
            members.insert(all.to_owned(), texts.into());
        }
    }
    for (each, all) in MAPS {
        let attributes: Map<String, Value> =
            form.members(&format!("{prefix}{each}")).filter_map(|at| attribute(form, &at)).collect();
        members.insert(all.to_owned(), attributes.into());
    }
    let attributes: Map<String, Value> = form
        .members(&format!("{prefix}Attribute"))
        .filter_map(|at| Some((form.get(&format!("{at}.Name"))?.to_owned(), form.get(&format!("{at}.Value"))?.into())))
        .collect();
    if !attributes.is_empty() {
        members.insert("Attributes".to_owned(), attributes.into());
    }
    let tags: Map<String, Value> = form
        .members(&format!("{prefix}Tag"))
        .filter_map(|at| Some((form.get(&format!("{at}.Key"))?.to_owned(), form.get(&format!("{at}.Value"))?.into())))
        .collect();
    if !tags.is_empty() {
        // CreateQueue calls them otherwise than TagQueue does.
        members.insert("tags".to_owned(), tags.clone().into());
        members.insert("Tags".to_owned(), tags.into());
    }
    members
}

/// A number that is none stays a text, which the JSON protocol refuses.
fn scalar(name: &str, text: &str) -> Value {
    let number = NUMBERS.contains(&name).then(|| text.parse::<i64>().ok()).flatten();
    number.map_or_else(|| text.into(), Value::from)
}

fn attribute(form: &Form, at: &str) -> Option<(String, Value)> {
    let name = form.get(&format!("{at}.Name"))?.to_owned();
    let value = ["DataType", "StringValue", "BinaryValue"];
    let value =
        value.iter().filter_map(|part| Some(((*part).to_owned(), form.get(&format!("{at}.Value.{part}"))?.into())));
    Some((name, Value::Object(value.collect())))
}

/// The JSON protocol's answer to `operation`, as XML.
pub fn to_xml(operation: &str, answer: Answer) -> Answer {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_else(|_| json!({}));
    if answer.status == 200 {
        return xml::ok(NAMESPACE, operation, element(operation, &body));
    }
    let message = body["message"].as_str().unwrap_or_default();
    // Recorded on AWS: the one refusal that the two protocols word differently.
    let message = match answer.code.as_str() {
        "AWS.SimpleQueueService.NonExistentQueue" => "The specified queue does not exist for this wsdl version.",
        _ => message,
    };
    error(&ServiceError::new(answer.code, message).with_status(answer.status))
}

pub fn error(refusal: &ServiceError) -> Answer {
    xml::error(NAMESPACE, refusal)
}

fn element(operation: &str, value: &Value) -> Xml {
    let Value::Object(members) = value else { return Xml::default() };
    members.iter().fold(Xml::default(), |xml, (name, value)| append(xml, operation, name, value))
}

fn append(xml: Xml, operation: &str, name: &str, value: &Value) -> Xml {
    match value {
        Value::Array(items) => {
            let name = each_of(operation, name);
            items.iter().fold(xml, |xml, item| append(xml, operation, &name, item))
        }
        Value::Object(entries) if name.ends_with("Attributes") => {
            let name = each_of(operation, name);
            entries.iter().fold(xml, |xml, (key, value)| {
                xml.element(&name, append(Xml::default().text("Name", key), operation, "Value", value))
            })
        }
        Value::Object(tags) if name == "Tags" => tags.iter().fold(xml, |xml, (key, value)| {
            xml.element("Tag", append(Xml::default().text("Key", key), operation, "Value", value))
        }),
        Value::Object(_) => xml.element(name, element(operation, value)),
        Value::String(text) => xml.text(name, text),
        other => xml.text(name, &other.to_string()),
    }
}

fn each_of(operation: &str, list: &str) -> String {
    match list {
        "Successful" => format!("{operation}ResultEntry"),
        "Failed" => "BatchResultErrorEntry".to_owned(),
        _ => ELEMENTS.iter().find(|(all, _)| *all == list).map_or(list, |(_, each)| each).to_owned(),
    }
}
