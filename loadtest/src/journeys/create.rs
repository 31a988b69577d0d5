//! A user writes a message.

use goose::prelude::*;

use crate::api::{Message, Request, new_message};

pub async fn journey(user: &mut GooseUser) -> TransactionResult {
    write(user, "closed").await.map(drop)
}

/// The message as the API answered; nothing when it refused.
pub(super) async fn write(user: &mut GooseUser, label: &str) -> Result<Option<Message>, Box<TransactionError>> {
    let body = new_message(label);
    super::ask(user, Request::Create.name(), GooseMethod::Post, Request::Create.path(), |request| request.json(&body))
        .await
}
