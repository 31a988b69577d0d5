//! The document itself: routes, references, and schemas that point into it.

use std::collections::BTreeMap;

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

pub struct Document(Value);

impl Document {
    /// # Panics
    /// When it is no YAML.
    pub fn parse(text: &str) -> Self {
        Self(serde_saphyr::from_str(text).expect("openapi.yaml is YAML"))
    }

    /// Every operation by its route, as the gateway names it: `GET /api/messages/{id}`.
    pub fn routes(&self) -> BTreeMap<String, &Value> {
        let mut routes = BTreeMap::new();
        for (path, item) in self.0["paths"].as_object().into_iter().flatten() {
            let operations = item.as_object().into_iter().flatten();
            for (method, operation) in operations.filter(|(method, _)| METHODS.contains(&method.as_str())) {
                routes.insert(format!("{} {path}", method.to_uppercase()), operation);
            }
        }
        routes
    }

    /// What a reference refers to; anything else is itself.
    pub fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(reference) => self.0.pointer(reference.trim_start_matches('#')).expect("what it refers to"),
            None => value,
        }
    }

    /// References point into the document, so its components travel along.
    ///
    /// # Panics
    /// When it is no schema.
    pub fn validator(&self, schema: &Value) -> Validator {
        let root = json!({"components": self.0["components"], "allOf": [schema]});
        let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
        options.build(&root).expect("a schema of the contract")
    }
}
