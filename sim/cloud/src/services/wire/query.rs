//! The query protocol's requests: a form, with lists and maps spelled out in its keys.

use std::borrow::Cow;
use std::collections::BTreeMap;

use percent_encoding::percent_decode;

use crate::services::ServiceError;
use crate::services::attribute::{AttributeValue, Attributes, MessageAttribute};

/// A decoded form.
#[derive(Debug, Default)]
pub(super) struct Form(BTreeMap<String, String>);

impl Form {
    /// Reads a form; pieces that are no UTF-8 are read as well as they can be.
    pub fn parse(body: &[u8]) -> Self {
        let pairs = body.split(|&byte| byte == b'&').filter(|pair| !pair.is_empty());
        Self(pairs.map(pair).collect())
    }

    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// The first of `keys` that is there.
    pub fn first_of(&self, keys: &[&str]) -> Option<&str> {
        keys.iter().find_map(|key| self.get(key))
    }

    /// The numbers from 1 for which some key begins with `{prefix}.{number}.`, as long as they follow each other.
    pub fn members(&self, prefix: &str) -> impl Iterator<Item = String> {
        (1_usize..).map(move |number| format!("{prefix}.{number}")).take_while(|member| {
            let from = format!("{member}.");
            self.0.range(from.clone()..).next().is_some_and(|(key, _)| key.starts_with(&from))
        })
    }

    /// Keys and values below `prefix`, without it.
    pub fn below(&self, prefix: &str) -> impl Iterator<Item = (&str, &str)> {
        let from = self.0.range(prefix.to_owned()..);
        from.map_while(move |(key, value)| Some((key.strip_prefix(prefix)?, value.as_str())))
    }

    /// Texts at `{prefix}.1`, `{prefix}.2`, …, as long as they follow each other.
    pub fn numbered(&self, prefix: &str) -> impl Iterator<Item = &str> {
        (1_usize..).map_while(move |number| self.get(&format!("{prefix}.{number}")))
    }

    /// A map of texts: `{prefix}.entry.1.key`, `{prefix}.entry.1.value`, ….
    pub fn map(&self, prefix: &str) -> BTreeMap<String, String> {
        let entry = |member: String| {
            let key = self.get(&format!("{member}.key"))?.to_owned();
            Some((key, self.get(&format!("{member}.value")).unwrap_or_default().to_owned()))
        };
        self.members(&format!("{prefix}.entry")).filter_map(entry).collect()
    }

    /// Message attributes: `{prefix}.entry.1.Name`, `.Value.DataType`, `.Value.StringValue` or `.Value.BinaryValue`.
    pub fn message_attributes(&self, prefix: &str) -> Result<Attributes, ServiceError> {
        self.members(&format!("{prefix}.entry")).map(|member| self.message_attribute(&member)).collect()
    }

    fn message_attribute(&self, member: &str) -> Result<(String, MessageAttribute), ServiceError> {
        let part = |name: &str| self.get(&format!("{member}.{name}"));
        let name = part("Name").unwrap_or_default().to_owned();
        let data_type = part("Value.DataType").unwrap_or_default().to_owned();
        let value = match part("Value.BinaryValue") {
            Some(text) => {
                let bytes = aws_smithy_types::base64::decode(text);
                AttributeValue::Binary(bytes.map_err(|error| {
                    ServiceError::new("InvalidParameter", format!("Invalid parameter: {name} Reason: {error}"))
                })?)
            }
            None => AttributeValue::Text(part("Value.StringValue").unwrap_or_default().to_owned()),
        };
        Ok((name, MessageAttribute { data_type, value }))
    }
}

fn pair(pair: &[u8]) -> (String, String) {
    let middle = pair.iter().position(|&byte| byte == b'=').unwrap_or(pair.len());
    (decode(&pair[..middle]), decode(pair.get(middle + 1..).unwrap_or_default()))
}

fn decode(text: &[u8]) -> String {
    let text: Cow<'_, [u8]> = if text.contains(&b'+') {
        text.iter().map(|&byte| if byte == b'+' { b' ' } else { byte }).collect::<Vec<_>>().into()
    } else {
        text.into()
    };
    percent_decode(&text).decode_utf8_lossy().into_owned()
}
