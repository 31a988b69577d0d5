//! A user opens the application and signs in: once, when he comes.

use std::sync::Arc;

use goose::prelude::*;

use super::{SignedIn, Visitor};
use crate::session::Session;

/// Without a token nothing else makes sense, so a user who cannot sign in fails at every journey after it.
pub fn journey(visitor: Arc<Visitor>) -> Transaction {
    Transaction::new(Arc::new(move |user| {
        let visitor = visitor.clone();
        Box::pin(async move {
            match Session::open(&visitor.target, &visitor.credentials, &visitor.origin).await {
                Ok(session) => {
                    user.set_session_data(SignedIn { access_token: session.access_token().to_owned() });
                    Ok(())
                }
                Err(error) => Err(Box::new(TransactionError::Custom(error.to_string()))),
            }
        })
    }))
}
