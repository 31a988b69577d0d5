//! A user looks for what has been delivered.

use goose::prelude::*;

use crate::api::{List, Request};

pub async fn journey(user: &mut GooseUser) -> TransactionResult {
    super::get::<List>(user, Request::Filter.name(), Request::Filter.path()).await.map(drop)
}
