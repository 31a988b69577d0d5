//! LocalStack in a container of Docker's, from its start until it is dropped.

use std::time::Duration;

use testcontainers::core::{IntoContainerPort, WaitFor};
use testcontainers::runners::AsyncRunner;
use testcontainers::{ContainerAsync, GenericImage, ImageExt, TestcontainersError};

use crate::endpoint::{Endpoint, EndpointError};

/// The last that its tests were recorded with; newer ones want an account from March 2026 on.
pub const IMAGE: &str = "localstack/localstack:4.9.2";
/// Names another image.
pub const IMAGE_VARIABLE: &str = "REZ_LOCALSTACK_IMAGE";

/// The port inside the container.
const PORT: u16 = 4566;
/// How long it may take to say that it is ready. Two seconds are usual.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// What it prints then.
const READY: &str = "Ready.";

/// Why there is no LocalStack.
#[derive(Debug, thiserror::Error)]
pub enum ContainerError {
    #[error("no Docker daemon answers (run `localstack/docker.sh start`)")]
    NoDocker(#[source] TestcontainersError),
    #[error("`{image}` cannot be started (run `localstack/image/build.sh`): {source}")]
    NotStarted { image: String, source: TestcontainersError },
    #[error(transparent)]
    Unhealthy(#[from] EndpointError),
}

/// A running LocalStack. Its container is removed when this is dropped, also by a panic, and when the process is
/// interrupted or terminated.
#[derive(Debug)]
pub struct LocalStack {
    container: ContainerAsync<GenericImage>,
    endpoint: Endpoint,
}

impl LocalStack {
    /// Starts [`IMAGE`], or what [`IMAGE_VARIABLE`] names, and waits until it is healthy.
    ///
    /// # Errors
    /// When Docker, the image, or what runs in it is not as it should be; a line that says what to do.
    pub async fn start() -> Result<Self, ContainerError> {
        let image = std::env::var(IMAGE_VARIABLE).ok().filter(|image| !image.is_empty());
        Self::start_image(image.as_deref().unwrap_or(IMAGE)).await
    }

    /// Starts this image, and waits until it is healthy.
    ///
    /// # Errors
    /// The same.
    pub async fn start_image(image: &str) -> Result<Self, ContainerError> {
        let (name, tag) = split(image);
        let failed = |source| not_started(image, source);
        let request = GenericImage::new(name, tag)
            .with_exposed_port(PORT.tcp())
            .with_wait_for(WaitFor::message_on_either_std(READY))
            .with_startup_timeout(READY_WITHIN)
            .with_env_var("DISABLE_EVENTS", "1")
            .with_env_var("SKIP_SSL_CERT_DOWNLOAD", "1")
            // As AWS does: one purge of a queue a minute.
            .with_env_var("SQS_DELAY_PURGE_RETRY", "1");
        let container = request.start().await.map_err(failed)?;
        let port = container.get_host_port_ipv4(PORT).await.map_err(failed)?;
        let endpoint = Endpoint::parse(&format!("http://127.0.0.1:{port}"))?;
        endpoint.check().await?;
        Ok(Self { container, endpoint })
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

/// Name and tag; `latest` unless there is one.
fn split(image: &str) -> (&str, &str) {
    match image.rsplit_once(':') {
        // A colon before a slash is a registry's port.
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (image, "latest"),
    }
}

fn not_started(image: &str, source: TestcontainersError) -> ContainerError {
    match source {
        source @ TestcontainersError::Client(testcontainers::core::error::ClientError::Init(_)) => {
            ContainerError::NoDocker(source)
        }
        source => ContainerError::NotStarted { image: image.to_owned(), source },
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn an_image_has_a_name_and_a_tag() {
        assert_eq!(split("localstack/localstack:4.9.2"), ("localstack/localstack", "4.9.2"));
        assert_eq!(split("localstack/localstack"), ("localstack/localstack", "latest"));
        assert_eq!(split("registry:5000/localstack"), ("registry:5000/localstack", "latest"));
        assert_eq!(split("registry:5000/localstack:4"), ("registry:5000/localstack", "4"));
    }
}
