//! `!Join`, `!Select`, `!Split` and `!FindInMap`: text from lists, lists from text, values from `Mappings`.

use super::Function;
use crate::error::alternatives;
use crate::scope::Scope;
use crate::yaml::{Node, Value};

impl Scope<'_> {
    pub(super) fn join(&self, argument: &Node, line: usize) -> Node {
        let shape = "[delimiter, [text, …]]";
        let Some([delimiter, list]) = self.arguments(Function::Join, shape, argument) else {
            return Node::broken(line);
        };
        let (Some(delimiter), Value::List(items)) = (delimiter.as_text(), &list.value) else {
            return self.broken(line, format!("wrong arguments of `!Join` (expected {shape})"));
        };
        if items.iter().any(|item| item.value == Value::Broken) {
            return Node::broken(line);
        }
        match items.iter().map(Node::as_text).collect::<Option<Vec<_>>>() {
            Some(texts) => Node::text(line, texts.join(delimiter)),
            None => self.broken(line, format!("wrong arguments of `!Join` (expected {shape})")),
        }
    }

    pub(super) fn select(&self, argument: &Node, line: usize) -> Node {
        let shape = "[index, [value, …]]";
        let Some([index, list]) = self.arguments(Function::Select, shape, argument) else {
            return Node::broken(line);
        };
        let (Some(Ok(index)), Value::List(items)) = (index.as_text().map(str::parse::<usize>), &list.value) else {
            return self.broken(line, format!("wrong arguments of `!Select` (expected {shape})"));
        };
        match items.get(index) {
            Some(item) => item.clone(),
            None => self.broken(line, format!("`!Select` of {index} from a list of {}", items.len())),
        }
    }

    pub(super) fn split(&self, argument: &Node, line: usize) -> Node {
        let shape = "[delimiter, text]";
        let Some([delimiter, text]) = self.arguments(Function::Split, shape, argument) else {
            return Node::broken(line);
        };
        match (delimiter.as_text(), text.as_text()) {
            (Some(delimiter), Some(text)) if !delimiter.is_empty() => {
                Node::new(line, Value::List(text.split(delimiter).map(|part| Node::text(line, part)).collect()))
            }
            _ => self.broken(line, format!("wrong arguments of `!Split` (expected {shape})")),
        }
    }

    pub(super) fn find_in_map(&self, argument: &Node, line: usize) -> Node {
        let shape = "[mapping, first key, second key]";
        let Some([mapping, first, second]) = self.arguments(Function::FindInMap, shape, argument) else {
            return Node::broken(line);
        };
        let keys = [mapping.as_text(), first.as_text(), second.as_text()];
        let [Some(mapping), Some(first), Some(second)] = keys else {
            return self.broken(line, format!("wrong arguments of `!FindInMap` (expected {shape})"));
        };
        let mut found = &self.template.mappings;
        for (place, key) in [
            ("`Mappings`".to_owned(), mapping),
            (format!("`{mapping}`"), first),
            (format!("`{mapping}.{first}`"), second),
        ] {
            match found.get(key) {
                Some(value) => found = value,
                None => return self.broken(line, format!("no `{key}` in {place} (expected {})", known_keys(found))),
            }
        }
        Node::new(line, found.value.clone())
    }
}

fn known_keys(node: &Node) -> String {
    alternatives(node.entries().iter().map(|entry| &entry.key))
}
