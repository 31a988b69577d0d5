//! The pool as a server on the wire. Register one and the same at both of its hosts.

use bytes::Bytes;
use http::{Request, Response};

use super::Cognito;
use crate::network::{Caller, HttpServer};
use crate::program::BoxFuture;

impl HttpServer for Cognito {
    fn serve(&self, request: Request<Bytes>, _from: Caller) -> BoxFuture<'_, Response<Bytes>> {
        Box::pin(async move { self.handle(&request) })
    }
}
