//! Execution environments: built cold by the program's own start, and what they give it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::SharedTimeSource;
use rand::RngExt;
use tokio::time::timeout;

use super::Lambda;
use super::answer::Outcome;
use super::child::{Binary, Birth, Exit, Running};
use super::code::{Code, Instance};
use super::function::Function;
use super::process::{Identity, Process};
use super::scope::{Ending, Scoped};
use crate::history::{EnvironmentEvent, Fact};
use crate::network::{self, Caller};
use crate::program::{Ambient, Program};
use crate::services::names;
use crate::world::pause;

/// How long Init may take before it is cut off and done again within the first invocation ("Lambda execution
/// environment lifecycle").
const INIT_MAX: Duration = Duration::from_secs(10);

/// A started environment.
pub(super) struct Environment {
    pub process: Arc<Process>,
    pub instance: Instance,
    /// How long it may idle before Lambda takes it back.
    pub idle_max: Duration,
}

/// A cold start that came to nothing.
pub(super) struct InitFailed {
    pub process: Arc<Process>,
    pub took: Duration,
    pub error: InitError,
}

/// Why Init came to nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum InitError {
    #[error("Error Type: Runtime.ExitError\t{0}")]
    Failed(String),
    #[error("Error Type: {error_type}\t{0}", error_type = .0.error_type())]
    Ended(Outcome),
    #[error("Error Type: Sandbox.Timedout\tinit did not end within {0:?}")]
    TimedOut(Duration),
}

impl Lambda {
    /// Builds an environment. Init that fails or takes too long is done once more, then with the function's timeout.
    pub(super) async fn start(&self, function: &Function) -> Result<(Environment, Duration), InitFailed> {
        pause(self.draw(|knobs| knobs.placement)).await;
        let process = Arc::new(self.process(function));
        let began = self.world.clock.elapsed();
        let mut failed = None;
        for limit in [INIT_MAX, function.spec.timeout] {
            let started = timeout(limit, self.init(function, &process)).await;
            let init = self.world.clock.elapsed() - began;
            match started.unwrap_or(Err(InitError::TimedOut(limit))) {
                Ok(instance) => {
                    self.use_role(function, &process);
                    self.report(&process, EnvironmentEvent::Created { init });
                    return Ok((Environment { process, instance, idle_max: self.draw_idle() }, init));
                }
                Err(error) => {
                    self.report_failure(&process, &error);
                    failed = Some(error);
                }
            }
        }
        let error = failed.expect("it was tried");
        Err(InitFailed { took: self.world.clock.elapsed() - began, process, error })
    }

    /// What Lambda itself does under the function's role: it writes the log and the traces. Where it may not, it says
    /// nothing.
    fn use_role(&self, function: &Function, process: &Process) {
        let (role, iam) = (&function.spec.role, self.network.iam());
        let stream = format!("log-group:{}:log-stream:{}", function.spec.log_group, log_stream(process));
        let stream = names::arn("logs", &stream);
        for action in ["logs:CreateLogStream", "logs:PutLogEvents"] {
            iam.uses(role, action, &stream);
        }
        for action in ["xray:PutTraceSegments", "xray:PutTelemetryRecords"] {
            if function.spec.tracing_active {
                iam.uses(role, action, "*");
            }
        }
    }

    async fn init(&self, function: &Function, process: &Arc<Process>) -> Result<Instance, InitError> {
        match &function.code {
            Code::InProcess(program) => self.init_program(function, process, &**program).await,
            Code::Child(binary) => self.init_child(function, process, binary).await,
        }
    }

    async fn init_program(
        &self,
        function: &Function,
        process: &Arc<Process>,
        program: &dyn Program,
    ) -> Result<Instance, InitError> {
        pause(self.draw(|knobs| knobs.init)).await;
        let starting = program.start(self.ambient(function, process));
        match Scoped::new(process.clone(), self.world.history.clone(), starting).await {
            Ok(started) => started.map(Instance::InProcess).map_err(InitError::Failed),
            Err(Ending::Panicked(message)) => Err(InitError::Failed(message)),
            Err(Ending::Crashed) => Err(InitError::Failed("crashed".into())),
        }
    }

