//! A user writes a message, and looks at it until it is delivered.

use std::time::Duration;

use goose::prelude::*;

use crate::api::Message;

/// How often and for how long somebody looks before he gives up.
const LOOK_INTERVAL: Duration = Duration::from_millis(500);
const LOOKS_MAX: usize = 20;

pub async fn journey(user: &mut GooseUser) -> TransactionResult {
    let Some(written) = super::create::write(user, "watched").await? else { return Ok(()) };
    let path = format!("/api/messages/{}", written.message_id);
    for _ in 0..LOOKS_MAX {
        tokio::time::sleep(LOOK_INTERVAL).await;
        let message = super::get::<Message>(user, "watch", &path).await?;
        if message.is_some_and(|message| message.is_settled()) {
            break;
        }
    }
    Ok(())
}
