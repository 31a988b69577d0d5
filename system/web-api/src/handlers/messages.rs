//! `/api/messages…`.

use http::{HeaderValue, StatusCode};
use rez_core::create::once::Creation;
use rez_core::create::{self, NewMessage};
use rez_core::message::Message;
use rez_core::store::Page;
use rez_core::{cancel, redrive};
use serde::Serialize;

use crate::answer::Answer;
use crate::call::Call;
use crate::caller::Caller;
use crate::cursor;
use crate::decode::{headers, list_query, new_message};
use crate::deps::Deps;
use crate::error::{ApiError, ErrorCode};
use crate::idempotency;
use crate::view::MessageView;

#[derive(Serialize)]
struct PageView<'a> {
    messages: Vec<MessageView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// `GET /api/messages`
pub async fn list(deps: &Deps, call: &Call, _: &Caller) -> Result<Answer, ApiError> {
    let query = list_query::decode(call.query())?;
    call.demand_no_body()?;
    let listing = query.filter.listing(deps.environment.stage);
    let after = match &query.cursor {
        Some(text) => Some(cursor::open(&deps.seal().await?, &listing, text)?),
        None => None,
    };
    let Page { messages, next } = deps.creator.store.list(&listing, query.limit, after).await?;
    let next_cursor = match next {
        Some(position) => Some(cursor::seal(&deps.seal().await?, &listing, position)),
        None => None,
    };
    Answer::ok(&PageView { messages: messages.iter().map(MessageView::summary).collect(), next_cursor })
}

/// `POST /api/messages`
pub async fn create(deps: &Deps, call: &Call, caller: &Caller) -> Result<Answer, ApiError> {
    call.demand_no_query()?;
    let key = headers::idempotency_key(call.headers())?;
    let content = new_message::decode(call.headers(), call.body())?;
    let once = key.map(|key| idempotency::once_key(&deps.config.idempotency_table, &caller.sub, key, &content));
    let correlation_id = Some(call.correlation_id.clone());
    let new = NewMessage { created_by: caller.sub.clone(), content, correlation_id };
    let Some(once) = once else {
        return created(&create::manual(&deps.creator, new).await?);
    };
    match create::once::manual(&deps.creator, new, &once).await? {
        Creation::New(message) => created(&message),
        Creation::Before(id) => {
            // It outlives its key by months.
            let gone = || ApiError::caused(ErrorCode::InternalError, "the message of a used key is gone");
            created(&deps.creator.store.get(id).await?.ok_or_else(gone)?).map(Answer::replayed)
        }
        Creation::Otherwise => Err(ErrorCode::IdempotencyKeyReused.into()),
    }
}

/// `GET /api/messages/{id}`
pub async fn show(deps: &Deps, call: &Call, _: &Caller) -> Result<Answer, ApiError> {
    call.demand_nothing_more()?;
    let message = deps.creator.store.get(call.message_id()?).await?;
    Answer::ok(&MessageView::whole(&message.ok_or(ErrorCode::MessageNotFound)?))
}

/// `DELETE /api/messages/{id}`
pub async fn cancel(deps: &Deps, call: &Call, _: &Caller) -> Result<Answer, ApiError> {
    call.demand_nothing_more()?;
    let id = call.message_id()?;
    cancel::cancel(&deps.creator, id).await?;
    let message = deps.creator.store.get(id).await?.ok_or(ErrorCode::MessageNotFound)?;
    Answer::ok(&MessageView::whole(&message))
}

/// `POST /api/messages/{id}/redrive`
pub async fn redrive(deps: &Deps, call: &Call, _: &Caller) -> Result<Answer, ApiError> {
    call.demand_nothing_more()?;
    let message = redrive::redrive(&deps.creator, call.message_id()?).await?;
    Answer::json(StatusCode::ACCEPTED, &MessageView::whole(&message))
}

fn created(message: &Message) -> Result<Answer, ApiError> {
    let location = HeaderValue::try_from(format!("/api/messages/{}", message.id))
        .map_err(|error| ApiError::caused(ErrorCode::InternalError, error))?;
    Ok(Answer::json(StatusCode::CREATED, &MessageView::whole(message))?.at(location))
}
