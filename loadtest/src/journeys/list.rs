//! A user looks at the newest messages.

use goose::prelude::*;

use crate::api::{List, Request};

pub async fn journey(user: &mut GooseUser) -> TransactionResult {
    super::get::<List>(user, Request::List.name(), Request::List.path()).await.map(drop)
}
