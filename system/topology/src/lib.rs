//! Reads `template.yaml` into plain data: the only place where a resource, a permission, an alarm, a timeout or a
//! limit is declared is the template, and everything else reads it from here. What this crate does not know, it
//! refuses by name and line.
//!
//! It is not a deployment tool: properties that only a deployment has a use for are known by name and not kept, and
//! `cfn-lint` checks what CloudFormation itself would check.
//!
//! ```no_run
//! use rez_topology::{Options, Topology};
//!
//! let topology = Topology::from_file("system/template.yaml", &Options::default().parameter("Stage", "prod"))?;
//! println!("{:?}", topology.functions["Scheduler"].timeout);
//! # Ok::<(), rez_topology::TopologyError>(())
//! ```

mod checks;
mod error;
mod intrinsics;
mod kinds;
mod lookup;
mod model;
mod outputs;
mod parameters;
mod resources;
mod scope;
mod section;
mod shape;
mod template;
mod yaml;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

pub use error::{Mistake, TopologyError};
pub use model::*;

use error::Report;
use scope::{Place, Scope};
use template::Template;
use yaml::Value;

/// Where a template is deployed, and with which parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    pub region: String,
    /// Account number, 12 digits.
    pub account: String,
    /// Name of the stack; resources without a name of their own are named after it.
    pub stack: String,
    /// Overrides of the template's parameters.
    pub parameters: BTreeMap<String, String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            region: "us-east-1".to_owned(),
            account: "123456789012".to_owned(),
            stack: "stack".to_owned(),
            parameters: BTreeMap::new(),
        }
    }
}

impl Options {
    /// The same options with one parameter overridden.
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.insert(name.into(), value.into());
        self
    }
}

impl Topology {
    /// Reads the template in a file.
    ///
    /// # Errors
    /// When the file cannot be read, or the template has mistakes.
    pub fn from_file(path: impl AsRef<Path>, options: &Options) -> Result<Self, TopologyError> {
        let path = path.as_ref();
        let bytes = std::fs::read(path).map_err(|source| TopologyError::Read { path: path.to_owned(), source })?;
        let shown = path.display().to_string();
        match str::from_utf8(&bytes) {
            Ok(text) => Self::from_yaml(text, &shown, options),
            Err(error) => Err(TopologyError::Invalid(vec![not_text(&bytes[..error.valid_up_to()], shown)])),
        }
    }

    /// Reads a template; `path` is what its mistakes are reported under.
    ///
    /// # Errors
    /// All mistakes of the template at once, each with its line and what was expected.
    pub fn from_yaml(text: &str, path: &str, options: &Options) -> Result<Self, TopologyError> {
        let report = Report::default();
        let mut topology = read(text, options, &report);
        report.into_result(path)?;
        topology.origin.path = path.to_owned();
        Ok(topology)
    }
}

/// The mistake of the byte that follows on what was `read` in a template.
fn not_text(read: &[u8], path: String) -> Mistake {
    let line = read.iter().filter(|byte| **byte == b'\n').count() + 1;
    Mistake { path, line, message: "a byte that is not UTF-8 (expected a YAML file)".to_owned() }
}

/// What can be made of the template. It is complete only when nothing was reported.
fn read(text: &str, options: &Options, report: &Report) -> Topology {
    let Some(root) = yaml::parse(text, report) else { return Topology::default() };
    let template = Template::read(&root, report);
    let parameters = parameters::values(&template.parameters, &options.parameters, report);
    let place =
        Place { region: options.region.clone(), account: options.account.clone(), stack: options.stack.clone() };
    let scope = Scope {
        template: &template,
        place: &place,
        parameters: &parameters,
        conditions: &RefCell::default(),
        naming: &RefCell::default(),
        report,
        live: true,
    };
    for entry in template.conditions.entries() {
        scope.condition(&entry.key, entry.line);
    }
    let mut topology = Topology {
        region: place.region.clone(),
        account: place.account.clone(),
        parameters: parameters.iter().map(|(name, value)| (name.clone(), plain(value))).collect(),
        ..Topology::default()
    };
    topology.origin.sections = template.sections.clone();
    resources::read_all(&scope, &mut topology);
    outputs::check(&scope);
    if report.is_empty() {
        checks::check(&topology, &template, report);
    }
    topology
}

/// A parameter's value as it was given.
fn plain(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::List(items) => items.iter().filter_map(|item| item.as_text()).collect::<Vec<_>>().join(","),
        _ => String::new(),
    }
}
