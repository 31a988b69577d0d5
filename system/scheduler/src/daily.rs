//! The daily message: one for each day, however often its event comes.

use std::time::Duration;

use rez_core::clock::Moment;
use rez_core::create::{CreateError, Creation, scheduled};
use rez_core::ids::slot_id;
use rez_core::message::{BODY_BYTES_MAX, Content, MessageId, PRIORITY_DEFAULT};
use rez_core::store::{Counter, DayCounts};

use crate::{Deps, Response};

const SCHEDULE: &str = "daily-message";
/// The parameter that holds the template.
const PARAMETER: &str = "daily-message";
const TITLE: &str = "Daily message";
const TEMPLATE: &str =
    "Hello, world! It is {date}. Yesterday: {created} created, {completed} delivered, {failed} failed.";

/// Creates the message of the day on which the event was due. The event carries the second at which its rule fired, so
/// the day is the slot.
pub async fn create(deps: &Deps, due: Moment) -> Result<Response, CreateError> {
    let day = due.day();
    let id = MessageId(slot_id(deps.environment.stage, SCHEDULE, &day));
    let body = body(&template(deps).await, &day, yesterday(deps, due).await.as_ref());
    let tags = vec!["calendar".to_owned()];
    let content = Content { title: TITLE.to_owned(), body, priority: PRIORITY_DEFAULT, tags };
    match scheduled(&deps.creator, id, content).await? {
        Creation::New(message) => Ok(Response::DailyMessage { message_id: message.id, new: true }),
        Creation::Existing(message) => {
            tracing::info!(message_id = %message.id, "the message of this slot exists");
            Ok(Response::DailyMessage { message_id: message.id, new: false })
        }
    }
}

/// A template that cannot be read must not cost the day its message.
async fn template(deps: &Deps) -> String {
    match deps.parameters.get(PARAMETER).await {
        Ok(Some(template)) => template.as_str().to_owned(),
        Ok(None) => TEMPLATE.to_owned(),
        Err(error) => {
            tracing::warn!(code = "parameter_unreadable", parameter = PARAMETER, %error, "using the default template");
            TEMPLATE.to_owned()
        }
    }
}

async fn yesterday(deps: &Deps, due: Moment) -> Option<DayCounts> {
    let day = (due - Duration::from_secs(24 * 60 * 60)).day();
    let counts = deps.creator.store.day_counts(&day).await;
    counts.inspect_err(|error| tracing::warn!(code = "counts_unreadable", %error, "going without counts")).ok()
}

/// The template filled in, or the default's where that makes no message.
fn body(template: &str, day: &str, counts: Option<&DayCounts>) -> String {
    let body = fill(template, day, counts);
    if body.trim().is_empty() || body.len() > BODY_BYTES_MAX {
        tracing::warn!(code = "template_unusable", bytes = body.len(), "using the default template");
        return fill(TEMPLATE, day, counts);
    }
    body
}

fn fill(template: &str, day: &str, counts: Option<&DayCounts>) -> String {
    let count = |counter| counts.map_or("?".to_owned(), |counts| counts.of(counter).to_string());
    template
        .replace("{date}", day)
        .replace("{created}", &count(Counter::Created))
        .replace("{completed}", &count(Counter::Completed))
        .replace("{failed}", &count(Counter::Failed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_filled_with_the_date_and_yesterdays_counts() {
        let mut counts = DayCounts::default();
        counts.counts.extend([(Counter::Created, 12), (Counter::Completed, 11)]);
        assert_eq!(
            body("{date}: {created}/{completed}/{failed} {x}", "2026-11-23", Some(&counts)),
            "2026-11-23: 12/11/0 {x}"
        );
        assert_eq!(body("{created}", "2026-11-23", None), "?");
    }

    #[test]
    fn a_template_that_makes_no_message_is_replaced() {
        let default = body(TEMPLATE, "2026-11-23", None);
        assert_eq!(body("  ", "2026-11-23", None), default);
        assert_eq!(body(&"x".repeat(4097), "2026-11-23", None), default);
    }
}
