//! Schemas: by name where they are used, and each as it stands at the end.

use maud::{Markup, html};
use serde_json::Value;

use super::{json, prose};
use crate::document::Document;

const REFERENCE: &str = "#/components/schemas/";

/// A link to a named schema, or the schema itself.
pub(super) fn short(schema: &Value) -> Markup {
    html! {
        @if let Some(name) = name(schema) { (link(name)) }
        @else if let Some(choices) = schema["oneOf"].as_array() {
            @for (index, choice) in choices.iter().enumerate() {
                @if index > 0 { " or " }
                (short(choice))
            }
        } @else { code { (schema.to_string()) } }
    }
}

pub(super) fn all(document: &Document) -> Markup {
    html! {
        h2 { "Schemas" }
        @for (name, schema) in document.components("schemas") {
            h3 id={"schema-" (name)} { code { (name) } }
            (prose(&schema["description"]))
            @let others = referred(schema);
            @if !others.is_empty() {
                p class="faint" { "Of " @for other in &others { (link(other)) " " } }
            }
            (json(schema))
        }
    }
}

fn link(name: &str) -> Markup {
    html! { a href={"#schema-" (name)} { (name) } }
}

fn name(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.strip_prefix(REFERENCE)
}

/// The named schemas that one is made of.
fn referred(schema: &Value) -> Vec<&str> {
    let below: Vec<&Value> = match schema {
        Value::Object(members) => members.values().collect(),
        Value::Array(values) => values.iter().collect(),
        _ => Vec::new(),
    };
    let mut names: Vec<&str> = name(schema).into_iter().chain(below.into_iter().flat_map(referred)).collect();
    names.sort_unstable();
    names.dedup();
    names
}
