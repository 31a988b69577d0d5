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
    pub ntfy: Port,
    pub aws: Port,
}

impl Doors {
    /// # Errors
    /// The first port that is taken.
    pub async fn open(arguments: &ServeArgs) -> anyhow::Result<Self> {
        let bind = |what, flag, port| bind(what, flag, SocketAddr::new(arguments.bind, port));
        Ok(Self {
            api: bind("the API", "--api-port", arguments.api_port).await?,
            sign_in: bind("the user pool", "--sign-in-port", arguments.sign_in_port).await?,
            ntfy: bind("ntfy", "--ntfy-port", arguments.ntfy_port).await?,
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
        let (sign_in, ntfy) = (self.sign_in.from_here().to_string(), self.ntfy.from_here().to_string());
        let behind: [(Port, Arc<dyn Served>); 4] = [
            (self.api, at(api)?),
            (self.sign_in, at(&sign_in)?),
            (self.ntfy, at(&ntfy)?),
            (self.aws, cloud.aws_endpoint()),
        ];
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
