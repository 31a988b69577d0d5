//! A user opens the application and signs in: once, when he comes.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use goose::prelude::*;

use super::{SIGN_IN, SignedIn, Visitor};
use crate::client::{self, LOAD_TIMEOUT};
use crate::credentials::Credentials;
use crate::open::{Answer, Row};
use crate::session::{Session, SessionError};

/// What sign-ins took, each as if it were one request. goose would not tell: it forgets what was before the last user came.
#[derive(Clone, Debug, Default)]
pub struct SignIns(Arc<Mutex<Row>>);

impl SignIns {
    pub fn take(&self) -> Row {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn add(&self, begun: Instant, ended: &Result<Arc<Session>, SessionError>) {
        let answer = Answer { name: SIGN_IN, status: ended.as_ref().ok().map(|_| 200) };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).add(begun.elapsed(), answer);
    }
}

/// Without a token nothing else makes sense, so a user who cannot sign in fails at every journey after it.
pub fn journey(visitor: Arc<Visitor>, sign_ins: SignIns) -> Transaction {
    Transaction::new(Arc::new(move |user| {
        let (visitor, sign_ins) = (visitor.clone(), sign_ins.clone());
        Box::pin(async move {
            user.set_client_builder(client::builder(LOAD_TIMEOUT)).await?;
            let begun = Instant::now();
            let session = Session::open(&visitor.target, &visitor.credentials, &visitor.origin).await;
            // Whoever has a token signs in nowhere.
            if matches!(visitor.credentials, Credentials::Login { .. }) {
                sign_ins.add(begun, &session);
            }
            let session = session.map_err(|error| Box::new(TransactionError::Custom(error.to_string())))?;
            user.set_session_data(SignedIn(session));
            Ok(())
        })
    }))
}
