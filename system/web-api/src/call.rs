//! One request, as the handlers see it.

use http::HeaderMap;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequestContext;
use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt};
use rez_core::message::MessageId;

use crate::caller::{Caller, Right};
use crate::decode;
use crate::error::{ApiError, ErrorCode};

pub struct Call {
    request: Request,
    context: ApiGatewayV2httpRequestContext,
    /// Lambda's id of this invocation: unique, also when the gateway sends the same request twice.
    pub request_id: String,
    pub correlation_id: String,
}

impl Call {
    /// `None` when the event is none of an HTTP API. A caller that sent no correlation id gets the invocation's id.
    pub fn new(request: Request) -> Option<Self> {
        let RequestContext::ApiGatewayV2(context) = request.request_context_ref()?.clone() else { return None };
        let request_id = request.lambda_context_ref()?.request_id.clone();
        let sent = decode::headers::correlation_id(request.headers());
        let correlation_id = sent.unwrap_or(&request_id).to_owned();
        Some(Self { request, context, request_id, correlation_id })
    }

    /// The gateway's name of the route, such as `GET /api/messages/{id}`.
    pub fn route(&self) -> &str {
        self.context.route_key.as_deref().unwrap_or_default()
    }

    /// The user, if there is one and one of the groups has the right.
    ///
    /// # Errors
    /// `unauthenticated`, `forbidden`.
    pub fn caller(&self, needed: Right) -> Result<Caller, ApiError> {
        let authorizer = self.context.authorizer.as_ref().ok_or_else(|| ApiError::from(ErrorCode::Unauthenticated))?;
        Caller::from_context(&authorizer.fields)?.demand(needed)
    }

    pub fn headers(&self) -> &HeaderMap {
        self.request.headers()
    }

    /// The raw query, without its question mark.
    pub fn query(&self) -> &str {
        self.request.uri().query().unwrap_or_default()
    }

    pub fn body(&self) -> &[u8] {
        self.request.body().as_ref()
    }

    /// The message that the path names.
    ///
    /// # Errors
    /// `invalid_request` when it is no id.
    pub fn message_id(&self) -> Result<MessageId, ApiError> {
        let parameters = self.request.path_parameters_ref();
        decode::path::message_id(parameters.and_then(|parameters| parameters.first("id")).unwrap_or_default())
    }

    /// For routes that take no query.
    ///
    /// # Errors
    /// `invalid_request` for any parameter.
    pub fn demand_no_query(&self) -> Result<(), ApiError> {
        decode::query::fields(self.query()).finish()
    }

    /// For routes that take no body; an empty JSON object is none.
    ///
    /// # Errors
    /// As [`decode::json::object`], and `invalid_request` for any field.
    pub fn demand_no_body(&self) -> Result<(), ApiError> {
        if self.body().is_empty() {
            return Ok(());
        }
        decode::fields::Fields::new(decode::json::object(self.body())?).finish()
    }

    /// For routes that take no query and no body.
    ///
    /// # Errors
    /// As [`Self::demand_no_query`] and [`Self::demand_no_body`].
    pub fn demand_nothing_more(&self) -> Result<(), ApiError> {
        self.demand_no_query()?;
        self.demand_no_body()
    }
}
