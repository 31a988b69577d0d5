//! The AWS Parameters and Secrets Lambda Extension: Parameter Store behind a local HTTP endpoint, so that its SDK need
//! not be built and started.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/userguide/ps-integration-lambda-extensions.html>

use std::time::Duration;

use bytes::Bytes;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::Value;
use crate::environment::Environment;
use crate::http::{Outbound, OutboundError, Request};

const PORT: &str = "2773";
const TIMEOUT: Duration = Duration::from_secs(2);

/// A parameter could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    #[error("the parameters extension cannot be reached: {0}")]
    Unreachable(#[from] OutboundError),
    #[error("Parameter Store throttles")]
    Throttled,
    /// Never shows the body, which may be a secret.
    #[error("the parameters extension answered {0}")]
    Unexpected(u16),
}

/// The endpoint.
#[derive(Debug)]
pub(super) struct Extension {
    outbound: Outbound,
    /// Proves to the extension that we are the function.
    session_token: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetParameter {
    parameter: Parameter,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parameter {
    value: String,
}

impl Extension {
    pub(super) fn new(environment: &Environment) -> Self {
        let port = environment.variable("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT").unwrap_or(PORT);
        let session_token = environment.variable("AWS_SESSION_TOKEN").unwrap_or_default();
        Self {
            outbound: environment.outbound(&format!("http://localhost:{port}"), TIMEOUT),
            session_token: session_token.into(),
        }
    }

    /// The parameter of this full name, decrypted; nothing when there is none.
    pub(super) async fn read(&self, name: &str) -> Result<Option<Value>, ReadError> {
        let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
        let request = Request {
            method: "GET",
            path: format!("/systemsmanager/parameters/get?name={name}&withDecryption=true"),
            headers: vec![("X-Aws-Parameters-Secrets-Token", self.session_token.as_str().to_owned())],
            body: Bytes::new(),
        };
        let answer = self.outbound.send(request).await?;
        match answer.status {
            200 => serde_json::from_slice::<GetParameter>(&answer.body)
                .map(|answer| Some(Value::from(&*answer.parameter.value)))
                .map_err(|_| ReadError::Unexpected(200)),
            400 if says(&answer.body, "ParameterNotFound") => Ok(None),
            400 if says(&answer.body, "ThrottlingException") => Err(ReadError::Throttled),
            status => Err(ReadError::Unexpected(status)),
        }
    }
}

/// Whether Parameter Store's error, which the extension passes on, has this code.
fn says(body: &Bytes, code: &str) -> bool {
    String::from_utf8_lossy(body).contains(code)
}
