//! What users do, one journey a file, under goose. A closed model: each user does one thing after the other, so a slow
//! system slows its own load down. It shows what people meet, and finds what breaks when they meet it together; objectives
//! are judged by [`crate::open`].

mod create;
mod filter;
mod list;
mod metrics;
mod page;
mod sign_in;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use goose::prelude::*;
use reqwest::RequestBuilder;
use serde::de::DeserializeOwned;

use crate::api::Request;
use crate::credentials::{Credentials, Secret};
use crate::mix::Mix;
use crate::session::Session;
use crate::target::Target;

/// A user looks at what he got for so long before he does the next thing.
const THINK_TIME: (Duration, Duration) = (Duration::from_millis(100), Duration::from_millis(500));

/// Whom users sign in as, and from which origin.
#[derive(Clone, Debug)]
pub struct Visitor {
    pub target: Target,
    pub credentials: Credentials,
    pub origin: String,
}

/// What a user carries from one journey to the next.
#[derive(Clone)]
struct SignedIn(Arc<Session>);

/// The name of the first journey.
pub const SIGN_IN: &str = "sign in";

/// The table of contents, for one user: every journey that sends what is in `mix`, and how often it comes in relation to the
/// others. Whoever watches a message sends more than one request, so he stays at home unless all are wanted.
///
/// # Errors
/// Never, as long as no weight is 0.
pub fn scenario(user: usize, visitor: Visitor, sign_ins: SignIns, mix: &Mix) -> Result<Scenario, GooseError> {
    let journeys = [
        (Some(Request::List), transaction!(journey_list).set_name("list"), 40),
        (Some(Request::Filter), transaction!(journey_filter).set_name("filter"), 20),
        (Some(Request::Page), transaction!(journey_page).set_name("page"), 10),
        (Some(Request::Metrics), transaction!(journey_metrics).set_name("metrics"), 15),
        (Some(Request::Create), transaction!(journey_create).set_name("create"), 10),
        (None, transaction!(journey_watch).set_name("watch until delivered"), 5),
    ];
    let sign_in = sign_in::journey(Arc::new(visitor), sign_ins).set_name(SIGN_IN).set_on_start();
    let scenario = Scenario::new(&format!("user {user}")).set_wait_time(THINK_TIME.0, THINK_TIME.1)?;
    let wanted = journeys.into_iter().filter(|(sends, ..)| sends.map_or(mix.is_whole(), |sends| mix.contains(sends)));
    wanted.into_iter().try_fold(scenario.register_transaction(sign_in), |scenario, (_, journey, weight)| {
        Ok(scenario.register_transaction(journey.set_weight(weight)?))
    })
}

pub use sign_in::SignIns;

use create::journey as journey_create;
use filter::journey as journey_filter;
use list::journey as journey_list;
use metrics::journey as journey_metrics;
use page::journey as journey_page;
use watch::journey as journey_watch;

/// Sends a request as whoever is signed in, shows it under `name`, and reads the answer; nothing when it was refused.
async fn ask<T: DeserializeOwned>(
    user: &mut GooseUser,
    name: &str,
    method: GooseMethod,
    path: &str,
    body: impl FnOnce(RequestBuilder) -> RequestBuilder,
) -> Result<Option<T>, Box<TransactionError>> {
    let token = user.get_session_data::<SignedIn>().map(|SignedIn(session)| session.access_token());
    let token = token.as_ref().map_or("", Secret::expose);
    let request = user.get_request_builder(&method, path)?.bearer_auth(token);
    let request = GooseRequest::builder().method(method).name(name).set_request_builder(body(request)).build();
    let answer = user.request(request).await?;
    let Ok(response) = answer.response else { return Ok(None) };
    if !response.status().is_success() {
        return Ok(None);
    }
    Ok(response.json().await.ok())
}

async fn get<T: DeserializeOwned>(
    user: &mut GooseUser,
    name: &str,
    path: &str,
) -> Result<Option<T>, Box<TransactionError>> {
    ask(user, name, GooseMethod::Get, path, |request| request).await
}
