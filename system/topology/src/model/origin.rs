//! Where in its template a thing was declared: for mistakes that only whoever runs a template can see.

use std::collections::BTreeMap;

use crate::yaml::Node;

/// File and lines of a template.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Origin {
    pub(crate) path: String,
    /// `Parameters` and `Resources`, if they are there.
    pub(crate) sections: BTreeMap<&'static str, Declaration>,
    /// Of resources, and of what SAM makes of a function's events, by logical id.
    pub(crate) declarations: BTreeMap<String, Declaration>,
}

/// Lines, counted from 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Declaration {
    pub line: usize,
    /// Of properties, by name.
    pub properties: BTreeMap<String, usize>,
}

impl Declaration {
    pub fn new(line: usize, properties: &Node) -> Self {
        let of = properties.entries().iter().map(|property| (property.key.clone(), property.line));
        Self { line, properties: of.collect() }
    }
}

impl Origin {
    /// `FILE:LINE` of what has this logical id.
    pub fn of(&self, id: &str) -> Option<String> {
        self.declarations.get(id).map(|declaration| self.place(declaration.line))
    }

    /// `FILE:LINE` of a property, or of the whole when the property is not there.
    pub fn of_property(&self, id: &str, property: &str) -> Option<String> {
        let line = self.declarations.get(id)?.properties.get(property);
        line.map_or_else(|| self.of(id), |line| Some(self.place(*line)))
    }

    /// Whether what has this logical id has a property of this name.
    pub fn declares(&self, id: &str, property: &str) -> bool {
        self.declarations.get(id).is_some_and(|declaration| declaration.properties.contains_key(property))
    }

    /// `FILE:LINE` of a parameter, or of where it should be.
    pub fn of_parameter(&self, name: &str) -> String {
        let declaration = self.sections.get("Parameters");
        let line = declaration.map(|all| all.properties.get(name).unwrap_or(&all.line));
        self.place(line.copied().unwrap_or(1))
    }

    /// `FILE:LINE` where the resources begin: the place of one that is not there.
    pub fn of_resources(&self) -> String {
        self.place(self.sections.get("Resources").map_or(1, |all| all.line))
    }

    fn place(&self, line: usize) -> String {
        format!("{}:{line}", self.path)
    }
}
