//! JSON as a tree like the template's own, so that it is read by the same means.

use serde_json::Value as Json;

use crate::yaml::{Entry, Node, Value};

/// `line` stands for every line of `text`: the text may come out of a function, and has no lines of its own then.
pub(super) fn parse(text: &str, line: usize) -> serde_json::Result<Node> {
    serde_json::from_str(text).map(|json| node(json, line))
}

fn node(json: Json, line: usize) -> Node {
    let value = match json {
        Json::Null => Value::Null,
        Json::Bool(flag) => Value::Text(flag.to_string()),
        Json::Number(number) => Value::Text(number.to_string()),
        Json::String(text) => Value::Text(text),
        Json::Array(items) => Value::List(items.into_iter().map(|item| node(item, line)).collect()),
        Json::Object(members) => {
            let entry = |(key, member)| Entry { key, line, value: node(member, line) };
            Value::Map(members.into_iter().map(entry).collect())
        }
    };
    Node::new(line, value)
}
