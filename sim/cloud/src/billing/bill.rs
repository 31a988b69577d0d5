//! A bill: a month's usage, priced.

use std::time::Duration;

use serde::Serialize;

use super::{Charge, Price, Prices, Usage};

/// What a month costs, in US dollars.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bill {
    /// How long usage was counted; everything else is for 30 days.
    pub period: Duration,
    /// Date of the prices.
    pub prices_date: String,
    /// What was used, in the order of [`Charge::ALL`].
    pub items: Vec<BillItem>,
    /// Without any free tier.
    pub monthly_total: f64,
    /// With AWS's free tiers, also those that end after a year.
    pub monthly_total_after_free_tier: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BillItem {
    pub charge: Charge,
    pub service: String,
    pub what: String,
    /// Units in a month.
    pub quantity: f64,
    pub unit: String,
    pub unit_price: f64,
    pub cost: f64,
    pub cost_after_free_tier: f64,
}

impl Bill {
    /// Prices a usage, scaled to 30 days.
    pub fn of(usage: &Usage, prices: &Prices) -> Self {
        let item = |charge: Charge| BillItem::of(charge, usage.monthly(charge), prices.of(charge));
        let items: Vec<BillItem> = Charge::ALL.into_iter().map(item).filter(|item| item.quantity > 0.0).collect();
        Self {
            period: usage.period,
            prices_date: prices.date.clone(),
            monthly_total: items.iter().map(|item| item.cost).sum(),
            monthly_total_after_free_tier: items.iter().map(|item| item.cost_after_free_tier).sum(),
            items,
        }
    }

    /// What one service costs, without any free tier.
    pub fn of_service(&self, service: &str) -> f64 {
        self.items.iter().filter(|item| item.service == service).map(|item| item.cost).sum()
    }
}

impl BillItem {
    fn of(charge: Charge, counted: f64, price: &Price) -> Self {
        let quantity = counted / price.units;
        Self {
            charge,
            service: price.service.clone(),
            what: price.what.clone(),
            quantity,
            unit: price.unit.clone(),
            unit_price: price.usd,
            cost: quantity * price.usd,
            cost_after_free_tier: (quantity - price.free).max(0.0) * price.usd,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_costs_in_proportion_and_what_stands_costs_its_month() {
        let day = Duration::from_secs(86_400);
        let mut usage = Usage { period: 3 * day, ..Usage::default() };
        usage.count(Charge::SqsRequests, 200_000.0);
        usage.standing.insert(Charge::Alarms, 12.0);
        let bill = Bill::of(&usage, &Prices::us_east_1());
        let item = |place: usize| {
            let item = &bill.items[place];
            (item.charge, item.quantity, item.cost, item.cost_after_free_tier)
        };
        assert_eq!(bill.items.len(), 2);
        assert_eq!(item(0), (Charge::SqsRequests, 2.0, 0.8, 0.4));
        assert_eq!(item(1), (Charge::Alarms, 12.0, 1.2000000000000002, 0.2));
        assert!((bill.monthly_total - 2.0).abs() < 1e-9);
        assert!((bill.monthly_total_after_free_tier - 0.6).abs() < 1e-9);
        assert_eq!(bill.of_service("SQS"), 0.8);
    }

    #[test]
    fn nothing_costs_nothing() {
        let bill = Bill::of(&Usage::default(), &Prices::us_east_1());
        assert_eq!((bill.items.len(), bill.monthly_total), (0, 0.0));
    }
}
