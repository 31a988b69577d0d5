//! One child from its birth to its end.

use std::collections::BTreeMap;
use std::io;
use std::net::Ipv4Addr;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use aws_smithy_async::time::{SystemTimeSource, TimeSource};
use rustix::process::Pid;
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::timeout;

use super::super::answer::Outcome;
use super::super::process::Process;
use super::binary::Binary;
use super::exit::Exit;
use super::group::Group;
use super::log::read_lines;
use super::nursery::Nursery;
use super::port::Meeting;
use super::runtime_api::{Condition, Invocation, RuntimeApi};
use crate::history::{Fact, History};
use crate::ports::Port;

/// How long an invocation waits for a child that answered the last one and is not back at `next`, before it gets another
/// environment. Mostly that takes a fraction of a millisecond.
const RETURN_MAX: Duration = Duration::from_millis(500);

/// What a child is born with.
pub struct Birth<'a> {
    pub binary: &'a Binary,
    pub process: Arc<Process>,
    /// The template's variables, and those that Lambda sets for every function.
    pub variables: BTreeMap<String, String>,
    pub history: History,
    pub nursery: &'a Nursery,
}

/// A child that is past Init. Dropping it kills it.
pub struct Running {
    process: Arc<Process>,
    meeting: Arc<Meeting>,
    port: AbortHandle,
}

impl Running {
    /// Starts the process, and waits for it to ask for its first event.
    ///
    /// # Errors
    /// What it reports that it failed for, or how it exited.
    pub async fn start(birth: Birth<'_>) -> Result<Self, Outcome> {
        let process = birth.process.clone();
        let running = Self::spawn(birth).await.map_err(|error| {
            Outcome::failed("Runtime.InvalidEntrypoint", &format!("the process cannot be started: {error}"))
        })?;
        let initialized = running.meeting.wait(RuntimeApi::init_result);
        process.stirring(initialized).await.map(|()| running)
    }

    async fn spawn(birth: Birth<'_>) -> io::Result<Self> {
        let port = Port::bind((Ipv4Addr::LOCALHOST, 0).into()).await?;
        Group::hang_up_by_default();
        let mut child = command(&birth, &port).spawn()?;
        let leader = child.id().and_then(|id| Pid::from_raw(id.cast_signed())).ok_or(io::ErrorKind::NotFound)?;
        let group = Arc::new(Group::new(leader));
        birth.nursery.add(&group);
        read_output(&mut child, &birth);
        let api = watch::Sender::new(RuntimeApi::default());
        let meeting = Arc::new(Meeting { api, group, freezes: birth.binary.freezes() });
        tokio::spawn(wait_for_end(child, meeting.clone()));
        let port = tokio::spawn(port.serve(meeting.clone(), std::future::pending())).abort_handle();
        Ok(Self { process: birth.process, meeting, port })
    }

    /// Hands it an invocation, and waits for its answer or its end. It is [ready](Self::condition).
    pub async fn handle(&self, invocation: Invocation) -> Outcome {
        self.meeting.invoke(invocation);
        self.process.stirring(self.meeting.wait(RuntimeApi::outcome)).await
    }

    pub fn condition(&self) -> Condition {
        self.meeting.api.borrow().condition()
    }

    /// Its condition once it is done with its last invocation, or has taken too long.
    pub async fn settle(&self) -> Condition {
        timeout(RETURN_MAX, self.meeting.settled()).await.unwrap_or(Condition::Busy)
    }

    /// Whatever a child does after its answer has to end when its deadline comes, after `left`.
    pub fn end_by_deadline(&self, left: Duration) {
        let meeting = self.meeting.clone();
        tokio::spawn(async move {
            if timeout(left, meeting.settled()).await.is_err() {
                meeting.group.kill();
            }
        });
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.meeting.group.kill();
        self.port.abort();
    }
}

/// When `left` from now is over by the machine's clock, which a child reads and which need not be the world's:
/// milliseconds since the Unix epoch.
pub fn deadline_ms(left: Duration) -> u128 {
    (SystemTimeSource::new().now() + left).duration_since(UNIX_EPOCH).unwrap_or_default().as_millis()
}

fn command(birth: &Birth<'_>, runtime_api: &Port) -> Command {
    let (binary, aws) = (birth.binary, birth.binary.aws_endpoint());
    let mut command = Command::new(binary.path());
    command
        .env_clear()
        .envs(&birth.variables)
        .env("_HANDLER", "bootstrap")
        .env("AWS_ENDPOINT_URL", format!("http://{aws}"))
        .env("AWS_LAMBDA_RUNTIME_API", runtime_api.address().to_string())
        .env("LAMBDA_TASK_ROOT", binary.folder())
        .env("LANG", "en_US.UTF-8")
        .env("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", aws.port().to_string())
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("TZ", ":UTC")
        .current_dir(binary.folder())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    command
}

fn read_output(child: &mut Child, birth: &Birth<'_>) {
    let writer = || {
        let (process, history) = (birth.process.clone(), birth.history.clone());
        move |line: &str| history.record(Fact::Log { function: &process.function, environment: process.id, line })
    };
    if let Some(pipe) = child.stdout.take() {
        tokio::spawn(read_lines(pipe, writer()));
    }
    if let Some(pipe) = child.stderr.take() {
        tokio::spawn(read_lines(pipe, writer()));
    }
}

async fn wait_for_end(mut child: Child, meeting: Arc<Meeting>) {
    let exit = child.wait().await.map_or(Exit::KILLED, Exit::from);
    meeting.group.end();
    meeting.api.send_modify(|api| api.exited(exit));
}
