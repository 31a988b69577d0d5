//! A template as a tree that keeps what CloudFormation needs of YAML and most readers throw away: the line of every
//! node, the tags (`!Ref`), and scalars as they were written.

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};

use crate::error::Report;
use crate::intrinsics::Function;

/// Far beyond any template, and far below what would exhaust the stack.
const DEPTH_MAX: usize = 64;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    /// Counted from 1.
    pub line: usize,
    pub value: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    /// A scalar as written: whoever reads it knows whether it should be a number.
    Text(String),
    List(Vec<Node>),
    /// In the order of the template.
    Map(Vec<Entry>),
    /// An intrinsic function, in its short or its long form.
    Call(Function, Box<Node>),
    /// `AWS::NoValue`: as if the property were not there.
    Absent,
    /// Something that has been reported already; whoever meets it says no more.
    Broken,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub key: String,
    pub line: usize,
    pub value: Node,
}

impl Node {
    pub fn new(line: usize, value: Value) -> Self {
        Self { line, value }
    }

    pub fn text(line: usize, text: impl Into<String>) -> Self {
        Self::new(line, Value::Text(text.into()))
    }

    pub fn broken(line: usize) -> Self {
        Self::new(line, Value::Broken)
    }

    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The entries of a map; none for anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// What it is, for messages.
    pub fn described(&self) -> String {
        match &self.value {
            Value::Text(text) => format!("`{text}`"),
            Value::List(_) => "a list".to_owned(),
            Value::Map(_) => "a mapping".to_owned(),
            Value::Call(function, _) => format!("`{}`", function.tag()),
            Value::Null | Value::Absent | Value::Broken => "empty".to_owned(),
        }
    }
}

/// Reads the one document in `text`. `None` when it is not YAML; the report says why.
pub(crate) fn parse(text: &str, report: &Report) -> Option<Node> {
    let mut reader = Reader { parser: Parser::new_from_str(text), report };
    match reader.document() {
        Ok(node) => Some(node),
        Err(error) => {
            report.add(error.marker().line(), error.info());
            None
        }
    }
}

struct Reader<'t> {
    parser: Parser<'t, StrInput<'t>>,
    report: &'t Report,
}

impl<'t> Reader<'t> {
    fn document(&mut self) -> Result<Node, ScanError> {
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamStart | Event::DocumentStart(_) => {}
                Event::StreamEnd => return Ok(Node::new(1, Value::Null)),
                event => return self.node(event, span, 0),
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'t>, Span), ScanError> {
        let end = || Err(ScanError::new_str(Marker::default(), "unexpected end of the template"));
        self.parser.next_event().unwrap_or_else(end)
    }

    fn node(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<Node, ScanError> {
        if depth > DEPTH_MAX {
            return Err(ScanError::new(span.start, format!("nested deeper than {DEPTH_MAX} levels")));
        }
        let line = span.start.line();
        let (value, tag) = match event {
            Event::Scalar(text, style, _, tag) => (scalar(&text, style), tag),
            Event::SequenceStart(_, tag) => (self.list(depth)?, tag),
            Event::MappingStart(_, tag) => (self.map(depth)?, tag),
            Event::Alias(_) => {
                let message = "YAML aliases are not supported (CloudFormation refuses them)";
                return Err(ScanError::new_str(span.start, message));
            }
            other => return Err(ScanError::new(span.start, format!("unexpected {other:?}"))),
        };
        let node = Node::new(line, value);
        Ok(match tag {
            Some(tag) => self.tagged(&tag, node),
            None => self.long_form(node),
        })
    }

    fn list(&mut self, depth: usize) -> Result<Value, ScanError> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Value::List(items)),
                (event, span) => items.push(self.node(event, span, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Value, ScanError> {
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            let (key, line) = match self.next()? {
                (Event::MappingEnd, _) => return Ok(Value::Map(entries)),
                (Event::Scalar(key, ..), span) => (key.into_owned(), span.start.line()),
                (_, span) => return Err(ScanError::new_str(span.start, "a key is not a scalar (expected a name)")),
            };
            let (event, span) = self.next()?;
            let value = self.node(event, span, depth + 1)?;
            if let Some(first) = entries.iter().find(|entry| entry.key == key) {
                self.report.add(line, format!("`{key}` appears twice (first in line {})", first.line));
                continue;
            }
            entries.push(Entry { key, line, value });
        }
    }

    /// `!Name value`, the short form of an intrinsic function.
    fn tagged(&self, tag: &Tag, node: Node) -> Node {
        if tag.is_yaml_core_schema() {
            return node;
        }
        let tag = tag.to_string();
        let Some(function) = Function::from_tag(&tag) else {
            self.report.add(node.line, Function::unknown(&tag, Function::tag));
            return Node::broken(node.line);
        };
        Node::new(node.line, Value::Call(function, Box::new(node)))
    }

    /// `{Ref: value}` and `{Fn::Name: value}`, the long form; any other map stays what it is.
    fn long_form(&self, node: Node) -> Node {
        let [Entry { key, .. }] = node.entries() else { return node };
        if key != "Ref" && !key.starts_with("Fn::") {
            return node;
        }
        let Some(function) = Function::from_key(key) else {
            self.report.add(node.line, Function::unknown(key, Function::key));
            return Node::broken(node.line);
        };
        let Value::Map(mut entries) = node.value else { return node };
        let argument = entries.remove(0).value;
        Node::new(node.line, Value::Call(function, Box::new(argument)))
    }
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    match (style, text) {
        (ScalarStyle::Plain, "" | "~" | "null") => Value::Null,
        _ => Value::Text(text.to_owned()),
    }
}
