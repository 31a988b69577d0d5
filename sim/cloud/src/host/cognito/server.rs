//! The pool as a server on the wire. Register one and the same at both of its hosts.

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};

use super::{Cognito, discovery};
use crate::network::{Caller, HttpServer};
use crate::program::BoxFuture;

impl HttpServer for Cognito {
    fn operation(&self, request: &Parts) -> String {
        let path = request.uri.path();
        let name = match path {
            "/oauth2/authorize" => "Authorize",
            "/login" => "Login",
            "/oauth2/token" => "Token",
            "/oauth2/revoke" => "Revoke",
            _ if path.ends_with(discovery::KEYS) => "Keys",
            _ if path.ends_with(discovery::CONFIGURATION) => "Configuration",
            _ => return format!("{} {path}", request.method),
        };
        name.to_owned()
    }

    fn serve(&self, request: Request<Bytes>, _from: Caller) -> BoxFuture<'_, Response<Bytes>> {
        Box::pin(async move { self.handle(&request) })
    }
}
