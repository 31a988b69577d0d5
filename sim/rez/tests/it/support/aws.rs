//! An AWS behind a real port, with nothing in it, and nobody at work on it.

use std::net::Ipv4Addr;
use std::sync::mpsc;
use std::thread;

use rez_cloud::ports::Port;
use rez_cloud::profile::Profile;
use rez_cloud::{Cloud, Seed};
use rez_topology::{Options, Topology};
use tokio::sync::oneshot;

/// Serves, on a thread of its own, until it is dropped.
pub struct Aws {
    pub url: String,
    _stop: oneshot::Sender<()>,
}

impl Aws {
    pub fn start() -> Self {
        let (stop, stopped) = oneshot::channel();
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let nothing = Topology::from_yaml("Resources: {}", "nothing.yaml", &Options::default()).unwrap();
                let knobs = Profile::Ideal.real_time_knobs();
                let cloud = Cloud::builder(nothing, Seed(1)).knobs(knobs).build().unwrap();
                let port = Port::bind((Ipv4Addr::LOCALHOST, 0).into()).await.unwrap();
                tell.send(port.url()).unwrap();
                port.serve(cloud.aws_endpoint(), async { drop(stopped.await) }).await;
            });
        });
        Self { url: told.recv().unwrap(), _stop: stop }
    }
}
