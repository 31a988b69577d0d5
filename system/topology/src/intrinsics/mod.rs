//! CloudFormation's intrinsic functions: their names, and what each makes of its argument.

mod condition;
mod list;
mod reference;
mod sub;

use crate::error::alternatives;
use crate::scope::Scope;
use crate::yaml::{Entry, Node, Value};

/// Every intrinsic function that is understood; any other is refused by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    And,
    Condition,
    Equals,
    FindInMap,
    GetAtt,
    If,
    Join,
    Not,
    Or,
    Ref,
    Select,
    Split,
    Sub,
}

const NAMES: [(Function, &str); 13] = [
    (Function::And, "And"),
    (Function::Condition, "Condition"),
    (Function::Equals, "Equals"),
    (Function::FindInMap, "FindInMap"),
    (Function::GetAtt, "GetAtt"),
    (Function::If, "If"),
    (Function::Join, "Join"),
    (Function::Not, "Not"),
    (Function::Or, "Or"),
    (Function::Ref, "Ref"),
    (Function::Select, "Select"),
    (Function::Split, "Split"),
    (Function::Sub, "Sub"),
];

impl Function {
    /// The function with this tag, `!Name`.
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::all().find(|function| function.tag() == tag)
    }

    /// The function with this key, `Fn::Name`.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::all().find(|function| function.key() == key)
    }

    fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|(function, _)| *function)
    }

    fn name(self) -> &'static str {
        NAMES.iter().find(|(function, _)| *function == self).map(|(_, name)| *name).expect("every function has a name")
    }

    /// Its short form, `!Name`.
    pub fn tag(self) -> String {
        format!("!{}", self.name())
    }

    /// Its long form, `Fn::Name`, but for two that are older than that prefix.
    pub fn key(self) -> String {
        match self {
            Function::Condition | Function::Ref => self.name().to_owned(),
            _ => format!("Fn::{}", self.name()),
        }
    }

    /// The message for a function that is not understood; `form` says in which form to name the others.
    pub fn unknown(name: &str, form: fn(Self) -> String) -> String {
        let known = alternatives(Self::all().map(form));
        format!("unknown intrinsic `{name}` (expected one of {known})")
    }
}

impl Scope<'_> {
    /// `node` with every intrinsic function in it replaced by its value. What cannot be resolved is reported and left
    /// `Broken`; what resolves to nothing is `Absent` in a map and gone from a list.
    pub fn resolve(&self, node: &Node) -> Node {
        let value = match &node.value {
            Value::Call(function, argument) => return self.call(*function, argument, node.line),
            Value::List(items) => {
                let resolved = items.iter().map(|item| self.resolve(item));
                Value::List(resolved.filter(|item| item.value != Value::Absent).collect())
            }
            Value::Map(entries) => Value::Map(entries.iter().map(|entry| self.resolve_entry(entry)).collect()),
            other => other.clone(),
        };
        Node::new(node.line, value)
    }

    fn resolve_entry(&self, entry: &Entry) -> Entry {
        Entry { key: entry.key.clone(), line: entry.line, value: self.resolve(&entry.value) }
    }

    fn call(&self, function: Function, argument: &Node, line: usize) -> Node {
        match function {
            Function::Ref => self.reference(argument, line),
            Function::GetAtt => self.get_att(argument, line),
            Function::Sub => self.sub(argument, line),
            Function::If => self.choose(argument, line),
            Function::FindInMap => self.find_in_map(argument, line),
            Function::Join => self.join(argument, line),
            Function::Select => self.select(argument, line),
            Function::Split => self.split(argument, line),
            Function::And | Function::Condition | Function::Equals | Function::Not | Function::Or => {
                self.broken(line, format!("`{}` outside of `Conditions` (expected `!If`)", function.tag()))
            }
        }
    }

    /// Reports, and stands in for the value that there is not.
    fn broken(&self, line: usize, message: impl Into<String>) -> Node {
        self.report.add(line, message);
        Node::broken(line)
    }

    /// The arguments of `function`, each resolved. `None` when their number is wrong, or one of them is broken.
    fn arguments<const N: usize>(&self, function: Function, shape: &str, argument: &Node) -> Option<[Node; N]> {
        let resolved = match &argument.value {
            Value::List(items) => items.iter().map(|item| self.resolve(item)).collect(),
            Value::Broken => return None,
            _ => Vec::new(),
        };
        if resolved.iter().any(|node| node.value == Value::Broken) {
            return None;
        }
        match resolved.try_into() {
            Ok(arguments) => Some(arguments),
            Err(_) => {
                self.report.add(argument.line, format!("wrong arguments of `{}` (expected {shape})", function.tag()));
                None
            }
        }
    }
}
