//! One file for each family of resources: what its properties are, and what becomes of them.

pub(crate) mod alarm;
mod alias;
pub(crate) mod api;
pub(crate) mod dashboard;
pub(crate) mod deployment;
pub(crate) mod event;
pub(crate) mod function;
pub(crate) mod key;
pub(crate) mod log;
pub(crate) mod parameter;
mod policy;
pub(crate) mod queue;
pub(crate) mod role;
pub(crate) mod rule;
pub(crate) mod sign_in;
pub(crate) mod table;
pub(crate) mod topic;
pub(crate) mod trace;

use crate::model::{Declaration, Topology};
use crate::scope::Scope;
use crate::section::Section;
use crate::template::Resource;
use crate::yaml::Node;

/// One resource while it is read.
pub(crate) struct Reading<'r> {
    pub scope: Scope<'r>,
    pub resource: &'r Resource,
    /// With intrinsic functions resolved.
    properties: Node,
}

impl Reading<'_> {
    pub fn id(&self) -> String {
        self.resource.id.clone()
    }

    pub fn properties(&self) -> Section<'_> {
        let what = format!("`{}`", self.resource.kind.name);
        let section = Section::open(&self.properties, what, self.scope.report);
        if let Some(property) = self.resource.kind.name_property {
            section.text(property);
        }
        section
    }

    /// The physical name; empty when that was reported.
    pub fn name(&self) -> String {
        self.scope.name_of(self.resource, self.resource.line).unwrap_or_default()
    }

    /// What `!Ref` gives for it; empty when that was reported.
    pub fn reference(&self) -> String {
        self.scope.reference_of(self.resource).unwrap_or_default()
    }

    pub fn attribute(&self, attribute: &str) -> String {
        self.scope.attribute(self.resource, attribute).unwrap_or_default()
    }

    /// The resource of `kind` whose `!Ref` a property holds; reported when it is none.
    pub fn named(&self, properties: &Section<'_>, key: &'static str, kind: &str, expected: &str) -> Option<&Resource> {
        let node = properties.find(key)?;
        let found = node.as_text().and_then(|text| self.scope.resource_by_reference(kind, text));
        if found.is_none() {
            properties.wrong(key, node, expected);
        }
        found
    }

    /// Another resource of the template, to look something up in it.
    pub fn other<'o>(&'o self, resource: &'o Resource) -> Reading<'o> {
        Reading { scope: self.scope, resource, properties: self.scope.resolve(&resource.properties) }
    }

    /// The properties of a resource that is only looked into. What is unknown in them is reported by its own reader.
    pub fn properties_again(&self) -> Section<'_> {
        Section::open_partly(&self.properties, format!("`{}`", self.resource.kind.name), self.scope.report)
    }
}

/// Reads every resource into `topology`. One that is not deployed is read as well, so that its mistakes are found in
/// every stage, and then left out.
pub(crate) fn read_all(scope: &Scope<'_>, topology: &mut Topology) {
    let mut left_out = Topology::default();
    for resource in scope.template.resources.values() {
        let deployed = scope.is_deployed(resource);
        let scope = if deployed { *scope } else { scope.dormant() };
        let reading = Reading { scope, resource, properties: scope.resolve(&resource.properties) };
        let topology = if deployed { &mut *topology } else { &mut left_out };
        let declaration = Declaration::new(resource.line, &reading.properties);
        topology.origin.declarations.insert(reading.id(), declaration);
        (resource.kind.read)(&reading, topology);
    }
}