    async fn init_child(
        &self,
        function: &Function,
        process: &Arc<Process>,
        binary: &Binary,
    ) -> Result<Instance, InitError> {
        let session = self.sessions.open(process);
        let birth = Birth {
            binary,
            process: process.clone(),
            variables: variables(function, process, &credentials(&process.session_token)),
            history: self.world.history.clone(),
            nursery: &self.nursery,
        };
        let running = match Scoped::new(process.clone(), self.world.history.clone(), Running::start(birth)).await {
            Ok(started) => started.map_err(InitError::Ended)?,
            Err(Ending::Panicked(message)) => return Err(InitError::Failed(message)),
            Err(Ending::Crashed) => return Err(InitError::Ended(Outcome::Exited(Exit::KILLED))),
        };
        Ok(Instance::Child { running, _session: session })
    }

    fn process(&self, function: &Function) -> Process {
        Process::new(Identity {
            function: function.name.clone(),
            id: self.next_environment(),
            session_token: format!("session-{:032x}", self.ids.bits::<u128>()),
            role: Arc::from(function.spec.role.as_str()),
            has_parameters_extension: function.has_parameters_extension(),
            entropy: self.ids.bits(),
        })
    }

    fn ambient(&self, function: &Function, process: &Arc<Process>) -> Ambient {
        let credentials = credentials(&process.session_token);
        Ambient {
            variables: variables(function, process, &credentials),
            http: network::client(self.network.clone(), Caller::Function(process.clone())),
            time: SharedTimeSource::new(self.world.clock),
            sleep: SharedAsyncSleep::new(TokioSleep::new()),
            credentials,
            entropy: self.ids.bits(),
            name: format!("{}-{}-{}", self.world.number, function.name, process.id),
        }
    }

    fn draw_idle(&self) -> Duration {
        let knobs = &self.world.knobs.lambda;
        let share = self.stream.lock().expect("no draw panics").random::<f64>();
        knobs.idle_min + (knobs.idle_max - knobs.idle_min).mul_f64(share)
    }

    fn report_failure(&self, process: &Process, error: &InitError) {
        let status = if let InitError::TimedOut(_) = error { "timeout" } else { "error" };
        let line = format!("INIT_REPORT Status: {status}\t{error}");
        self.world.history.record(Fact::Log { function: &process.function, environment: process.id, line: &line });
        self.report(process, EnvironmentEvent::InitFailed);
    }

    pub(super) fn report(&self, process: &Process, event: EnvironmentEvent) {
        self.world.history.record(Fact::Environment { function: &process.function, environment: process.id, event });
    }
}

/// The keys are no secret: nobody checks signatures here. An emulator takes a key id of 12 digits for the account, and the
/// token tells environments apart.
fn credentials(session_token: &str) -> Credentials {
    Credentials::new(names::ACCOUNT, "simulated", Some(session_token.to_owned()), None, "rez-cloud")
}

fn log_stream(process: &Process) -> String {
    format!("[$LATEST]{:032x}", process.id)
}

/// The template's variables, and those that Lambda sets ("Using Lambda environment variables").
fn variables(function: &Function, process: &Process, credentials: &Credentials) -> BTreeMap<String, String> {
    let own = [
        ("AWS_ACCESS_KEY_ID", credentials.access_key_id().to_owned()),
        ("AWS_DEFAULT_REGION", names::REGION.to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", function.spec.memory_mb.to_string()),
        ("AWS_LAMBDA_FUNCTION_NAME", function.spec.name.clone()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", function.spec.log_group.clone()),
        ("AWS_LAMBDA_LOG_STREAM_NAME", log_stream(process)),
        ("AWS_REGION", names::REGION.to_owned()),
        ("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key().to_owned()),
        ("AWS_SESSION_TOKEN", process.session_token.clone()),
    ];
    let own = own.into_iter().map(|(name, value)| (name.to_owned(), value));
    function.spec.environment.clone().into_iter().chain(own).collect()
}
