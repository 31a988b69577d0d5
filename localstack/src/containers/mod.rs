//! Containers of Docker's, each from its start until it is dropped: LocalStack, and an ntfy with faults beside it.

mod localstack;
mod ntfy;
mod watch;

use std::error::Error;

use hyper_util::client::legacy::Error as HttpError;
use testcontainers::core::error::ClientError;
use testcontainers::runners::AsyncRunner;
use testcontainers::{ContainerAsync, ContainerRequest, GenericImage, TestcontainersError};

pub use self::localstack::LocalStack;
pub use self::ntfy::{AdminError, Notification, Ntfy, Published, Received};

use crate::endpoint::EndpointError;

/// Why there is no container.
#[derive(Debug, thiserror::Error)]
pub enum ContainerError {
    #[error("no Docker daemon answers (run `localstack/docker.sh start`)")]
    NoDocker(#[source] TestcontainersError),
    #[error("`{image}` cannot be started (run `{recipe}`): {source}")]
    NotStarted { image: String, recipe: &'static str, source: TestcontainersError },
    #[error(transparent)]
    Unhealthy(#[from] EndpointError),
}

/// An image by its name, and the script that makes it.
struct Image {
    name: String,
    recipe: &'static str,
}

impl Image {
    /// `own`, or what an environment variable names.
    fn chosen(own: &str, variable: &str, recipe: &'static str) -> Self {
        let other = std::env::var(variable).ok().filter(|image| !image.is_empty());
        Self { name: other.unwrap_or_else(|| own.to_owned()), recipe }
    }

    fn generic(&self) -> GenericImage {
        let (name, tag) = split(&self.name);
        GenericImage::new(name, tag)
    }

    async fn start(
        &self,
        request: ContainerRequest<GenericImage>,
    ) -> Result<ContainerAsync<GenericImage>, ContainerError> {
        request.start().await.map_err(|source| self.not_started(source))
    }

    /// Where this machine reaches a port of the container.
    async fn url(&self, container: &ContainerAsync<GenericImage>, port: u16) -> Result<String, ContainerError> {
        let port = container.get_host_port_ipv4(port).await.map_err(|source| self.not_started(source))?;
        Ok(format!("http://127.0.0.1:{port}"))
    }

    fn not_started(&self, source: TestcontainersError) -> ContainerError {
        match source {
            source if is_unreachable(&source) => ContainerError::NoDocker(source),
            source => ContainerError::NotStarted { image: self.name.clone(), recipe: self.recipe, source },
        }
    }
}

/// There is no daemon's socket, or nobody behind it. A container begins with its creation.
fn is_unreachable(error: &TestcontainersError) -> bool {
    match error {
        TestcontainersError::Client(ClientError::Init(_)) => true,
        TestcontainersError::Client(ClientError::CreateContainer(error)) => {
            let mut causes = std::iter::successors(Some(error as &dyn Error), |&error| error.source());
            causes.any(|cause| cause.downcast_ref::<HttpError>().is_some_and(HttpError::is_connect))
        }
        _ => false,
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
