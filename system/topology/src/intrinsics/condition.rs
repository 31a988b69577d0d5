//! `!If`, and the functions that `Conditions` are made of.

use super::Function;
use crate::error::alternatives;
use crate::scope::{Progress, Scope};
use crate::yaml::{Node, Value};

impl Scope<'_> {
    /// `!If [condition, then, else]`. The branch not taken is resolved too, so that its mistakes are found in every
    /// stage; but it may speak of resources that are not deployed.
    pub(super) fn choose(&self, argument: &Node, line: usize) -> Node {
        let Value::List(items) = &argument.value else { return self.wrong_if(line) };
        let [name, then, otherwise] = items.as_slice() else { return self.wrong_if(line) };
        let Some(name) = name.as_text() else { return self.wrong_if(line) };
        let Some(holds) = self.condition(name, line) else { return Node::broken(line) };
        let (taken, other) = if holds { (then, otherwise) } else { (otherwise, then) };
        self.dormant().resolve(other);
        self.resolve(taken)
    }

    fn wrong_if(&self, line: usize) -> Node {
        self.broken(line, "wrong arguments of `!If` (expected [condition, then, else])")
    }

    /// Whether the named condition holds; `None` when that is unknown, and reported.
    pub fn condition(&self, name: &str, line: usize) -> Option<bool> {
        match self.conditions.borrow().get(name) {
            Some(Progress::Known(holds)) => return *holds,
            Some(Progress::UnderWay) => {
                self.report.add(line, format!("condition `{name}` depends on itself"));
                return None;
            }
            None => {}
        }
        let Some(expression) = self.template.conditions.get(name) else {
            let known = alternatives(self.template.conditions.entries().iter().map(|entry| &entry.key));
            self.report.add(line, format!("unknown condition `{name}` (expected {known})"));
            return None;
        };
        self.conditions.borrow_mut().insert(name.to_owned(), Progress::UnderWay);
        let holds = self.holds(expression);
        self.conditions.borrow_mut().insert(name.to_owned(), Progress::Known(holds));
        holds
    }

    fn holds(&self, expression: &Node) -> Option<bool> {
        let line = expression.line;
        match &expression.value {
            Value::Call(Function::Equals, argument) => {
                let [left, right] = self.arguments(Function::Equals, "[value, value]", argument)?;
                Some(left.value == right.value)
            }
            Value::Call(Function::Not, argument) => {
                let results = self.all(Function::Not, 1..=1, argument)?;
                Some(!results[0])
            }
            Value::Call(Function::And, argument) => {
                Some(self.all(Function::And, 2..=10, argument)?.iter().all(|holds| *holds))
            }
            Value::Call(Function::Or, argument) => {
                Some(self.all(Function::Or, 2..=10, argument)?.iter().any(|holds| *holds))
            }
            Value::Call(Function::Condition, name) => self.condition(name.as_text()?, line),
            Value::Map(_) if expression.get("Condition").is_some() => {
                self.condition(expression.get("Condition")?.as_text()?, line)
            }
            Value::Broken => None,
            _ => {
                let message = format!(
                    "{} is no condition (expected `!Equals`, `!Not`, `!And`, `!Or` or `!Condition`)",
                    expression.described()
                );
                self.report.add(line, message);
                None
            }
        }
    }

    /// Every operand of `function`; as CloudFormation counts them.
    fn all(&self, function: Function, count: std::ops::RangeInclusive<usize>, argument: &Node) -> Option<Vec<bool>> {
        let operands = match &argument.value {
            Value::List(items) if count.contains(&items.len()) => items,
            Value::Broken => return None,
            _ => {
                let (low, high) = (count.start(), count.end());
                let expected = if low == high { low.to_string() } else { format!("{low} to {high}") };
                let message = format!("wrong arguments of `{}` (expected a list of {expected})", function.tag());
                self.report.add(argument.line, message);
                return None;
            }
        };
        operands.iter().map(|operand| self.holds(operand)).collect()
    }
}
