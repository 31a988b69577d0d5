//! The HTTP API's Lambda authorizer: may the bearer of this token pass? It answers yes only to an access token that
//! Cognito signed for our client and that is valid now; to anything else it answers no, and never with an error, which the
//! gateway would turn into a 500.
//!
//! What the user may do then is for the function behind the gateway to say, by the groups in the context.
//!
//! Try it: `cargo test -p jwt-authorizer`.

mod config;
mod crypto;
mod event;
mod key_cache;
mod keys;
mod looks;
mod verify;

use lambda_runtime::LambdaEvent;
use rez_core::config::Variables;
use rez_core::telemetry::metrics::{Measurements, Metric};
use rez_core::{Ambient, Environment, StartError};
use tracing::Instrument;

pub use event::{AuthorizerRequest, Context, SimpleResponse};
pub use key_cache::{FAILED_FETCH_PAUSE, FETCH_INTERVAL_MIN, FETCH_TIME_MAX, KEYS_AGE_MAX, TRIES_MAX, TRY_TIMEOUT};
pub use keys::{BadDocument, DOCUMENT_BYTES_MAX, KeySet};
pub use looks::looks_live;
pub use verify::{CLOCK_SKEW_MAX, Claims, Denied, Expectations, TOKEN_BYTES_MAX, verify};

use config::Config;
use key_cache::KeyCache;

/// What one environment keeps over its invocations.
pub struct Deps {
    environment: Environment,
    expected: Expectations,
    keys: KeyCache,
}

/// Reads the configuration. It asks the key server nothing: that may be down, and environments start all the same.
///
/// # Errors
/// All that is wrong with the configuration.
pub async fn start(ambient: Ambient) -> Result<Deps, StartError> {
    let mut variables = Variables::new(&ambient.variables);
    let environment = Environment::new("jwt-authorizer", &ambient, &mut variables);
    let config = Config::read(&mut variables);
    variables.finish()?;
    let keys = KeyCache::new(&config.issuer, &environment);
    Ok(Deps { environment, expected: Expectations::new(&config.issuer, &config.client_id, &config.scope), keys })
}

/// Answers one question of the gateway.
pub async fn handle(deps: &Deps, event: LambdaEvent<AuthorizerRequest>) -> SimpleResponse {
    let LambdaEvent { payload, context } = event;
    let span = deps.environment.begin(&context.request_id, context.xray_trace_id.as_deref());
    async {
        match authorize(deps, &payload).await {
            Ok(claims) => SimpleResponse::allow(claims),
            Err(reason) => {
                tracing::info!(%reason, "denied");
                count(deps, &payload);
                SimpleResponse::deny()
            }
        }
    }
    .instrument(span)
    .await
}

/// Counts a token that was refused though it looked good. Of our own users' there are none, unless we are wrong.
fn count(deps: &Deps, request: &AuthorizerRequest) {
    let now = deps.environment.clock.now();
    if request.credentials().is_some_and(|token| looks_live(token.as_bytes(), now)) {
        Measurements::new().count(Metric::LiveTokensRefused, 1).log(now, "a token that has not ended was refused");
    }
}

/// Nothing is fetched for a token that no key could help.
async fn authorize(deps: &Deps, request: &AuthorizerRequest) -> Result<Claims, Denied> {
    let token = request.bearer_token().ok_or(Denied::NoToken)?.as_bytes();
    let verify_with = |keys: &KeySet| verify(token, keys, &deps.expected, deps.environment.clock.now());
    match verify_with(&*deps.keys.current().await) {
        Err(Denied::UnknownKey) => {
            let newer = deps.keys.newer().await.ok_or(Denied::UnknownKey)?;
            verify_with(&newer)
        }
        verdict => verdict,
    }
}
