//! The contract as one self-contained page: no script, no font, nothing from elsewhere, so that it needs no network to be made or
//! read. `cargo run -p rez-contract --example page` writes it.

mod operation;
mod schema;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;

use crate::document::Document;

const STYLE: &str = include_str!("style.css");

/// The page. All that the document says is escaped.
pub fn page(document: &Document) -> String {
    let info = document.part("info");
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (text(&info["title"])) " REST API" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { (text(&info["title"])) " " (text(&info["version"])) }
                p { (text(&info["summary"])) }
                (prose(&info["description"]))
                (contents(document))
                @for tag in document.part("tags").as_array().into_iter().flatten() { (section(document, tag)) }
                (credentials(document))
                (schema::all(document))
            }
        }
    }
    .into_string()
}

fn contents(document: &Document) -> Markup {
    html! {
        ul class="contents" {
            @for (route, operation) in document.routes() {
                li { a href={"#" (text(&operation["operationId"]))} { code { (route) } } " " (text(&operation["summary"])) }
            }
        }
    }
}

fn section(document: &Document, tag: &Value) -> Markup {
    html! {
        h2 { (text(&tag["name"])) }
        p { (text(&tag["description"])) }
        @for (route, operation) in document.routes() {
            @if operation["tags"][0] == tag["name"] { (operation::section(document, &route, operation)) }
        }
    }
}

/// What has to come with a request that is not for everybody.
fn credentials(document: &Document) -> Markup {
    html! {
        h2 { "Credentials" }
        dl {
            @for (name, scheme) in document.components("securitySchemes") {
                dt id={"credential-" (name)} { code { (name) } }
                dd { (prose(&scheme["description"])) }
            }
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A text of paragraphs, as it stands.
fn prose(value: &Value) -> Markup {
    html! { @for paragraph in text(value).split("\n\n").filter(|it| !it.trim().is_empty()) { p { (paragraph.trim()) } } }
}

/// An example or a schema, as JSON.
fn json(value: &Value) -> Markup {
    html! { pre { (serde_json::to_string_pretty(value).expect("a value is JSON")) } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Contract;

    #[test]
    fn the_page_has_all_of_the_contract_and_leads_nowhere_else() {
        let contract = Contract::load();
        let document = contract.document();
        let page = page(document);
        for (route, operation) in document.routes() {
            let (path, id) = (route.replace('&', "&amp;"), text(&operation["operationId"]));
            assert!(page.contains(&path) && page.contains(&format!("id=\"{id}\"")), "{route}");
            for status in operation["responses"].as_object().expect("responses").keys() {
                assert!(page.contains(&format!("id=\"{id}-{status}\"")), "{route} {status}");
            }
        }
        for (name, _) in document.components("schemas") {
            assert!(page.contains(&format!("id=\"schema-{name}\"")), "{name}");
        }
        for link in page.split("href=\"").skip(1).map(|rest| rest.split('"').next().expect("a link ends")) {
            let target = link.strip_prefix('#').unwrap_or_else(|| panic!("{link} leads away"));
            assert!(page.contains(&format!("id=\"{target}\"")), "{link} leads nowhere");
        }
        assert!(!page.contains(" src=") && !page.contains("<script") && !page.contains("@import"));
    }
}
