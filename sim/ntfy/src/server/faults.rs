//! Faults as small data: a kind, how often, and on which side of the effect.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Nobody listens: connections are refused, and those that are open end.
    Refuse,
    /// The connection is reset: after the effect amid the body of the answer, before it without any answer.
    Reset,
    /// No answer, on a connection that stays open.
    Silent,
    /// The answer takes longer.
    Delay,
    /// The connection is closed after the effect, without an answer.
    Lose,
    /// An answer with another status.
    Error,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum When {
    Before,
    After,
}

/// One rule. The first that applies to a publish decides about it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    pub kind: Kind,
    /// Of one publish meeting it; 1 when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// Publishes that still meet it; until cleared when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// Which side of the effect, for kinds that have both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    /// Of `delay`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay_ms: Option<u64>,
    /// Of `error`; 500 when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
}

impl Fault {
    /// # Errors
    /// What is wrong with the text, naming the key.
    pub fn parse(text: &[u8]) -> Result<Self, String> {
        let fault: Self = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        match fault.mistake() {
            Some(mistake) => Err(mistake.to_owned()),
            None => Ok(fault),
        }
    }

    fn mistake(&self) -> Option<&'static str> {
        let refuse = self.kind == Kind::Refuse;
        if refuse && (self.probability.is_some() || self.count.is_some() || self.when.is_some()) {
            Some("`refuse` lasts until it is cleared: it has no `probability`, `count` or `when`")
        } else if self.kind == Kind::Lose && self.when == Some(When::Before) {
            Some("`when`: `lose` comes after the effect (take `reset` for before it)")
        } else if (self.kind == Kind::Delay) != self.delay_ms.is_some() {
            Some("`delay_ms` is needed by `delay`, and by no other kind")
        } else if self.kind != Kind::Error && self.status.is_some() {
            Some("`status` belongs to `error` alone")
        } else if self.status.is_some_and(|status| !(400..=599).contains(&status)) {
            Some("`status` must be 400 to 599")
        } else if self.probability.is_some_and(|chance| !(0.0..=1.0).contains(&chance)) {
            Some("`probability` must be 0 to 1")
        } else if self.count == Some(0) {
            Some("`count` must be at least 1")
        } else {
            None
        }
    }

    /// Whether the model learns of the publish, although its sender is not told so.
    pub fn takes_effect(&self) -> bool {
        match self.kind {
            Kind::Reset => self.when != Some(When::Before),
            Kind::Silent | Kind::Error => self.when == Some(When::After),
            Kind::Lose | Kind::Delay => true,
            Kind::Refuse => false,
        }
    }
}

/// The rules in force, in the order in which they were set.
#[derive(Default)]
pub struct Faults(Vec<Fault>);

impl Faults {
    pub fn set(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn all(&self) -> &[Fault] {
        &self.0
    }

    pub fn refusing(&self) -> bool {
        self.0.iter().any(|fault| fault.kind == Kind::Refuse)
    }

    /// The fault that this publish meets. One whose count is used up goes away.
    pub fn meet(&mut self, chance: &mut Pcg64Mcg) -> Option<Fault> {
        let met = self.0.iter().position(|fault| chance.random_bool(fault.probability.unwrap_or(1.0)))?;
        let fault = self.0[met].clone();
        match &mut self.0[met].count {
            Some(1) => drop(self.0.remove(met)),
            Some(left) => *left -= 1,
            None => {}
        }
        Some(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(texts: &[&str]) -> Faults {
        Faults(texts.iter().map(|text| Fault::parse(text.as_bytes()).unwrap()).collect())
    }

    #[test]
    fn a_counted_fault_is_met_so_often_and_then_the_next() {
        let mut faults = faults(&[r#"{"kind":"lose","count":2}"#, r#"{"kind":"silent"}"#]);
        let mut chance = Pcg64Mcg::new(1);
        let met: Vec<Kind> = (0..4).map(|_| faults.meet(&mut chance).unwrap().kind).collect();
        assert_eq!(met, [Kind::Lose, Kind::Lose, Kind::Silent, Kind::Silent]);
    }

    #[test]
    fn probability_is_a_share_of_the_publishes() {
        let mut faults = faults(&[r#"{"kind":"lose","probability":0.25}"#]);
        let mut chance = Pcg64Mcg::new(1);
        let met = (0..10_000).filter(|_| faults.meet(&mut chance).is_some()).count();
        assert!((2_300..2_700).contains(&met), "{met}");
    }
}
