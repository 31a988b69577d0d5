//! LocalStack in a container.

use std::time::Duration;

use testcontainers::core::{IntoContainerPort, WaitFor};
use testcontainers::{ContainerAsync, GenericImage, ImageExt};

use super::watch::Watch;
use super::{ContainerError, Image};
use crate::endpoint::Endpoint;

const RECIPE: &str = "localstack/image/build.sh";
/// The port inside the container.
const PORT: u16 = 4566;
/// How long it may take to say that it is ready. Two seconds are usual.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// What it prints then.
const READY: &str = "Ready.";

/// A running LocalStack. Its container is removed when this is dropped, also by a panic, and when the process is
/// interrupted, terminated or killed.
#[derive(Debug)]
pub struct LocalStack {
    container: ContainerAsync<GenericImage>,
    _watch: Option<Watch>,
    endpoint: Endpoint,
}

impl LocalStack {
    /// The last that its tests were recorded with; newer ones want an account from March 2026 on.
    pub const IMAGE: &str = "localstack/localstack:4.9.2";
    /// Names another image.
    pub const IMAGE_VARIABLE: &str = "REZ_LOCALSTACK_IMAGE";

    /// Starts [`Self::IMAGE`], or what [`Self::IMAGE_VARIABLE`] names, and waits until it is healthy.
    ///
    /// # Errors
    /// When Docker, the image, or what runs in it is not as it should be; a line that says what to do.
    pub async fn start() -> Result<Self, ContainerError> {
        Self::run(&Image::chosen(Self::IMAGE, Self::IMAGE_VARIABLE, RECIPE)).await
    }

    /// Starts this image, and waits until it is healthy.
    ///
    /// # Errors
    /// The same.
    pub async fn start_image(image: &str) -> Result<Self, ContainerError> {
        Self::run(&Image { name: image.to_owned(), recipe: RECIPE }).await
    }

    async fn run(image: &Image) -> Result<Self, ContainerError> {
        let request = image
            .generic()
            .with_exposed_port(PORT.tcp())
            .with_wait_for(WaitFor::message_on_either_std(READY))
            .with_startup_timeout(READY_WITHIN)
            .with_env_var("DISABLE_EVENTS", "1")
            .with_env_var("SKIP_SSL_CERT_DOWNLOAD", "1")
            // As AWS does: one purge of a queue a minute.
            .with_env_var("SQS_DELAY_PURGE_RETRY", "1")
            // And a minute's rest for the name of a deleted queue.
            .with_env_var("SQS_DELAY_RECENTLY_DELETED", "1");
        let container = image.start(request).await?;
        let watch = Watch::over(container.id()).ok();
        let endpoint = Endpoint::parse(&image.url(&container, PORT).await?)?;
        endpoint.check().await?;
        Ok(Self { container, _watch: watch, endpoint })
    }

    /// Where it answers, at a port of its own.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Docker's name for the container.
    pub fn id(&self) -> &str {
        self.container.id()
    }
}
