//! A user goes through the list, a few pages deep.

use goose::prelude::*;

use crate::api::{List, Request};

/// Few people look further.
const PAGES_MAX: usize = 3;

pub async fn journey(user: &mut GooseUser) -> TransactionResult {
    let mut path = Request::Page.path().to_owned();
    for _ in 0..PAGES_MAX {
        let page = super::get::<List>(user, Request::Page.name(), &path).await?;
        let Some(cursor) = page.and_then(|page| page.next_cursor) else { break };
        path = format!("{}&cursor={cursor}", Request::Page.path());
    }
    Ok(())
}
