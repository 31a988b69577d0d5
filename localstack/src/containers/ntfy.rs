//! The ntfy with faults in a container, and its admin port.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use testcontainers::core::{IntoContainerPort, WaitFor};
use testcontainers::{ContainerAsync, GenericImage, ImageExt};

use super::watch::Watch;
use super::{ContainerError, Image};
use crate::exchange::{Answer, Exchange, NoAnswer, Wire};

/// The ports inside the container.
const PORT: u16 = 8082;
const ADMIN_PORT: u16 = 8083;
/// How long it may take to say that it is ready. It does so at once.
const READY_WITHIN: Duration = Duration::from_secs(20);
/// A part of what it prints then.
const READY: &str = "\"admin\":";
/// How long the admin port may take to answer.
const ADMIN_TIMEOUT: Duration = Duration::from_secs(10);

/// A running ntfy. Its container is removed when this is dropped, also by a panic, and when the process is interrupted,
/// terminated or killed.
#[derive(Debug)]
pub struct Ntfy {
    container: ContainerAsync<GenericImage>,
    _watch: Option<Watch>,
    url: String,
    admin: Exchange,
}

/// Why the admin port did not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AdminError {
    #[error("no answer from ntfy's admin port")]
    NoAnswer,
    #[error("ntfy's admin port answered {status}: {body}")]
    Refused { status: u16, body: String },
    #[error("the answer of ntfy's admin port cannot be read: {0}")]
    Unreadable(String),
}

/// What came in since it was started.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Received {
    /// Publishes whose request came in whole, whatever became of them.
    pub publishes: u64,
    /// Those that were accepted, whether or not their sender was told. Oldest first.
    #[serde(rename = "messages")]
    pub accepted: Vec<Notification>,
}

/// A publish that was accepted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Notification {
    pub message: Published,
    pub sequence_id: Option<String>,
    /// Whether a person sees another notification, rather than an update of one that is there.
    pub shown_as_new: bool,
}

/// What a person sees of it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Published {
    pub topic: String,
    pub title: Option<String>,
    pub message: String,
    /// 3 when left out.
    pub priority: Option<u8>,
    #[serde(default)]
    pub tags: Vec<String>,
}

impl Ntfy {
    /// What `sim/ntfy/image/build.sh` makes.
    pub const IMAGE: &str = "rez-ntfy:local";
    /// Names another image.
    pub const IMAGE_VARIABLE: &str = "REZ_NTFY_IMAGE";

    /// Starts [`Self::IMAGE`], or what [`Self::IMAGE_VARIABLE`] names, and waits until it is ready. Whoever has the `token`
    /// may publish.
    ///
    /// # Errors
    /// When Docker or the image is not as it should be; a line that says what to do.
    pub async fn start(token: &str) -> Result<Self, ContainerError> {
        let image = Image::chosen(Self::IMAGE, Self::IMAGE_VARIABLE, "sim/ntfy/image/build.sh");
        let request = image
            .generic()
            .with_exposed_port(PORT.tcp())
            .with_exposed_port(ADMIN_PORT.tcp())
            .with_wait_for(WaitFor::message_on_stdout(READY))
            .with_startup_timeout(READY_WITHIN)
            .with_env_var("NTFY_TOKEN", token);
        let container = image.start(request).await?;
        let watch = Watch::over(container.id()).ok();
        let (url, admin) = (image.url(&container, PORT).await?, image.url(&container, ADMIN_PORT).await?);
        Ok(Self { container, _watch: watch, url, admin: Exchange::new(&admin, ADMIN_TIMEOUT, &Wire::real()) })
    }

    /// Where it takes publishes.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Docker's name for the container.
    pub fn id(&self) -> &str {
        self.container.id()
    }

    /// Has it misbehave from now on: `{"kind": "error", "status": 503, "count": 2}`. `rez-ntfy --help` lists the kinds.
    ///
    /// # Errors
    /// When there is no such fault, or nobody answers.
    pub async fn set_fault(&self, fault: &Value) -> Result<(), AdminError> {
        expect(201, &self.admin.post("/faults", &[], &fault.to_string()).await?)
    }

    /// Has it behave again.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn clear_faults(&self) -> Result<(), AdminError> {
        expect(200, &self.admin.delete("/faults").await?)
    }

    /// What came in.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn received(&self) -> Result<Received, AdminError> {
        let answer = self.admin.get("/received").await?;
        expect(200, &answer)?;
        serde_json::from_slice(&answer.body).map_err(|error| AdminError::Unreadable(error.to_string()))
    }
}

fn expect(status: u16, answer: &Answer) -> Result<(), AdminError> {
    if answer.status == status {
        return Ok(());
    }
    let body = String::from_utf8_lossy(&answer.body).trim_end().to_owned();
    Err(AdminError::Refused { status: answer.status, body })
}

impl From<NoAnswer> for AdminError {
    fn from(_: NoAnswer) -> Self {
        Self::NoAnswer
    }
}
