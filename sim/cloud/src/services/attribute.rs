//! Message attributes, which queues and topics have in common.

use std::collections::BTreeMap;

/// User attributes of a message by name. AWS hashes and returns them sorted by it.
pub type Attributes = BTreeMap<String, MessageAttribute>;

/// One attribute: its type as the sender wrote it (`String`, `Number.float`, …), and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageAttribute {
    pub data_type: String,
    pub value: AttributeValue,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttributeValue {
    /// Strings, numbers and SNS's `String.Array`.
    Text(String),
    Binary(Vec<u8>),
}

impl MessageAttribute {
    pub fn string(value: impl Into<String>) -> Self {
        Self { data_type: "String".to_owned(), value: AttributeValue::Text(value.into()) }
    }

    /// The type without its custom label: `Number` of `Number.float`.
    pub fn logical_type(&self) -> &str {
        self.data_type.split('.').next().unwrap_or_default()
    }

    /// What counts toward the size of a message: name, type and value.
    pub fn size(&self, name: &str) -> usize {
        name.len() + self.data_type.len() + self.value.bytes().len()
    }
}

impl AttributeValue {
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Binary(bytes) => bytes,
        }
    }

    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Binary(_) => None,
        }
    }
}
