//! The template's parameters: what they may be, and what they are for this deployment.

use std::collections::BTreeMap;

use crate::error::{Report, alternatives};
use crate::section::Section;
use crate::yaml::{Entry, Node, Value};

/// The value of each parameter: what `overrides` says, or else its default.
pub(crate) fn values(
    declared: &Node,
    overrides: &BTreeMap<String, String>,
    report: &Report,
) -> BTreeMap<String, Value> {
    for name in overrides.keys().filter(|name| declared.get(name).is_none()) {
        let known = alternatives(declared.entries().iter().map(|entry| &entry.key));
        report.add(declared.line, format!("unknown parameter `{name}` (expected one of {known})"));
    }
    let value_of = |entry: &Entry| (entry.key.clone(), value(entry, overrides.get(&entry.key), report));
    declared.entries().iter().map(value_of).collect()
}

fn value(entry: &Entry, chosen: Option<&String>, report: &Report) -> Value {
    let section = Section::open(&entry.value, format!("parameter `{}`", entry.key), report);
    section.deployment_only(&["AllowedPattern", "ConstraintDescription", "Description", "NoEcho"]);
    section.require("Type");
    let kind = section.one_of("Type", &["String", "Number", "CommaDelimitedList"]);
    let allowed = section.texts("AllowedValues");
    let default = section.text("Default");
    let Some(text) = chosen.or(default.as_ref()) else {
        report.add(entry.line, format!("parameter `{}` has no default, and was given no value", entry.key));
        return Value::Broken;
    };
    if !allowed.is_empty() && !allowed.contains(text) {
        let expected = alternatives(&allowed);
        report.add(entry.line, format!("parameter `{}` is `{text}` (expected {expected})", entry.key));
        return Value::Broken;
    }
    typed(text, kind.as_deref(), entry, report)
}

fn typed(text: &str, kind: Option<&str>, entry: &Entry, report: &Report) -> Value {
    match kind {
        Some("CommaDelimitedList") => {
            Value::List(text.split(',').map(|part| Node::text(entry.line, part.trim())).collect())
        }
        Some("Number") if text.parse::<f64>().is_err() => {
            report.add(entry.line, format!("parameter `{}` is `{text}` (expected a number)", entry.key));
            Value::Broken
        }
        _ => Value::Text(text.to_owned()),
    }
}
