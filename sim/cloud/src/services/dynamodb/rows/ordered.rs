//! The rows of one index, or of a table, in its order, which is the engine's: by partition, sort key, and for an index the
//! table's keys.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{self, Excluded, Included, Unbounded};
use std::sync::Arc;

use dynoxide::AttributeValue;

use super::super::index::Index;
use super::super::plain::{Attributes, Comparison};
use super::row::Row;

/// Bytes of the rows that one page may look at. A larger page is the engine's, which ends it at 1 MB.
const PAGE_BYTES_MAX: usize = 512 * 1024;

pub struct Ordered {
    pub index: Index,
    /// Names of the keys of its table, where they are not its own.
    keys: Vec<String>,
    partitions: BTreeMap<String, BTreeMap<Place, Arc<Row>>>,
    pub count: u64,
    /// Names and values of what the index holds.
    pub bytes: u64,
}

/// Where a row stands within its partition. A key that there is none of is an empty text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    sort_key: Box<str>,
    table_keys: [Box<str>; 2],
}

/// Which rows to look at.
#[derive(Debug)]
pub struct Wanted<'a> {
    pub partition: &'a AttributeValue,
    /// Bounds of the sort key.
    pub sort_key: Vec<(Comparison, &'a AttributeValue)>,
    pub forward: bool,
    pub limit: Option<usize>,
    /// Rows behind this one, which is within the others.
    pub after: Option<Place>,
}

/// What was looked at.
pub struct Page<'a> {
    pub rows: Vec<&'a Row>,
    pub scanned: usize,
    pub bytes: usize,
    /// The last row that was looked at, when the limit ended the page.
    pub last: Option<&'a Row>,
}

impl Ordered {
    /// `None` for an index of more than one partition key or sort key, whose order is the engine's alone.
    pub fn of_index(index: &Index, keys: &[String]) -> Option<Self> {
        index.is_simple.then(|| Self::new(index.clone(), keys.to_owned()))
    }

    pub fn of_table(keys: &[String]) -> Self {
        Self::new(Index::of_table(keys), Vec::new())
    }

    fn new(index: Index, keys: Vec<String>) -> Self {
        Self { index, keys, partitions: BTreeMap::new(), count: 0, bytes: 0 }
    }

    /// Names of its own keys and of the table's, each once.
    pub fn key_names(&self) -> BTreeSet<&str> {
        let own = self.index.keys.iter().map(|key| &*key.name);
        own.chain(self.keys.iter().map(|name| &**name)).collect()
    }

    pub fn add(&mut self, row: &Arc<Row>) {
        let Some((partition, place)) = self.place(&**row) else { return };
        self.count += 1;
        self.bytes += self.index.size(row.iter()) as u64;
        self.partitions.entry(partition).or_default().insert(place, row.clone());
    }

    pub fn take(&mut self, row: &Row) {
        let Some((partition, place)) = self.place(row) else { return };
        self.count -= 1;
        self.bytes -= self.index.size(row.iter()) as u64;
        let Some(rows) = self.partitions.get_mut(&partition) else { return };
        rows.remove(&place);
        if rows.is_empty() {
            self.partitions.remove(&partition);
        }
    }

    /// Partition and place; `None` for what the index does not hold.
    pub fn place(&self, row: &impl Attributes) -> Option<(String, Place)> {
        let text = |name: &String| row.attribute(name)?.to_key_string();
        let place = |name: Option<&String>| name.map_or(Some(Box::default()), |name| text(name).map(Into::into));
        let sort_key = place(self.index.keys.get(1).map(|key| &key.name))?;
        let table_keys = [place(self.keys.first())?, place(self.keys.get(1))?];
        Some((text(&self.index.keys.first()?.name)?, Place { sort_key, table_keys }))
    }

    /// The rows that are wanted and that `shows` lets through; `None` when the page or a row is the engine's to judge.
    pub fn page(&self, wanted: Wanted<'_>, shows: impl Fn(&Row) -> Option<bool>) -> Option<Page<'_>> {
        let mut page = Page { rows: Vec::new(), scanned: 0, bytes: 0, last: None };
        let Some(rows) = self.partitions.get(&wanted.partition.to_key_string()?) else { return Some(page) };
        let (forward, limit) = (wanted.forward, wanted.limit);
        let mut rows = rows.range(wanted.bounds()?);
        while let Some((_, row)) = if forward { rows.next() } else { rows.next_back() } {
            page.scanned += 1;
            page.bytes += self.index.size(row.iter());
            if page.bytes > PAGE_BYTES_MAX {
                return None;
            }
            if shows(row)? {
                page.rows.push(row);
            }
            if limit == Some(page.scanned) {
                page.last = Some(row);
                break;
            }
        }
        Some(page)
    }
}

impl Wanted<'_> {
    fn bounds(self) -> Option<(Bound<Place>, Bound<Place>)> {
        let (mut from, mut to) = (Unbounded, Unbounded);
        for (comparison, value) in self.sort_key {
            let key = value.to_key_string()?;
            let (at, behind) = (Place::before(&key), Place::before(&format!("{key}\0")));
            match comparison {
                Comparison::Equal => (from, to) = (Included(at), Excluded(behind)),
                Comparison::Less => to = Excluded(at),
                Comparison::LessOrEqual => to = Excluded(behind),
                Comparison::Greater => from = Included(behind),
                Comparison::GreaterOrEqual => from = Included(at),
                Comparison::NotEqual => return None,
            }
        }
        if let Some(after) = self.after {
            *(if self.forward { &mut from } else { &mut to }) = Excluded(after);
        }
        Some((from, to))
    }
}

impl Place {
    /// Before every row with this sort key, and behind every row with a lesser one.
    fn before(sort_key: &str) -> Self {
        Self { sort_key: sort_key.into(), table_keys: Default::default() }
    }
}
