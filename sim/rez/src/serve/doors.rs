//! The ports: bound before anything is built, because the functions are told their numbers.

use std::future::Future;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use rez_cloud::Cloud;
use rez_cloud::ports::{Port, Served};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::ServeArgs;
use crate::world::names::HTTP_API;

/// A port for each part that somebody may want to talk to.
pub struct Doors {
    pub api: Port,
    pub sign_in: Port,
    pub ntfy: NtfyDoor,
    pub aws: Port,
}

/// Where ntfy is.
pub enum NtfyDoor {
    Own(Port),
    /// The URL of somebody else's.
    Other(String),
}

impl NtfyDoor {
    pub fn url(&self) -> String {
        match self {
            Self::Own(port) => port.url(),
            Self::Other(url) => url.clone(),
        }
    }
}

impl Doors {
    /// # Errors
    /// The first port that is taken.
    pub async fn open(arguments: &ServeArgs) -> anyhow::Result<Self> {
        let bind = |what, flag, port| bind(what, flag, SocketAddr::new(arguments.bind, port));
        let ntfy = match &arguments.ntfy_url {
            Some(url) => NtfyDoor::Other(url.clone()),
            None => NtfyDoor::Own(bind("ntfy", "--ntfy-port", arguments.ntfy_port).await?),
        };
        Ok(Self {
            api: bind("the API", "--api-port", arguments.api_port).await?,
            sign_in: bind("the user pool", "--sign-in-port", arguments.sign_in_port).await?,
            ntfy,
            aws: bind("AWS", "--aws-port", arguments.aws_port).await?,
        })
    }

    /// Serves until what is returned first is dropped; what is returned second ends when the last connection has.
    ///
    /// # Errors
    /// When the template has no API.
    pub fn serve(self, cloud: &Cloud) -> anyhow::Result<(watch::Sender<()>, impl Future<Output = ()> + use<>)> {
        let api = cloud.api_host(HTTP_API).context("the template has no HTTP API")?;
        let at = |host: &str| cloud.at_host(host).with_context(|| format!("`{host}` is no host"));
        let sign_in = self.sign_in.from_here().to_string();
        let mut behind: Vec<(Port, Arc<dyn Served>)> =
            vec![(self.api, at(api)?), (self.sign_in, at(&sign_in)?), (self.aws, cloud.aws_endpoint())];
        if let NtfyDoor::Own(port) = self.ntfy {
            let ntfy = port.from_here().to_string();
            behind.push((port, at(&ntfy)?));
        }
        let (stop, _) = watch::channel(());
        let mut serving = JoinSet::new();
        for (port, served) in behind {
            let mut stopped = stop.subscribe();
            // The sender says nothing: it goes away, and that is an error here.
            serving.spawn(port.serve(served, async move { drop(stopped.changed().await) }));
        }
        Ok((stop, async move { drop(serving.join_all().await) }))
    }
}

async fn bind(what: &str, flag: &str, address: SocketAddr) -> anyhow::Result<Port> {
    Port::bind(address).await.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => {
            anyhow!(
                "port {} for {what} is taken (choose another with `{flag}`; 0 takes any that is free)",
                address.port()
            )
        }
        _ => anyhow!("cannot listen at {address} for {what}: {error} (see `{flag}` and `--bind`)"),
    })
}
