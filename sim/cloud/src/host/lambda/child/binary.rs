//! The executable that runs as a function.

use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// An executable that speaks the Runtime API, and where it finds AWS.
#[derive(Clone, Debug)]
pub struct Binary {
    path: PathBuf,
    aws_endpoint: SocketAddr,
    freezes: bool,
}

/// What keeps a file from being run.
#[derive(Debug, thiserror::Error)]
pub enum BinaryError {
    #[error("`{path}` is not there (build it with `cargo build --release`)")]
    Missing { path: PathBuf },
    #[error("`{path}` is no executable file (build it with `cargo build --release`, or `chmod +x` it)")]
    NotExecutable { path: PathBuf },
    #[error("`{path}`: {error}")]
    Unreadable { path: PathBuf, error: io::Error },
}

impl Binary {
    /// The executable at `path`. It finds all of AWS, and the Parameters and Secrets extension, at `aws_endpoint`: the
    /// address of a port with the cloud's [`aws_endpoint`](crate::Cloud::aws_endpoint) behind it.
    pub fn new(path: impl Into<PathBuf>, aws_endpoint: SocketAddr) -> Self {
        Self { path: path.into(), aws_endpoint, freezes: true }
    }

    /// It keeps running between invocations, which Lambda's do not: for debuggers and measurements.
    #[must_use]
    pub fn without_freezing(self) -> Self {
        Self { freezes: false, ..self }
    }

    /// The same by its absolute path, if it can be run.
    ///
    /// # Errors
    /// When there is no such file, or it is not executable.
    pub(crate) fn checked(self) -> Result<Self, BinaryError> {
        let path = self.path.clone();
        let found = self.path.canonicalize().and_then(|path| Ok((path.metadata()?, path)));
        match found {
            Ok((metadata, path)) if metadata.is_file() && metadata.permissions().mode() & 0o111 != 0 => {
                Ok(Self { path, ..self })
            }
            Ok(_) => Err(BinaryError::NotExecutable { path }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(BinaryError::Missing { path }),
            Err(error) => Err(BinaryError::Unreadable { path, error }),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// `LAMBDA_TASK_ROOT`, and where it is started.
    pub(super) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("/"))
    }

    pub(super) fn aws_endpoint(&self) -> SocketAddr {
        self.aws_endpoint
    }

    pub(super) fn freezes(&self) -> bool {
        self.freezes
    }
}
