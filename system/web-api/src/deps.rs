//! What one execution environment keeps over its invocations.

use rez_core::config::Variables;
use rez_core::create::Creator;
use rez_core::parameters::Parameters;
use rez_core::{Ambient, Environment, StartError};

use crate::call::Call;
use crate::config::{Config, SEAL_KEY};
use crate::error::{ApiError, ErrorCode};
use crate::health::{Dependency, Health};
use crate::metrics::snapshot::LastGood;
use crate::seal::Seal;
use crate::sign_in::identity::Identity;

pub struct Deps {
    pub environment: Environment,
    pub config: Config,
    pub creator: Creator,
    pub identity: Identity,
    pub metrics: LastGood,
    pub health: Health,
    parameters: Parameters,
}

/// Reads the configuration. It calls nothing: what is down then may be up at the first request.
///
/// # Errors
/// All that is wrong with the configuration.
pub async fn start(ambient: Ambient) -> Result<Deps, StartError> {
    let mut variables = Variables::new(&ambient.variables);
    let environment = Environment::new("web-api", &ambient, &mut variables);
    let config = Config::read(&mut variables);
    let creator = Creator::new(&environment, &mut variables);
    variables.finish()?;
    Ok(Deps {
        identity: Identity::new(config.sign_in.clone(), &environment),
        parameters: Parameters::new(&environment),
        metrics: LastGood::default(),
        health: Health::default(),
        environment,
        config,
        creator,
    })
}

impl Deps {
    /// The keys that seal and open, as they are now.
    ///
    /// # Errors
    /// `settings_unavailable` when they could never be read; `internal_error` when they are missing or wrong.
    pub async fn seal(&self) -> Result<Seal, ApiError> {
        let read = self.parameters.get(SEAL_KEY).await;
        self.health.learn(Dependency::Parameters, read.is_ok());
        let value = read.map_err(|error| ApiError::caused(ErrorCode::SettingsUnavailable, error))?;
        let key = value.as_ref().map(|value| value.as_str()).unwrap_or_default();
        let wrong = |error| ApiError::caused(ErrorCode::InternalError, format_args!("`{SEAL_KEY}` is wrong: {error}"));
        Seal::parse(key).map_err(wrong)
    }

    pub fn now_ms(&self) -> u64 {
        self.environment.clock.now().epoch_ms().unsigned_abs()
    }

    /// What never comes twice: the invocation's id, with chance beside it should that ever repeat.
    pub fn unique(&self, call: &Call) -> Vec<u8> {
        format!("{}/{}/{}", call.request_id, self.now_ms(), self.environment.entropy.token()).into_bytes()
    }
}
