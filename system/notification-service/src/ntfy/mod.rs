//! The channel ntfy: one POST to a topic of a server.

mod answer;
mod request;
mod settings;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rez_core::Environment;
use rez_core::error::{Category, Failure, codes};
use rez_core::http::{Outbound, OutboundError};
use rez_core::message::Receipt;
use rez_core::notification::{NTFY, Notification};
use rez_core::parameters::Parameters;

use crate::channel::{Channel, ChannelFuture, Refusal};
use settings::Settings;

/// One exchange with the server.
const HTTP_TIMEOUT: Duration = Duration::from_secs(10);

/// An ntfy server, its topic, and a token for it, as the parameters name them.
#[derive(Debug)]
pub struct Ntfy {
    environment: Environment,
    parameters: Parameters,
    /// The server's client, kept until the parameters name another.
    server: Mutex<Option<Server>>,
}

#[derive(Clone, Debug)]
struct Server {
    settings: Arc<Settings>,
    outbound: Outbound,
}

impl Ntfy {
    pub fn new(environment: &Environment) -> Self {
        Self { environment: environment.clone(), parameters: Parameters::new(environment), server: Mutex::default() }
    }

    /// The server that the parameters name now, from here on.
    async fn server(&self) -> Result<Server, Failure> {
        let settings = Settings::read(&self.parameters).await.map_err(|error| {
            tracing::error!(category = "system", code = codes::PARAMETERS, "{error}");
            unprepared()
        })?;
        let mut kept = self.server.lock().expect("keeping a client does not panic");
        if let Some(server) = kept.as_ref().filter(|server| *server.settings == settings) {
            return Ok(server.clone());
        }
        let outbound = self.environment.outbound(settings.url.as_str(), HTTP_TIMEOUT);
        Ok(kept.insert(Server { settings: settings.into(), outbound }).clone())
    }

    /// The server that tries go to.
    fn prepared(&self) -> Option<Server> {
        self.server.lock().expect("keeping a client does not panic").clone()
    }

    /// Reads no parameter: a try has no time for that.
    async fn publish(&self, notification: &Notification) -> Result<Receipt, Refusal> {
        let server = self.prepared().ok_or_else(unprepared)?;
        let sent = server.outbound.send(request::publish(&server.settings, notification)).await;
        let now = self.environment.clock.now();
        match sent {
            Ok(answer) => answer::read(&answer, now),
            Err(error) => Err(unanswered(error).into()),
        }
    }
}

fn unprepared() -> Failure {
    Failure::new(Category::System, codes::PARAMETERS, "the settings of ntfy cannot be read")
}

/// No answer came. The server may have accepted the message all the same.
fn unanswered(error: OutboundError) -> Failure {
    match error {
        OutboundError::Timeout => Failure::new(Category::Transient, codes::TIMEOUT, error),
        OutboundError::Connection => Failure::new(Category::Transient, codes::CONNECTION, error),
        OutboundError::Request => Failure::new(Category::Permanent, codes::REJECTED, error),
    }
}

impl Channel for Ntfy {
    fn name(&self) -> &'static str {
        NTFY
    }

    fn prepare(&self) -> ChannelFuture<'_, Result<(), Refusal>> {
        Box::pin(async { Ok(self.server().await.map(drop)?) })
    }

    fn send<'a>(&'a self, notification: &'a Notification) -> ChannelFuture<'a, Result<Receipt, Refusal>> {
        Box::pin(self.publish(notification))
    }

    fn refresh(&self) -> ChannelFuture<'_, bool> {
        Box::pin(async {
            let token = |server: Server| server.settings.token.clone();
            let before = self.prepared().map(token);
            Settings::refresh_token(&self.parameters).await;
            self.server().await.is_ok_and(|server| before != Some(token(server)))
        })
    }
}
