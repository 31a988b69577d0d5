//! One field of a cron expression: lists, ranges, steps and names, as a set of numbers.

use std::collections::BTreeSet;

/// What a field may hold.
pub(super) struct Field {
    pub name: &'static str,
    pub first: u16,
    pub last: u16,
    /// Names of the numbers from `first` on (`JAN`, …); empty when it has none.
    pub names: &'static [&'static str],
}

/// The numbers that a field matches.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Set(BTreeSet<u16>);

impl Set {
    pub fn contains(&self, number: u16) -> bool {
        self.0.contains(&number)
    }

    pub fn first_from(&self, number: u16) -> Option<u16> {
        self.0.range(number..).next().copied()
    }
}

impl Field {
    /// Reads `*`, `7`, `1-5`, `0/15`, `0-30/10`, and lists of these.
    pub fn parse(&self, text: &str) -> Result<Set, String> {
        let mut numbers = BTreeSet::new();
        for item in text.split(',') {
            numbers.extend(self.parse_item(item)?);
        }
        Ok(Set(numbers))
    }

    pub fn contains(&self, number: u16) -> bool {
        (self.first..=self.last).contains(&number)
    }

    pub fn number(&self, text: &str) -> Result<u16, String> {
        let named = self.names.iter().position(|name| name.eq_ignore_ascii_case(text));
        let number = named.map_or_else(|| text.parse().ok(), |position| Some(self.first + position as u16));
        number.filter(|&number| self.contains(number)).ok_or_else(|| self.wrong(text))
    }

    fn parse_item(&self, item: &str) -> Result<impl Iterator<Item = u16>, String> {
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, Some(self.step(step)?)),
            None => (item, None),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (self.first, self.last),
            Some((from, to)) => (self.number(from)?, self.number(to)?),
            // `5/10` means from 5 on, every 10; a bare `5` means 5 only.
            None => (self.number(range)?, if step.is_some() { self.last } else { self.number(range)? }),
        };
        if from > to {
            return Err(self.wrong(range));
        }
        Ok((from..=to).step_by(step.unwrap_or(1)))
    }

    fn step(&self, text: &str) -> Result<usize, String> {
        text.parse().ok().filter(|&step| step > 0).ok_or_else(|| self.wrong(text))
    }

    fn wrong(&self, text: &str) -> String {
        format!("`{text}` is no {} ({} to {})", self.name, self.first, self.last)
    }
}
