//! From expressions to a statement. What is not plain gives none, and the engine may say why.

use std::collections::HashMap;

use super::statement::{Addition, Comparison, Condition, Operand, Request, Set, Statement};
use super::tokens::tokens;

impl Statement {
    pub fn parse(request: &Request<'_>) -> Option<Self> {
        let key_condition = whole(request.key_condition, request.names, Parser::key_condition)?;
        let condition = whole(request.condition, request.names, Parser::condition)?;
        let mut statement = Self { key_condition, condition, ..Self::default() };
        if let Some(text) = request.update {
            let mut parser = Parser::new(text, request.names)?;
            while parser.ends().is_none() {
                parser.clause(&mut statement)?;
            }
        }
        Some(statement)
    }
}

/// `Some(None)` when there is no condition.
fn whole<'a>(
    text: Option<&'a str>,
    names: Option<&'a HashMap<String, String>>,
    condition: fn(&mut Parser<'a>) -> Option<Condition>,
) -> Option<Option<Condition>> {
    let Some(text) = text else { return Some(None) };
    let mut parser = Parser::new(text, names)?;
    let condition = condition(&mut parser)?;
    parser.ends()?;
    Some(Some(condition))
}

struct Parser<'a> {
    tokens: std::vec::IntoIter<&'a str>,
    names: Option<&'a HashMap<String, String>>,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, names: Option<&'a HashMap<String, String>>) -> Option<Self> {
        Some(Self { tokens: tokens(text)?.into_iter(), names })
    }

    fn ends(&self) -> Option<()> {
        self.tokens.as_slice().is_empty().then_some(())
    }

    fn takes(&mut self, token: &str) -> bool {
        let is_next = self.tokens.as_slice().first() == Some(&token);
        if is_next {
            self.tokens.next();
        }
        is_next
    }

    fn expect(&mut self, token: &str) -> Option<()> {
        self.takes(token).then_some(())
    }

    fn clause(&mut self, statement: &mut Statement) -> Option<()> {
        match self.tokens.next()? {
            "SET" => statement.sets.extend(self.list(Self::set)?),
            "ADD" => statement.additions.extend(self.list(Self::addition)?),
            "REMOVE" => statement.removals.extend(self.list(Self::attribute)?),
            _ => return None,
        }
        Some(())
    }

    fn list<T>(&mut self, element: fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut elements = vec![element(self)?];
        while self.takes(",") {
            elements.push(element(self)?);
        }
        Some(elements)
    }

    fn set(&mut self) -> Option<Set> {
        let attribute = self.attribute()?;
        self.expect("=")?;
        if !self.takes("if_not_exists") {
            return Some(Set { attribute, unless: None, value: self.value()? });
        }
        self.expect("(")?;
        let unless = Some(self.attribute()?);
        self.expect(",")?;
        let value = self.value()?;
        self.expect(")")?;
        Some(Set { attribute, unless, value })
    }

    fn addition(&mut self) -> Option<Addition> {
        Some(Addition { attribute: self.attribute()?, value: self.value()? })
    }

    /// Comparisons joined by `AND`, and `BETWEEN` as the two that it is.
    fn key_condition(&mut self) -> Option<Condition> {
        let mut condition = self.key_part()?;
        while self.takes("AND") {
            condition = Condition::And(condition.into(), self.key_part()?.into());
        }
        Some(condition)
    }

    fn key_part(&mut self) -> Option<Condition> {
        let name = self.attribute()?;
        let compare =
            |comparison, value| Condition::Compare(Operand::Attribute(name.clone()), comparison, Operand::Value(value));
        if !self.takes("BETWEEN") {
            return Some(compare(self.comparison()?, self.value()?));
        }
        let from = compare(Comparison::GreaterOrEqual, self.value()?);
        self.expect("AND")?;
        Some(Condition::And(from.into(), compare(Comparison::LessOrEqual, self.value()?).into()))
    }

    fn condition(&mut self) -> Option<Condition> {
        let mut condition = self.all_of()?;
        while self.takes("OR") {
            condition = Condition::Or(condition.into(), self.all_of()?.into());
        }
        Some(condition)
    }

    fn all_of(&mut self) -> Option<Condition> {
        let mut condition = self.negated()?;
        while self.takes("AND") {
            condition = Condition::And(condition.into(), self.negated()?.into());
        }
        Some(condition)
    }

    fn negated(&mut self) -> Option<Condition> {
        if self.takes("NOT") { Some(Condition::Not(self.negated()?.into())) } else { self.primary() }
    }

    fn primary(&mut self) -> Option<Condition> {
        if self.takes("(") {
            let condition = self.condition()?;
            self.expect(")")?;
            return Some(condition);
        }
        if self.takes("attribute_exists") {
            return Some(Condition::Exists(self.argument()?));
        }
        if self.takes("attribute_not_exists") {
            return Some(Condition::NotExists(self.argument()?));
        }
        Some(Condition::Compare(self.operand()?, self.comparison()?, self.operand()?))
    }

    fn argument(&mut self) -> Option<String> {
        self.expect("(")?;
        let attribute = self.attribute()?;
        self.expect(")")?;
        Some(attribute)
    }

    fn operand(&mut self) -> Option<Operand> {
        let is_value = self.tokens.as_slice().first()?.starts_with(':');
        if is_value { self.value().map(Operand::Value) } else { self.attribute().map(Operand::Attribute) }
    }

    fn comparison(&mut self) -> Option<Comparison> {
        Some(match self.tokens.next()? {
            "=" => Comparison::Equal,
            "<>" => Comparison::NotEqual,
            "<" => Comparison::Less,
            "<=" => Comparison::LessOrEqual,
            ">" => Comparison::Greater,
            ">=" => Comparison::GreaterOrEqual,
            _ => return None,
        })
    }

    fn value(&mut self) -> Option<String> {
        self.tokens.next().filter(|token| token.starts_with(':')).map(str::to_owned)
    }

    fn attribute(&mut self) -> Option<String> {
        let token = self.tokens.next()?;
        match token.as_bytes().first()? {
            b'#' => self.names?.get(token).cloned(),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => Some(token.to_owned()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(update: Option<&str>, condition: Option<&str>) -> Option<Statement> {
        let names = HashMap::from([("#s".to_owned(), "status".to_owned())]);
        let names = Some(&names);
        Statement::parse(&Request { operation: "Update", table: "t", update, condition, names, ..Request::default() })
    }

    #[test]
    fn an_update_has_its_clauses_in_any_order() {
        let parsed = parse(Some("REMOVE a, #s ADD n :one SET b = :b, c = if_not_exists(c, :c)"), None).unwrap();
        assert_eq!(parsed.removals, ["a", "status"]);
        assert_eq!(parsed.additions, [Addition { attribute: "n".into(), value: ":one".into() }]);
        assert_eq!(
            parsed.sets,
            [
                Set { attribute: "b".into(), unless: None, value: ":b".into() },
                Set { attribute: "c".into(), unless: Some("c".into()), value: ":c".into() },
            ]
        );
    }

    #[test]
    fn and_binds_closer_than_or() {
        let parsed = parse(None, Some("#s = :a OR attribute_exists(b) AND NOT :c < d")).unwrap();
        let Some(Condition::Or(_, right)) = parsed.condition else { panic!("{parsed:?}") };
        assert!(matches!(*right, Condition::And(_, _)), "{right:?}");
    }

    #[test]
    fn what_is_not_plain_is_left_to_the_engine() {
        for update in
            ["SET a = b", "SET a = a + :n", "SET a.b = :b", "DELETE a :s", "set a = :a", "SET #x = :a", "SET a ="]
        {
            assert_eq!(parse(Some(update), None), None, "{update}");
        }
        for condition in
            ["a BETWEEN :a AND :b", "a IN (:a)", "size(a) > :n", "begins_with(a, :a)", "a = :a b", "(a = :a"]
        {
            assert_eq!(parse(None, Some(condition)), None, "{condition}");
        }
    }
}
