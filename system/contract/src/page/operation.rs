//! One route: what it takes, and what it answers.

use maud::{Markup, html};
use serde_json::Value;

use super::{json, prose, schema, text};
use crate::document::Document;

pub(super) fn section(document: &Document, route: &str, operation: &Value) -> Markup {
    let id = text(&operation["operationId"]);
    html! {
        h3 id=(id) { code { (route) } " " (text(&operation["summary"])) }
        (prose(&operation["description"]))
        (security(document, operation))
        (parameters(document, operation))
        @let body = document.resolve(&operation["requestBody"]);
        @if body.is_object() {
            h4 { "Body" }
            (prose(&body["description"]))
            (content(document, body))
        }
        h4 { "Answers" }
        @for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
            (response(document, id, status, document.resolve(answer)))
        }
    }
}

/// What an operation demands, or else the whole API.
fn security(document: &Document, operation: &Value) -> Markup {
    let demanded = if operation["security"].is_array() { &operation["security"] } else { document.part("security") };
    let names = demanded.as_array().into_iter().flatten().filter_map(Value::as_object).flatten();
    let names: Vec<&String> = names.map(|(name, _)| name).collect();
    html! {
        p class="faint" {
            @if names.is_empty() { "For everybody." } @else { "With " }
            @for (index, name) in names.iter().enumerate() {
                @if index > 0 { " and " }
                a href={"#credential-" (name)} { code { (name) } }
            }
        }
    }
}

fn parameters(document: &Document, operation: &Value) -> Markup {
    let parameters: Vec<&Value> =
        operation["parameters"].as_array().into_iter().flatten().map(|it| document.resolve(it)).collect();
    html! {
        @if !parameters.is_empty() {
            table {
                tr { th { "parameter" } th { "in" } th { "is" } th { "" } }
                @for parameter in parameters { tr {
                    td { code { (text(&parameter["name"])) } @if parameter["required"] == true { " (required)" } }
                    td { (text(&parameter["in"])) }
                    td { (schema::short(&parameter["schema"])) }
                    td { (text(&parameter["description"])) }
                } }
            }
        }
    }
}

fn response(document: &Document, operation: &str, status: &str, response: &Value) -> Markup {
    html! {
        details id={(operation) "-" (status)} {
            summary { strong { (status) } " " (text(&response["description"])) }
            @if let Some(headers) = response["headers"].as_object() {
                dl { @for (name, header) in headers {
                    dt { code { (name) } }
                    dd { (text(&document.resolve(header)["description"])) }
                } }
            }
            (content(document, response))
        }
    }
}

/// The schema of what is sent or answered, with its examples.
fn content(document: &Document, of: &Value) -> Markup {
    let content = &of["content"]["application/json"];
    html! {
        @if content.is_object() {
            p { "JSON: " (schema::short(&content["schema"])) }
            @for (name, example) in content["examples"].as_object().into_iter().flatten() {
                @let example = document.resolve(example);
                p class="faint" { (example["summary"].as_str().unwrap_or(name)) }
                (json(&example["value"]))
            }
        }
    }
}
