//! What of a cloud stands behind a port.

use std::sync::{Arc, Weak};

use bytes::Bytes;
use http::header::HOST;
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{Request, Response, Uri};

use super::queue_urls::QueueUrls;
use super::{Hangup, Served};
use crate::host::lambda::Lambda;
use crate::network::{Caller, Network};
use crate::program::BoxFuture;

/// In the header of a request that was signed with an environment's credentials; it tells the environment.
const SECURITY_TOKEN: &str = "x-amz-security-token";
/// The same towards the Parameters and Secrets extension.
const EXTENSION_TOKEN: &str = "x-aws-parameters-secrets-token";
/// The extension's paths begin so; everything else at the endpoint is AWS's own.
const EXTENSION_PATH: &str = "/systemsmanager/";
const EXTENSION: Authority = Authority::from_static("localhost:2773");
const AWS: Authority = Authority::from_static("aws");

/// The endpoint of all data services, of Lambda's Invoke, and of the Parameters and Secrets extension. Who calls with the
/// credentials of a function's environment is held to that function's role; anybody else may do everything.
/// URLs of queues lead back to it.
pub struct AwsEndpoint {
    network: Arc<Network>,
    lambda: Weak<Lambda>,
}

impl AwsEndpoint {
    pub(crate) fn new(network: Arc<Network>, lambda: &Arc<Lambda>) -> Self {
        Self { network, lambda: Arc::downgrade(lambda) }
    }

    fn caller(&self, request: &Request<Bytes>) -> Caller {
        let token = |name: &str| request.headers().get(name)?.to_str().ok();
        let token = token(SECURITY_TOKEN).or_else(|| token(EXTENSION_TOKEN));
        let process = token.zip(self.lambda.upgrade()).and_then(|(token, lambda)| lambda.process_of(token));
        process.map_or(Caller::Outside { exposed: true }, Caller::Function)
    }
}

impl Served for AwsEndpoint {
    fn serve(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, Hangup>> {
        let caller = self.caller(&request);
        let to = if request.uri().path().starts_with(EXTENSION_PATH) { EXTENSION } else { AWS };
        let urls = QueueUrls::asked_for_by(&request);
        Box::pin(async move {
            let response = self.network.take(caller, at(request, to)?).await?;
            Ok(match urls {
                Some(urls) => urls.put_into(response),
                None => response,
            })
        })
    }
}

/// Whatever is reached at a host of the cloud's: an HTTP API, a user pool, a server outside AWS.
pub struct AtHost {
    network: Arc<Network>,
    host: Authority,
}

impl AtHost {
    pub(crate) fn new(network: Arc<Network>, host: Authority) -> Self {
        Self { network, host }
    }
}

impl Served for AtHost {
    fn serve(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, Hangup>> {
        Box::pin(
            async move { self.network.take(Caller::Outside { exposed: true }, at(request, self.host.clone())?).await },
        )
    }
}

/// The request as it goes over the wire: to an address that says where it goes.
fn at(request: Request<Bytes>, authority: Authority) -> Result<Request<Bytes>, Hangup> {
    let (mut parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
    let uri = Uri::builder().scheme(Scheme::HTTP).authority(authority).path_and_query(path);
    parts.uri = uri.build().map_err(|_| Hangup)?;
    parts.headers.remove(HOST);
    Ok(Request::from_parts(parts, body))
}
