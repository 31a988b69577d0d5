//! Policy documents, of roles and of resources.

use crate::model::Statement;
use crate::section::Section;

/// Comparisons that may be made with `aws:SourceArn`, the one condition key that is modelled.
const SOURCE_COMPARISONS: [&str; 4] = ["ArnEquals", "ArnLike", "StringEquals", "StringLike"];

/// What a policy document is for decides what its statements must say.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// What a role may do, to which resources.
    Role,
    /// Which service may assume a role.
    Trust,
    /// Which service may do what to a resource.
    Resource,
}

pub(super) fn statements(document: &Section<'_>, purpose: Purpose) -> Vec<Statement> {
    document.require("Statement");
    document.one_of("Version", &["2012-10-17"]);
    document.sections("Statement").iter().map(|section| statement(section, purpose)).collect()
}

fn statement(section: &Section<'_>, purpose: Purpose) -> Statement {
    section.deployment_only(&["Sid"]);
    section.require("Effect");
    section.require("Action");
    if purpose != Purpose::Trust {
        section.require("Resource");
    }
    let mut principals = Vec::new();
    if purpose != Purpose::Role
        && let Some(principal) = section.required_section("Principal")
    {
        principals = principal.one_or_more("Service");
        if purpose == Purpose::Resource {
            principals.extend(principal.one_or_more("AWS"));
        }
    }
    let condition = section.section("Condition");
    Statement {
        allow: section.one_of("Effect", &["Allow", "Deny"]).as_deref() == Some("Allow"),
        actions: section.one_or_more("Action"),
        resources: if purpose == Purpose::Trust { Vec::new() } else { section.one_or_more("Resource") },
        principals,
        source_arns: condition.as_ref().map(source_arns).unwrap_or_default(),
    }
}

fn source_arns(condition: &Section<'_>) -> Vec<String> {
    let compared = SOURCE_COMPARISONS.iter().filter_map(|comparison| condition.section(comparison));
    compared.flat_map(|comparison| comparison.one_or_more("aws:SourceArn")).collect()
}
