//! `Outputs`: kept by nobody, but a mistake in them would stop a deployment, so they are resolved all the same.

use crate::scope::Scope;
use crate::section::Section;
use crate::yaml::Entry;

pub(crate) fn check(scope: &Scope<'_>) {
    for entry in scope.template.outputs.entries() {
        check_one(entry, scope);
    }
}

fn check_one(entry: &Entry, scope: &Scope<'_>) {
    let condition = entry.value.get("Condition").and_then(|name| name.as_text());
    let deployed = condition.is_none_or(|name| scope.condition(name, entry.line).unwrap_or(true));
    let scope = if deployed { *scope } else { scope.dormant() };
    let resolved = scope.resolve(&entry.value);
    let output = Section::open(&resolved, format!("output `{}`", entry.key), scope.report);
    output.deployment_only(&["Condition", "Description"]);
    output.required_text("Value");
    if let Some(export) = output.section("Export") {
        export.required_text("Name");
    }
}
