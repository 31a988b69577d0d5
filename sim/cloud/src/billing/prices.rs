//! Tables of prices: data with a date, and a source for each price.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Charge;

/// The prices of one Region.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Prices {
    pub region: String,
    /// When the prices were looked up: `2026-11-24`.
    pub date: String,
    #[serde(flatten)]
    prices: BTreeMap<Charge, Price>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    pub service: String,
    pub what: String,
    /// What `usd` is the price of.
    pub unit: String,
    /// How many of what is counted make a unit.
    #[serde(default = "one")]
    pub units: f64,
    pub usd: f64,
    /// Units a month that are free.
    #[serde(default)]
    pub free: f64,
    /// Whether they are free for the first twelve months only.
    #[serde(default)]
    pub free_ends: bool,
    /// The page that states it.
    pub source: String,
}

/// Why a table cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PricesError {
    #[error("prices: {0}")]
    Toml(#[from] toml::de::Error),
    #[error("prices lack `{0}`")]
    Lacks(Charge),
    #[error("price of `{0}` is none")]
    NoPrice(Charge),
}

impl Prices {
    /// Reads a table, which must have a price for every charge.
    ///
    /// # Errors
    /// When it is no such table.
    pub fn parse(text: &str) -> Result<Self, PricesError> {
        let prices: Self = toml::from_str(text)?;
        if let Some(lacking) = Charge::ALL.into_iter().find(|charge| !prices.prices.contains_key(charge)) {
            return Err(PricesError::Lacks(lacking));
        }
        let is_price =
            |price: &Price| price.units > 0.0 && price.usd >= 0.0 && price.free >= 0.0 && price.usd.is_finite();
        match prices.prices.iter().find(|(_, price)| !is_price(price)) {
            Some((charge, _)) => Err(PricesError::NoPrice(*charge)),
            None => Ok(prices),
        }
    }

    /// The table of `prices/us-east-1.toml`.
    pub fn us_east_1() -> Self {
        Self::parse(include_str!("../../prices/us-east-1.toml")).expect("a test reads this very table")
    }

    pub fn of(&self, charge: Charge) -> &Price {
        &self.prices[&charge]
    }
}

fn one() -> f64 {
    1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = include_str!("../../prices/us-east-1.toml");

    #[test]
    fn every_price_has_its_source() {
        let prices = Prices::us_east_1();
        assert_eq!(prices.prices.len(), Charge::ALL.len());
        for (charge, price) in &prices.prices {
            assert!(price.source.starts_with("https://aws.amazon.com/"), "{charge}");
            assert!(!price.free_ends || price.free > 0.0, "{charge}");
        }
        assert_eq!(prices.of(Charge::LambdaComputeArm64).usd, 0.000_013_333_4);
    }

    #[test]
    fn a_table_with_a_hole_is_refused_by_name() {
        let refusal = |table: &str| Prices::parse(table).unwrap_err().to_string();
        let section = |name: &str| {
            let begin = TABLE.find(&format!("[{name}]")).unwrap();
            let end = TABLE[begin..].find("\n\n").map_or(TABLE.len(), |length| begin + length);
            &TABLE[begin..end]
        };
        assert_eq!(refusal(&TABLE.replace(section("kms-keys"), "")), "prices lack `kms-keys`");
        let negative = section("traces").replace("5.00", "-5.00");
        assert_eq!(refusal(&TABLE.replace(section("traces"), &negative)), "price of `traces` is none");
        assert!(refusal(&TABLE.replace("[traces]", "[tracks]")).contains("unknown variant `tracks`"));
        assert!(refusal(&TABLE.replace("free = 25", "fee = 25")).contains("unknown field `fee`"));
    }
}
