//! Attackers, and programs with mistakes: requests that have to be refused, each for its own reason. Which kinds come, and
//! how many, is the scenario's; what there is of each kind stands in a table of its own.

mod body;
mod cursor;
mod loot;
mod query;
mod route;
mod sign_in;
mod token;

use bytes::Bytes;
use http::Request;
use rand::RngExt;
use rez_cloud::Seed;
use tokio::task::JoinSet;
use tokio::time::sleep_until;

use self::loot::Loot;
use super::Visitors;
use super::answered::{Answered, Refusal, Sender};
use super::person::Group;
use crate::run::Plan;
use crate::scenario::HostileKind;
use crate::workload::Arrivals;

/// One way to be hostile.
pub struct Case {
    what: &'static str,
    /// As the contract names it; empty when no route takes it.
    route: &'static str,
    refusal: Refusal,
    /// `None` when the attacker does not have what it takes.
    build: fn(&Loot) -> Option<Request<Bytes>>,
}

impl Case {
    /// Refused by the gateway, in its own name.
    const fn at_the_gate(
        what: &'static str,
        route: &'static str,
        status: u16,
        build: fn(&Loot) -> Option<Request<Bytes>>,
    ) -> Self {
        Self { what, route, refusal: Refusal { status, code: "", field: "" }, build }
    }
}

fn cases(kind: HostileKind) -> &'static [Case] {
    match kind {
        HostileKind::Token => &token::CASES,
        HostileKind::Body => &body::CASES,
        HostileKind::Query => &query::CASES,
        HostileKind::Cursor => &cursor::CASES,
        HostileKind::Route => &route::CASES,
        HostileKind::SignIn => &sign_in::CASES,
    }
}

/// Sends a plan's hostile requests, each at its time.
pub async fn come(visitors: Visitors, plan: Plan) {
    let seed = Seed(plan.seed);
    let hostile = &plan.scenario.hostile;
    let cases: Vec<&'static Case> = hostile.kinds.iter().flat_map(|kind| cases(*kind)).collect();
    if cases.is_empty() {
        return;
    }
    let per_day = hostile.requests_per_day;
    let arrivals = Arrivals::new(seed.stream("hostile arrivals"), per_day, plan.scenario.workload.rhythm);
    let mut choices = seed.stream("hostile");
    let mut under_way = JoinSet::new();
    for at in arrivals.take_while(|at| *at < plan.scenario.duration) {
        sleep_until(visitors.clock.instant_after(at)).await;
        let case = cases[choices.random_range(0..cases.len())];
        under_way.spawn(attack(visitors.clone(), case));
        while under_way.try_join_next().is_some() {}
    }
    under_way.join_all().await;
}

async fn attack(visitors: Visitors, case: &'static Case) {
    let loot = Loot::gather(&visitors).await;
    let Some(request) = (case.build)(&loot) else { return };
    // A forged token is none.
    let with_good_token = loot.token.as_ref().is_some_and(|token| carries(&request, token));
    let sent = visitors.clock.now();
    let answer = visitors.client.send(request).await;
    let now = visitors.clock.now();
    let answered = Answered {
        route: case.route,
        message_id: None,
        group: with_good_token.then_some(Group::User),
        sender: Sender::Hostile { what: case.what, refusal: case.refusal },
        took: now.duration_since(sent).unwrap_or_default(),
        answer: answer.as_ref(),
    };
    visitors.observer.lock().expect("no observer panicked").answered(now, &answered);
}

fn carries(request: &Request<Bytes>, token: &str) -> bool {
    let sent = request.headers().get(http::header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    sent.and_then(|sent| sent.strip_prefix("Bearer ")) == Some(token)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_case_can_be_built_and_has_a_name_of_its_own() {
        let loot = Loot::example();
        let mut names = BTreeSet::new();
        for case in HostileKind::ALL.into_iter().flat_map(cases) {
            assert!((case.build)(&loot).is_some(), "{}", case.what);
            assert!(names.insert(case.what), "{} comes twice", case.what);
        }
    }

    #[test]
    fn whoever_has_nothing_needs_no_token_to_be_hostile() {
        let loot = Loot { token: None, ended: None, cursor: None, cookies: None, ..Loot::example() };
        let possible = HostileKind::ALL.into_iter().flat_map(cases).filter(|case| (case.build)(&loot).is_some());
        assert!(possible.count() > 10);
    }
}
