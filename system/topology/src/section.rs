//! A map of properties, read by name. What nobody asked for when the section is dropped is unknown, and reported: the
//! code that reads a property is the only place that says it exists.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use crate::error::{Report, alternatives};
use crate::yaml::{Entry, Node, Value};

pub(crate) struct Section<'n> {
    /// `` `AWS::SQS::Queue` ``, or `` `RedrivePolicy` of `AWS::SQS::Queue` ``: how messages call it.
    what: String,
    node: &'n Node,
    report: &'n Report,
    /// Whether somebody else reads it too, and reports what is unknown.
    partly: bool,
    known: RefCell<BTreeSet<&'static str>>,
    /// Known as well, but told already, and never expected.
    refused: RefCell<BTreeSet<&'static str>>,
}

impl<'n> Section<'n> {
    pub fn open(node: &'n Node, what: impl Into<String>, report: &'n Report) -> Self {
        let (known, refused) = <_>::default();
        let section = Self { what: what.into(), node, report, partly: false, known, refused };
        if !matches!(node.value, Value::Map(_) | Value::Broken) {
            report.add(node.line, format!("{} is {} (expected a mapping)", section.what, node.described()));
        }
        section
    }

    /// Opens a section to look something up in it.
    pub fn open_partly(node: &'n Node, what: impl Into<String>, report: &'n Report) -> Self {
        let mut section = Self::open(node, what, report);
        section.partly = true;
        section
    }

