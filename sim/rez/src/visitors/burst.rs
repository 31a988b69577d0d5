//! A client that sends at its rate, whatever it is answered: above the gateway's limit, mostly 429.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http::header::AUTHORIZATION;
use tokio::task::JoinSet;
use tokio::time::sleep_until;

use super::answered::{Answered, Sender};
use super::{Group, Visitors};
use crate::scenario::Burst;

const ROUTE: &str = "GET /api/messages";
/// Small pages: the client wants answers, not messages.
const PATH: &str = "/api/messages?limit=1";

pub async fn come(visitors: Visitors, burst: Burst) {
    let gap = Duration::from_secs(1) / burst.requests_per_second;
    let mut under_way = JoinSet::new();
    let mut at = burst.from;
    while at < burst.until {
        sleep_until(visitors.clock.instant_after(at)).await;
        under_way.spawn(ask(visitors.clone()));
        while under_way.try_join_next().is_some() {}
        at += gap;
    }
    under_way.join_all().await;
}

/// Asks in the name of the first user, with whatever token there is.
async fn ask(visitors: Visitors) {
    let token = visitors.first(Group::User).lock().await.token.as_ref().map(|token| token.value.clone());
    let request = Request::get(format!("{}{PATH}", visitors.client.origin()));
    let request = token.iter().fold(request, |request, token| request.header(AUTHORIZATION, format!("Bearer {token}")));
    let Ok(request) = request.body(Bytes::new()) else { return };
    let sent = visitors.clock.now();
    let answer = visitors.client.send(request).await;
    let now = visitors.clock.now();
    let took = now.duration_since(sent).unwrap_or_default();
    let group = token.map(|_| Group::User);
    let answered =
        Answered { route: ROUTE, message_id: None, group, sender: Sender::Burst, took, answer: answer.as_ref() };
    visitors.observer.lock().expect("no observer panicked").answered(now, &answered);
}
