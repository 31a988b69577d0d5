//! `!Ref` and `!GetAtt`: parameters, pseudo parameters, and what a resource says of itself.

use super::Function;
use crate::error::alternatives;
use crate::kinds;
use crate::scope::Scope;
use crate::shape::Shape;
use crate::template::Resource;
use crate::yaml::{Node, Value};

/// Only the public partition is modelled.
const PARTITION: &str = "aws";

impl Scope<'_> {
    pub(super) fn reference(&self, argument: &Node, line: usize) -> Node {
        let Some(name) = argument.as_text() else {
            return self.broken(line, format!("`!Ref` of {} (expected a name)", argument.described()));
        };
        if let Some(pseudo) = name.strip_prefix("AWS::") {
            return self.pseudo_parameter(pseudo, line);
        }
        if let Some(function) = name.strip_suffix(".Alias") {
            return self.alias(function, line);
        }
        if let Some(value) = self.parameters.get(name) {
            return Node::new(line, value.clone());
        }
        let Some(resource) = self.template.resources.get(name) else {
            return self.broken(line, format!("`{name}` is neither a parameter nor a resource of this template"));
        };
        match resource.kind.reference {
            Some(shape) => self.shaped(resource, shape, line),
            None => self.broken(line, format!("`!Ref` of a `{}` is not supported", resource.kind.name)),
        }
    }

    /// `!Ref Function.Alias`, which is SAM's: the ARN of the alias that `AutoPublishAlias` makes.
    fn alias(&self, name: &str, line: usize) -> Node {
        let function = self.template.resources.get(name).filter(|resource| resource.kind.name == kinds::FUNCTION);
        let Some(function) = function else {
            return self.broken(line, format!("`{name}` is not a function of this template"));
        };
        match self.alias_arn(function) {
            Some(arn) => Node::text(line, arn),
            None => self.broken(line, format!("`{name}` has no `AutoPublishAlias`")),
        }
    }

    fn pseudo_parameter(&self, name: &str, line: usize) -> Node {
        let text = match name {
            "NoValue" => return Node::new(line, Value::Absent),
            "AccountId" => &self.place.account,
            "Region" => &self.place.region,
            "StackName" => &self.place.stack,
            "Partition" => PARTITION,
            "URLSuffix" => "amazonaws.com",
            _ => {
                let known = ["AccountId", "NoValue", "Partition", "Region", "StackName", "URLSuffix"];
                let known = alternatives(known.map(|name| format!("AWS::{name}")));
                return self.broken(line, format!("unknown pseudo parameter `AWS::{name}` (expected one of {known})"));
            }
        };
        Node::text(line, text)
    }

    /// `!GetAtt Resource.Attribute`, or `!GetAtt [Resource, Attribute]`.
    pub(super) fn get_att(&self, argument: &Node, line: usize) -> Node {
        let Some((name, attribute)) = self.attribute_path(argument) else {
            return self.broken(line, "wrong arguments of `!GetAtt` (expected Resource.Attribute)");
        };
        let Some(resource) = self.template.resources.get(&name) else {
            return self.broken(line, format!("`{name}` is not a resource of this template"));
        };
        match resource.kind.attributes.iter().find(|(known, _)| *known == attribute) {
            Some((_, shape)) => self.shaped(resource, *shape, line),
            None => {
                let known = alternatives(resource.kind.attributes.iter().map(|row| row.0));
                let kind = resource.kind.name;
                self.broken(line, format!("unknown attribute `{attribute}` of `{kind}` (expected {known})"))
            }
        }
    }

    fn attribute_path(&self, argument: &Node) -> Option<(String, String)> {
        match &argument.value {
            Value::Text(path) => path.split_once('.').map(|(name, attribute)| (name.to_owned(), attribute.to_owned())),
            Value::List(_) => {
                let [name, attribute] = self.arguments(Function::GetAtt, "[Resource, Attribute]", argument)?;
                Some((name.as_text()?.to_owned(), attribute.as_text()?.to_owned()))
            }
            _ => None,
        }
    }

    fn shaped(&self, resource: &Resource, shape: Shape, line: usize) -> Node {
        if self.live && !self.is_deployed(resource) {
            return self.broken(line, format!("`{}` is not deployed under this condition", resource.id));
        }
        match self.name_of(resource, line) {
            Some(name) => Node::text(line, shape.of(&resource.id, &name, self.place)),
            None => Node::broken(line),
        }
    }
}
