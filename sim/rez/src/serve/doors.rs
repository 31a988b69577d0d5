//! The ports: bound before anything is built, because the functions are told their numbers.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use rez_cloud::Cloud;
use rez_cloud::ports::{Port, Served};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::ServeArgs;
use crate::world::names::HTTP_API;

/// How long messages that were received may take to be settled. As much as the API has for its requests.
const WORK_DRAIN_MAX: Duration = Duration::from_secs(3);
/// What is left of the 5 s in which all is over.
const BEHIND_DRAIN_MAX: Duration = Duration::from_millis(1_500);

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

    /// # Errors
    /// When the template has no API.
    pub fn serve(self, cloud: &Cloud) -> anyhow::Result<Serving> {
        let api = cloud.api_host(HTTP_API).context("the template has no HTTP API")?;
        let at = |host: &str| -> anyhow::Result<Arc<dyn Served>> {
            Ok(cloud.at_host(host).with_context(|| format!("`{host}` is no host"))?)
        };
        let sign_in = self.sign_in.from_here().to_string();
        let front = Stage::begin([(self.api, at(api)?)]);
        let mut behind: Vec<(Port, Arc<dyn Served>)> =
            vec![(self.sign_in, at(&sign_in)?), (self.aws, cloud.aws_endpoint())];
        if let NtfyDoor::Own(port) = self.ntfy {
            let ntfy = port.from_here().to_string();
            behind.push((port, at(&ntfy)?));
        }
        Ok(Serving { front, behind: Stage::begin(behind) })
    }
}

/// What is served, in the order in which it ends: functions that run as processes need the rest to answer what came to the
/// API, and to work off what came from queues.
pub struct Serving {
    front: Stage,
    behind: Stage,
}

impl Serving {
    /// Takes no more, and gives what is under way a few seconds: at the API, and what `work` ends with.
    pub async fn end(self, work: impl Future<Output = ()>) {
        drop(tokio::join!(self.front.end(), timeout(WORK_DRAIN_MAX, work)));
        // Whoever polls for long is cut off.
        drop(timeout(BEHIND_DRAIN_MAX, self.behind.end()).await);
    }
}

/// Ports that end together.
struct Stage {
    stop: watch::Sender<()>,
    serving: JoinSet<()>,
}

impl Stage {
    fn begin(ports: impl IntoIterator<Item = (Port, Arc<dyn Served>)>) -> Self {
        let (stop, _) = watch::channel(());
        let mut serving = JoinSet::new();
        for (port, served) in ports {
            let mut stopped = stop.subscribe();
            // The sender says nothing: it goes away, and that is an error here.
            serving.spawn(port.serve(served, async move { drop(stopped.changed().await) }));
        }
        Self { stop, serving }
    }

    async fn end(self) {
        drop(self.stop);
        self.serving.join_all().await;
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

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{Request, Response};
    use rez_cloud::ports::Hangup;
    use rez_cloud::program::BoxFuture;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;
    use tokio::sync::mpsc;

    use super::*;

    /// Says that a request has come, and asks at an address before it answers, if there is one.
    struct Asks {
        come: mpsc::UnboundedSender<()>,
        first: Option<SocketAddr>,
    }

    impl Served for Asks {
        fn serve(&self, _: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, Hangup>> {
            Box::pin(async move {
                self.come.send(()).expect("the test waits for it");
                // The stop is on its way by then.
                tokio::task::yield_now().await;
                let answer = match self.first {
                    Some(address) => get(address).await,
                    None => "HTTP/1.1 200".to_owned(),
                };
                Ok(Response::new(answer.into()))
            })
        }
    }

    async fn get(address: SocketAddr) -> String {
        let Ok(mut stream) = TcpStream::connect(address).await else { return "nobody".to_owned() };
        stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    /// Regression: the ports behind closed at once, and what was under way at the API failed.
    #[tokio::test]
    async fn what_came_to_the_api_is_answered_with_the_help_of_the_rest() {
        let (come, mut coming) = mpsc::unbounded_channel();
        let [front, behind] = [(); 2].map(|()| Port::bind(([127, 0, 0, 1], 0).into()));
        let (front, behind) = (front.await.unwrap(), behind.await.unwrap());
        let (api, aws) = (front.from_here(), behind.from_here());
        let asks = |first| -> Arc<dyn Served> { Arc::new(Asks { come: come.clone(), first }) };
        let serving =
            Serving { front: Stage::begin([(front, asks(Some(aws)))]), behind: Stage::begin([(behind, asks(None))]) };
        let asked = tokio::spawn(get(api));
        coming.recv().await.unwrap();
        let mut settled = String::new();
        // A function that works off a message speaks to AWS too.
        let work = async {
            tokio::task::yield_now().await;
            settled = get(aws).await;
        };
        serving.end(work).await;
        let answer = asked.await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("HTTP/1.1 200"), "{answer}");
        assert!(settled.starts_with("HTTP/1.1 200"), "{settled}");
    }
}
