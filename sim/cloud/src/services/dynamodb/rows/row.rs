//! An item as the indexes hold it, in little memory: there is one for every item of a table, for as long as it lives.

use std::collections::BTreeSet;
use std::sync::Arc;

use dynoxide::{AttributeValue, Item};

use super::super::plain::Attributes;

/// Attributes by name, in order.
pub struct Row(Box<[(Arc<str>, AttributeValue)]>);

/// The names of attributes, which every row of a table shares.
#[derive(Default)]
pub struct Names(BTreeSet<Arc<str>>);

impl Row {
    pub fn new(item: Item, names: &mut Names) -> Self {
        let mut attributes: Vec<_> = item.into_iter().map(|(name, value)| (names.shared(&name), value)).collect();
        attributes.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
        Self(attributes.into())
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &AttributeValue)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    pub fn to_item(&self) -> Item {
        self.iter().map(|(name, value)| (name.to_owned(), value.clone())).collect()
    }
}

impl Attributes for Row {
    fn attribute(&self, name: &str) -> Option<&AttributeValue> {
        let place = self.0.binary_search_by(|(own, _)| (**own).cmp(name)).ok()?;
        Some(&self.0[place].1)
    }
}

impl Names {
    fn shared(&mut self, name: &str) -> Arc<str> {
        if let Some(shared) = self.0.get(name) {
            return shared.clone();
        }
        let shared: Arc<str> = name.into();
        self.0.insert(shared.clone());
        shared
    }
}
