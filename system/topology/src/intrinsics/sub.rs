//! `!Sub`: text with `${Name}`, `${Resource.Attribute}` and `${!Literal}` in it.

use crate::scope::Scope;
use crate::yaml::{Node, Value};

impl Scope<'_> {
    /// `!Sub text`, or `!Sub [text, {Name: value, …}]`.
    pub(super) fn sub(&self, argument: &Node, line: usize) -> Node {
        let nothing = Node::new(line, Value::Map(Vec::new()));
        let (text, variables) = match &argument.value {
            Value::Text(text) => (text.as_str(), nothing),
            Value::List(items) => match items.as_slice() {
                [Node { value: Value::Text(text), .. }, variables] => (text.as_str(), self.resolve(variables)),
                _ => return self.wrong_sub(line),
            },
            Value::Broken => return Node::broken(line),
            _ => return self.wrong_sub(line),
        };
        match self.substitute(text, &variables, line) {
            Some(text) => Node::text(line, text),
            None => Node::broken(line),
        }
    }

    fn wrong_sub(&self, line: usize) -> Node {
        self.broken(line, "wrong arguments of `!Sub` (expected text, or [text, {name: value, …}])")
    }

    fn substitute(&self, text: &str, variables: &Node, line: usize) -> Option<String> {
        let mut result = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            result.push_str(before);
            let Some((name, after)) = after.split_once('}') else {
                self.report.add(line, format!("`${{` without `}}` in `{text}`"));
                return None;
            };
            result.push_str(&self.variable(name.trim(), variables, line)?);
            rest = after;
        }
        result.push_str(rest);
        Some(result)
    }

    /// What `${name}` stands for.
    fn variable(&self, name: &str, variables: &Node, line: usize) -> Option<String> {
        if let Some(literal) = name.strip_prefix('!') {
            return Some(format!("${{{literal}}}"));
        }
        let name_node = Node::text(line, name);
        let value = match variables.get(name) {
            Some(own) => own.clone(),
            None if name.contains('.') && !name.ends_with(".Alias") => self.get_att(&name_node, line),
            None => self.reference(&name_node, line),
        };
        match value.value {
            Value::Text(text) => Some(text),
            Value::Broken => None,
            _ => {
                self.report.add(line, format!("`${{{name}}}` is {} (expected text)", value.described()));
                None
            }
        }
    }
}