    pub fn node(&self) -> &'n Node {
        self.node
    }

    pub fn line(&self) -> usize {
        self.node.line
    }

    /// Accepts properties that only a deployment has a use for.
    pub fn deployment_only(&self, names: &[&'static str]) {
        self.known.borrow_mut().extend(names);
    }

    /// Refuses properties that AWS has, and that would change what is modelled.
    pub fn not_modelled(&self, names: &[&'static str]) {
        self.refused.borrow_mut().extend(names);
        let is_there = |entry: &&Entry| names.contains(&entry.key.as_str()) && entry.value.value != Value::Absent;
        for entry in self.node.entries().iter().filter(is_there) {
            self.report.add(entry.line, format!("`{}` of {} is not modelled", entry.key, self.what));
        }
    }

    /// The value of a property, unless it is not there or was reported.
    pub fn find(&self, key: &'static str) -> Option<&'n Node> {
        self.known.borrow_mut().insert(key);
        let node = self.node.get(key)?;
        match node.value {
            Value::Absent | Value::Broken => None,
            Value::Null => {
                self.report.add(node.line, format!("`{key}` of {} is empty (expected a value)", self.what));
                None
            }
            _ => Some(node),
        }
    }

    /// Reports `key` when it is not there at all.
    pub fn require(&self, key: &'static str) {
        let there = self.node.get(key).is_some_and(|node| node.value != Value::Absent);
        if !there && matches!(self.node.value, Value::Map(_)) {
            self.report.add(self.line(), format!("missing property `{key}` of {}", self.what));
        }
    }

    pub fn wrong(&self, key: &str, value: &Node, expected: impl Display) {
        let message = format!("`{key}` of {} is {} (expected {expected})", self.what, value.described());
        self.report.add(value.line, message);
    }

    pub fn text(&self, key: &'static str) -> Option<String> {
        let node = self.find(key)?;
        let text = node.as_text().map(str::to_owned);
        if text.is_none() {
            self.wrong(key, node, "text");
        }
        text
    }

    pub fn required_text(&self, key: &'static str) -> String {
        self.require(key);
        self.text(key).unwrap_or_default()
    }

    pub fn number<N: FromStr + PartialOrd + Display>(&self, key: &'static str, range: RangeInclusive<N>) -> Option<N> {
        let node = self.find(key)?;
        let number = node.as_text().and_then(|text| text.parse().ok()).filter(|number| range.contains(number));
        if number.is_none() {
            self.wrong(key, node, format!("a number from {} to {}", range.start(), range.end()));
        }
        number
    }

    pub fn seconds(&self, key: &'static str, range: RangeInclusive<u64>) -> Option<Duration> {
        self.number(key, range).map(Duration::from_secs)
    }

    pub fn flag(&self, key: &'static str) -> Option<bool> {
        let node = self.find(key)?;
        let flag = match node.as_text() {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => None,
        };
        if flag.is_none() {
            self.wrong(key, node, "`true` or `false`");
        }
        flag
    }

    pub fn one_of(&self, key: &'static str, allowed: &[&str]) -> Option<String> {
        self.choice(key, self.find(key)?, allowed)
    }

    /// The choice in a list that must hold exactly one.
    pub fn only_one_of(&self, key: &'static str, allowed: &[&str]) -> Option<String> {
        self.choice(key, self.only(key)?, allowed)
    }

    fn choice(&self, key: &str, node: &Node, allowed: &[&str]) -> Option<String> {
        let choice = node.as_text().filter(|text| allowed.contains(text));
        if choice.is_none() && node.value != Value::Broken {
            self.wrong(key, node, alternatives(allowed));
        }
        choice.map(str::to_owned)
    }

    pub fn list(&self, key: &'static str) -> &'n [Node] {
        let Some(node) = self.find(key) else { return &[] };
        match &node.value {
            Value::List(items) => items,
            _ => {
                self.wrong(key, node, "a list");
                &[]
            }
        }
    }

    pub fn texts(&self, key: &'static str) -> Vec<String> {
        self.list(key).iter().filter_map(|item| self.item_text(key, item)).collect()
    }

    /// Texts of a property that takes one or a list, as IAM's do.
    pub fn one_or_more(&self, key: &'static str) -> Vec<String> {
        match self.find(key) {
            Some(Node { value: Value::Text(text), .. }) => vec![text.clone()],
            _ => self.texts(key),
        }
    }

    fn item_text(&self, key: &str, item: &Node) -> Option<String> {
        match &item.value {
            Value::Text(text) => Some(text.clone()),
            Value::Broken => None,
            _ => {
                self.wrong(key, item, "text");
                None
            }
        }
    }

    /// The map of properties in a list that must hold exactly one.
    pub fn only_section(&self, key: &'static str) -> Option<Section<'n>> {
        Some(self.inner(self.only(key)?, self.part(key)))
    }

    fn only(&self, key: &'static str) -> Option<&'n Node> {
        let node = self.find(key)?;
        match self.list(key) {
            [only] => Some(only),
            _ => {
                self.wrong(key, node, "a list of exactly one");
                None
            }
        }
    }

    /// A map of names that the template chooses, such as environment variables.
    pub fn text_map(&self, key: &'static str) -> BTreeMap<String, String> {
        let Some(node) = self.find(key) else { return BTreeMap::new() };
        if !matches!(node.value, Value::Map(_)) {
            self.wrong(key, node, "a mapping");
        }
        let text_of = |entry: &Entry| Some((entry.key.clone(), self.item_text(key, &entry.value)?));
        node.entries().iter().filter(|entry| entry.value.value != Value::Absent).filter_map(text_of).collect()
    }

    /// A property that is itself a map of properties.
    pub fn section(&self, key: &'static str) -> Option<Section<'n>> {
        let node = self.find(key)?;
        Some(self.inner(node, self.part(key)))
    }

    pub fn required_section(&self, key: &'static str) -> Option<Section<'n>> {
        self.require(key);
        self.section(key)
    }

    /// A property that is a list of such maps.
    pub fn sections(&self, key: &'static str) -> Vec<Section<'n>> {
        self.list(key).iter().map(|item| self.inner(item, self.part(key))).collect()
    }

    /// A map of such maps, under names that the template chooses.
    pub fn section_map(&self, key: &'static str) -> Vec<(String, Section<'n>)> {
        let Some(node) = self.find(key) else { return Vec::new() };
        if !matches!(node.value, Value::Map(_)) {
            self.wrong(key, node, "a mapping");
        }
        let section = |entry: &'n Entry| {
            let what = format!("`{}` of {}", entry.key, self.part(key));
            (entry.key.clone(), self.inner(&entry.value, what))
        };
        node.entries().iter().map(section).collect()
    }

    /// What `read` makes of an item of a list.
    pub fn opened<T>(&self, item: &'n Node, key: &str, read: impl FnOnce(&Section<'n>) -> T) -> T {
        read(&self.inner(item, self.part(key)))
    }

    fn inner(&self, node: &'n Node, what: String) -> Section<'n> {
        let mut section = Section::open(node, what, self.report);
        section.partly = self.partly;
        section
    }

    fn part(&self, key: &str) -> String {
        format!("`{key}` of {}", self.what)
    }
}

impl Drop for Section<'_> {
    fn drop(&mut self) {
        if self.partly {
            return;
        }
        let (known, refused) = (self.known.borrow(), self.refused.borrow());
        let is_unknown = |entry: &&Entry| !known.contains(entry.key.as_str()) && !refused.contains(entry.key.as_str());
        for entry in self.node.entries().iter().filter(is_unknown) {
            let expected = alternatives(known.iter());
            let message = format!("unknown property `{}` of {} (expected one of {expected})", entry.key, self.what);
            self.report.add(entry.line, message);
        }
    }
}
