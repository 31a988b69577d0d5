//! A cloud in real time that takes none itself, and the times of its invocations.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use rez_cloud::host::lambda::child::Binary;
use rez_cloud::ports::Port;
use rez_cloud::profile::{Knobs, Latency, Profile};
use rez_cloud::{Cloud, CloudBuilder, Seed};
use rez_topology::Topology;
use tokio::task::JoinHandle;

use super::idler::{ID, Idler};

/// A cloud with a function to invoke.
pub struct Place {
    cloud: Cloud,
    function: String,
    port: Option<JoinHandle<()>>,
}

impl Place {
    pub fn in_process(topology: &Topology) -> Result<Self> {
        let cloud = builder(topology).function(ID, Arc::new(Idler)).compute(ID, Latency::ZERO).build()?;
        Ok(Self { cloud, function: ID.to_owned(), port: None })
    }

    /// `function` runs as a child, and all others do nothing.
    pub async fn child(topology: &Topology, function: &str, binary: impl Fn(SocketAddr) -> Binary) -> Result<Self> {
        let port = Port::bind((Ipv4Addr::LOCALHOST, 0).into()).await?;
        let mut builder = builder(topology);
        for id in topology.functions.keys().filter(|id| *id != function) {
            builder = builder.function(id, Arc::new(Idler));
        }
        let cloud = builder.child(function, binary(port.address())).build()?;
        let port = tokio::spawn(port.serve(cloud.aws_endpoint(), std::future::pending()));
        Ok(Self { cloud, function: function.to_owned(), port: Some(port) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(port) = &self.port {
            port.abort();
        }
    }
}

fn builder(topology: &Topology) -> CloudBuilder {
    let mut knobs: Knobs = Profile::Ideal.knobs();
    knobs.lambda.init = Latency::ZERO;
    knobs.lambda.warm_overhead = Latency::ZERO;
    Cloud::builder(topology.clone(), Seed(1)).knobs(knobs)
}

/// From the invocation that starts the process to its answer, which comes along.
pub async fn cold(place: &Place, event: &str) -> Result<(Duration, String)> {
    let before = place.cloud.clock().elapsed();
    let answer = place.cloud.invoke(&place.function, event.to_owned()).await?;
    let took = place.cloud.clock().elapsed() - before;
    Ok((took, String::from_utf8_lossy(&answer.payload).into_owned()))
}

/// The times of invocations one after another, once it is warm.
pub async fn warm(place: &Place, invocations: usize) -> Result<Times> {
    cold(place, "{}").await?;
    let mut times = Times::default();
    for _ in 0..invocations {
        times.add(cold(place, "{}").await?.0);
    }
    Ok(times)
}

#[derive(Default)]
pub struct Times(Vec<Duration>);

impl Times {
    pub fn add(&mut self, took: Duration) {
        let at = self.0.partition_point(|time| *time < took);
        self.0.insert(at, took);
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |share: f64| self.0[((self.0.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
        write!(f, "p50 {:>7.3} ms  p90 {:>7.3} ms  max {:>7.3} ms", ms(0.5), ms(0.9), ms(1.0))
    }
}
