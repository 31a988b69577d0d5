//! The sections of a template, before anything in it is resolved.

use std::collections::BTreeMap;

use crate::error::{Report, alternatives};
use crate::kinds::{self, Kind};
use crate::model::Declaration;
use crate::section::Section;
use crate::yaml::{Entry, Node, Value};

pub(crate) struct Template {
    pub parameters: Node,
    pub mappings: Node,
    pub conditions: Node,
    pub outputs: Node,
    pub resources: BTreeMap<String, Resource>,
    pub sections: BTreeMap<&'static str, Declaration>,
}

/// A resource as declared.
pub(crate) struct Resource {
    /// Its logical id.
    pub id: String,
    pub line: usize,
    pub kind: &'static Kind,
    /// Name of the condition under which it is deployed.
    pub condition: Option<String>,
    /// Its properties, with the template's globals merged in.
    pub properties: Node,
}

impl Template {
    pub fn read(root: &Node, report: &Report) -> Self {
        let section = Section::open(root, "the template", report);
        section.deployment_only(&["Description", "Metadata"]);
        section.one_of("AWSTemplateFormatVersion", &["2010-09-09"]);
        section.one_of("Transform", &["AWS::Serverless-2016-10-31"]);
        section.require("Resources");
        let sections = ["Parameters", "Resources"].into_iter().filter_map(|name| {
            let entry = root.entries().iter().find(|entry| entry.key == name)?;
            Some((name, Declaration::new(entry.line, &entry.value)))
        });
        let part = |key| {
            let node = section.find(key).cloned().unwrap_or(Node::new(1, Value::Map(Vec::new())));
            Section::open_partly(&node, format!("`{key}`"), report);
            node
        };
        let globals = part("Globals");
        let function_globals = Section::open(&globals, "`Globals`", report).find("Function").cloned();
        Self {
            parameters: part("Parameters"),
            mappings: part("Mappings"),
            conditions: part("Conditions"),
            outputs: part("Outputs"),
            resources: resources(&part("Resources"), function_globals.as_ref(), report),
            sections: sections.collect(),
        }
    }
}

fn resources(node: &Node, globals: Option<&Node>, report: &Report) -> BTreeMap<String, Resource> {
    let declared = node.entries().iter().filter_map(|entry| resource(entry, globals, report));
    let resources: BTreeMap<String, Resource> = declared.map(|resource| (resource.id.clone(), resource)).collect();
    for entry in node.entries() {
        for dependency in dependencies(&entry.value).filter(|name| node.get(name).is_none()) {
            report.add(entry.line, format!("`{}` depends on `{dependency}`, which is no resource", entry.key));
        }
    }
    resources
}

fn dependencies(node: &Node) -> impl Iterator<Item = &str> {
    let named = match node.get("DependsOn").map(|node| &node.value) {
        Some(Value::List(items)) => items.iter().filter_map(Node::as_text).collect(),
        Some(Value::Text(name)) => vec![name.as_str()],
        _ => Vec::new(),
    };
    named.into_iter()
}

fn resource(entry: &Entry, globals: Option<&Node>, report: &Report) -> Option<Resource> {
    let section = Section::open(&entry.value, format!("resource `{}`", entry.key), report);
    section.deployment_only(&["DeletionPolicy", "DependsOn", "Metadata", "UpdateReplacePolicy"]);
    let condition = section.text("Condition");
    let own = section.find("Properties").cloned().unwrap_or(Node::new(entry.line, Value::Map(Vec::new())));
    section.require("Type");
    let kind = kind(section.find("Type")?, report)?;
    let properties = match globals {
        Some(globals) if kind.name == kinds::FUNCTION => merged(globals, &own),
        _ => own,
    };
    Some(Resource { id: entry.key.clone(), line: entry.line, kind, condition, properties })
}

fn kind(node: &Node, report: &Report) -> Option<&'static Kind> {
    let found = kinds::KINDS.iter().find(|kind| Some(kind.name) == node.as_text());
    if found.is_none() {
        let known = alternatives(kinds::KINDS.iter().map(|kind| kind.name));
        report.add(node.line, format!("unknown resource type {} (expected one of {known})", node.described()));
    }
    found
}

/// What SAM makes of a global and a resource's own value: maps are merged, lists are joined, anything else is replaced.
fn merged(global: &Node, own: &Node) -> Node {
    let value = match (&global.value, &own.value) {
        (Value::Map(theirs), Value::Map(ours)) => Value::Map(merged_entries(theirs, ours)),
        (Value::List(theirs), Value::List(ours)) => Value::List(theirs.iter().chain(ours).cloned().collect()),
        _ => return own.clone(),
    };
    Node::new(own.line, value)
}

fn merged_entries(global: &[Entry], own: &[Entry]) -> Vec<Entry> {
    let inherited = global.iter().filter(|entry| own.iter().all(|ours| ours.key != entry.key)).cloned();
    let ours = own.iter().map(|entry| match global.iter().find(|theirs| theirs.key == entry.key) {
        Some(theirs) => Entry { value: merged(&theirs.value, &entry.value), ..entry.clone() },
        None => entry.clone(),
    });
    inherited.chain(ours).collect()
}
