//! Request units: what an operation consumes, and how much of it a table has per second.

use std::collections::HashMap;

use dynoxide::types::{ConsumedCapacity, TRANSACTIONAL_CAPACITY_FACTOR, consumed_capacity_with_indexes};

use crate::services::throttle::Throttle;

/// Request units that a table and its indexes consumed so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Consumed {
    pub read: f64,
    pub write: f64,
}

/// Bytes that are billed as stored, with what AWS adds to each item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    pub table: u64,
    pub indexes: u64,
}

/// What one table may take per second, and what it took.
#[derive(Debug)]
pub(super) struct Capacity {
    pub reads: Throttle,
    pub writes: Throttle,
    consumed: Consumed,
}

impl Capacity {
    pub fn new(reads: Throttle, writes: Throttle) -> Self {
        Self { reads, writes, consumed: Consumed::default() }
    }

    pub fn consumed(&self) -> Consumed {
        self.consumed
    }

    pub fn charge_read(&mut self, units: f64) {
        self.reads.take(units);
        self.consumed.read += units;
    }

    pub fn charge_write(&mut self, units: &WriteUnits) {
        self.writes.take(units.total());
        self.consumed.write += units.total();
    }
}

/// What a write consumes of its table, and of each index that it touches.
#[derive(Clone, Debug, Default)]
pub(super) struct WriteUnits {
    pub table: f64,
    pub indexes: HashMap<String, f64>,
}

impl WriteUnits {
    pub fn of_table(table: f64) -> Self {
        Self { table, indexes: HashMap::new() }
    }

    /// Within a transaction the table's part doubles.
    pub fn transactional(self) -> Self {
        Self { table: self.table * TRANSACTIONAL_CAPACITY_FACTOR, ..self }
    }

    pub fn total(&self) -> f64 {
        self.table + self.indexes.values().sum::<f64>()
    }

    pub fn add(&mut self, other: Self) {
        self.table += other.table;
        for (index, units) in other.indexes {
            *self.indexes.entry(index).or_default() += units;
        }
    }

    /// The `ConsumedCapacity` of an answer, when `mode` (`TOTAL`, `INDEXES`) asks for it.
    pub fn shown(&self, table: &str, mode: &Option<String>) -> Option<ConsumedCapacity> {
        consumed_capacity_with_indexes(table, self.table, &self.indexes, mode)
    }
}
