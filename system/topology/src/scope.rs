//! What a name in a template can mean: parameters, conditions, resources, and the place of the deployment.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::error::Report;
use crate::kinds;
use crate::shape;
use crate::template::{Resource, Template};
use crate::yaml::Value;

/// Where a template is deployed.
pub(crate) struct Place {
    pub region: String,
    pub account: String,
    pub stack: String,
}

/// How far the evaluation of a condition has come.
#[derive(Clone, Copy)]
pub(crate) enum Progress {
    UnderWay,
    /// `None` when it could not be evaluated, which has been reported.
    Known(Option<bool>),
}

/// What resolving needs. `live` is false for what is not deployed, which may refer to what is not deployed either.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'t> {
    pub template: &'t Template,
    pub place: &'t Place,
    pub parameters: &'t BTreeMap<String, Value>,
    pub conditions: &'t RefCell<BTreeMap<String, Progress>>,
    /// Resources whose name is being resolved, to notice a name that contains itself.
    pub naming: &'t RefCell<Vec<String>>,
    pub report: &'t Report,
    pub live: bool,
}

impl<'t> Scope<'t> {
    /// The same scope for something that is not deployed.
    pub fn dormant(self) -> Self {
        Self { live: false, ..self }
    }

    pub fn is_deployed(&self, resource: &Resource) -> bool {
        resource.condition.as_ref().is_none_or(|name| self.condition(name, resource.line).unwrap_or(true))
    }

    /// The physical name of a resource: the one it is given, or one made of the stack and its logical id.
    pub fn name_of(&self, resource: &Resource, line: usize) -> Option<String> {
        let given = resource.kind.name_property.and_then(|property| resource.properties.get(property));
        let Some(given) = given else {
            return Some(format!("{}-{}", self.place.stack, resource.id));
        };
        if self.naming.borrow().contains(&resource.id) {
            self.report.add(line, format!("the name of `{}` refers to itself", resource.id));
            return None;
        }
        self.naming.borrow_mut().push(resource.id.clone());
        let name = self.resolve(given);
        self.naming.borrow_mut().pop();
        match name.value {
            Value::Text(name) => Some(name),
            Value::Absent => Some(format!("{}-{}", self.place.stack, resource.id)),
            // Whoever reads the resource itself reports a name that is no text.
            _ => None,
        }
    }

    /// One attribute of a resource of this template.
    pub fn attribute(&self, resource: &Resource, attribute: &str) -> Option<String> {
        let (_, shape) = resource.kind.attributes.iter().find(|(known, _)| *known == attribute)?;
        Some(shape.of(&resource.id, &self.name_of(resource, resource.line)?, self.place))
    }

    /// What `!Ref` gives for a resource.
    pub fn reference_of(&self, resource: &Resource) -> Option<String> {
        let shape = resource.kind.reference?;
        Some(shape.of(&resource.id, &self.name_of(resource, resource.line)?, self.place))
    }

    /// The name of the alias that SAM publishes for a function, if it does.
    pub fn alias_of(&self, function: &Resource) -> Option<String> {
        let name = self.resolve(function.properties.get("AutoPublishAlias")?);
        name.as_text().map(str::to_owned)
    }

    pub fn alias_arn(&self, function: &Resource) -> Option<String> {
        Some(format!("{}:{}", self.attribute(function, "Arn")?, self.alias_of(function)?))
    }

    /// The logical id of the function with this name or ARN, and the alias if the ARN is an alias's.
    pub fn function(&self, name_or_arn: &str) -> Option<(&'t str, Option<String>)> {
        if let Some(id) = self.id_of(kinds::FUNCTION, name_or_arn) {
            return Some((id, None));
        }
        let mut functions = self.resources_of(kinds::FUNCTION);
        let function = functions.find(|function| self.alias_arn(function).as_deref() == Some(name_or_arn))?;
        Some((&function.id, self.alias_of(function)))
    }

    /// The logical id of the role with this ARN.
    pub fn role_id(&self, arn: &str) -> Option<&'t str> {
        self.id_of(kinds::ROLE, arn)
    }

    fn id_of(&self, kind: &str, name_or_arn: &str) -> Option<&'t str> {
        let is_meant = |resource: &&Resource| {
            let known = [self.name_of(resource, resource.line), self.attribute(resource, "Arn")];
            known.iter().flatten().any(|known| known == name_or_arn)
        };
        self.resources_of(kind).find(is_meant).map(|resource| resource.id.as_str())
    }

    /// The resource of this kind for which `!Ref` gives `reference`.
    pub fn resource_by_reference(&self, kind: &str, reference: &str) -> Option<&'t Resource> {
        self.resources_of(kind).find(|resource| self.reference_of(resource).as_deref() == Some(reference))
    }

    /// Every resource of a kind, deployed or not.
    pub fn resources_of<'k>(&self, kind: &'k str) -> impl Iterator<Item = &'t Resource> + use<'t, 'k> {
        self.template.resources.values().filter(move |resource| resource.kind.name == kind)
    }

    /// An ARN made from a pattern with `{region}`, `{account}` and `{name}`.
    pub fn arn(&self, pattern: &str, name: &str) -> String {
        shape::fill(pattern, name, self.place)
    }
}
