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

use crate::credentials::{Credentials, Secret};
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

/// The table of contents, for one user: every journey, and how often it comes in relation to the others.
///
/// # Errors
/// Never, as long as no weight is 0.
pub fn scenario(user: usize, visitor: Visitor, sign_ins: SignIns) -> Result<Scenario, GooseError> {
    let sign_in = sign_in::journey(Arc::new(visitor), sign_ins);
    Ok(Scenario::new(&format!("user {user}"))
        .set_wait_time(THINK_TIME.0, THINK_TIME.1)?
        .register_transaction(sign_in.set_name(SIGN_IN).set_on_start())
        .register_transaction(transaction!(journey_list).set_name("list").set_weight(40)?)
        .register_transaction(transaction!(journey_filter).set_name("filter").set_weight(20)?)
        .register_transaction(transaction!(journey_page).set_name("page").set_weight(10)?)
        .register_transaction(transaction!(journey_metrics).set_name("metrics").set_weight(15)?)
        .register_transaction(transaction!(journey_create).set_name("create").set_weight(10)?)
        .register_transaction(transaction!(journey_watch).set_name("watch until delivered").set_weight(5)?))
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
