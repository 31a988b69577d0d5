//! A log line's members, as far as metrics can refer to them: text and numbers at the root. Nothing else is kept, and
//! text is borrowed from the line, because a month has a million of them.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Metadata;

/// Values that one metric may have in one line.
const VALUES_MAX: usize = 100;

/// The root of a line.
#[derive(Debug, Default)]
pub(super) struct Line<'a> {
    pub metadata: Option<Metadata<'a>>,
    members: Vec<(Cow<'a, str>, Member<'a>)>,
}

/// A string that is borrowed also where it stands in a list, or as a key.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Name<'a>(#[serde(borrow)] pub Cow<'a, str>);

#[derive(Debug)]
enum Member<'a> {
    Text(Cow<'a, str>),
    Numbers(Vec<f64>),
    Other,
}

impl<'a> Line<'a> {
    /// The text of a member.
    pub fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        match self.member(name)? {
            Member::Text(text) => Some(text.clone()),
            Member::Numbers(_) | Member::Other => None,
        }
    }

    /// The number of a member, or its numbers.
    pub fn numbers(&self, name: &str) -> Option<Vec<f64>> {
        match self.member(name)? {
            Member::Numbers(numbers) => Some(numbers.clone()),
            Member::Text(_) | Member::Other => None,
        }
    }

    fn member(&self, name: &str) -> Option<&Member<'a>> {
        self.members.iter().rev().find(|(known, _)| known == name).map(|(_, member)| member)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Line<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(LineVisitor)
    }
}

struct LineVisitor;

impl<'de> Visitor<'de> for LineVisitor {
    type Value = Line<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut line = Line::default();
        while let Some(Name(name)) = map.next_key()? {
            if name == "_aws" {
                line.metadata = Some(map.next_value()?);
            } else {
                let member = map.next_value()?;
                line.members.push((name, member));
            }
        }
        Ok(line)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Member<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MemberVisitor)
    }
}

struct MemberVisitor;

impl<'de> Visitor<'de> for MemberVisitor {
    type Value = Member<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Member::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Member::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Member::Numbers(vec![number]))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Member::Numbers(vec![number as f64]))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Member::Numbers(vec![number as f64]))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Member::Other)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Member::Other)
    }

    /// Up to 100 numbers are values; any other list is nothing.
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let (mut numbers, mut are_values) = (Vec::new(), true);
        while let Some(item) = items.next_element::<Member<'de>>()? {
            match item {
                Member::Numbers(item) if item.len() == 1 && numbers.len() < VALUES_MAX => numbers.extend(item),
                _ => are_values = false,
            }
        }
        Ok(if are_values { Member::Numbers(numbers) } else { Member::Other })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Member::Other)
    }
}
