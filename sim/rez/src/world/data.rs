//! Where a world keeps its data: in the simulated cloud, which tells of everything that happens to it, or with somebody
//! else, who has to be asked.

use std::time::Duration;

use anyhow::Context;
use rez_cloud::{Cloud, CloudBuilder};

use crate::backend::DataServices;
use crate::checkers::Names;
use crate::observer::SharedObserver;
use crate::run::Plan;
use crate::world::NTFY_TOKEN;

/// How often it is looked whether everything has come to rest.
const LOOK_EVERY: Duration = Duration::from_secs(5);
const LOOK_EVERY_ELSEWHERE: Duration = Duration::from_secs(1);

pub enum Data {
    Inside,
    Elsewhere(Box<DataServices>),
}

impl Data {
    /// Ready, and empty.
    ///
    /// # Errors
    /// When somebody else's data services cannot be made so.
    pub async fn ready(plan: &Plan) -> anyhow::Result<Self> {
        let Some(real_time) = &plan.real_time else { return Ok(Self::Inside) };
        let services = DataServices::prepare(&real_time.url, &plan.topology, NTFY_TOKEN).await?;
        services.empty(&plan.topology).await?;
        Ok(Self::Elsewhere(Box::new(services)))
    }

    pub fn put_under(&self, builder: CloudBuilder) -> CloudBuilder {
        match self {
            Self::Inside => builder,
            Self::Elsewhere(services) => services.put_under(builder),
        }
    }

    /// Lets the world go on until nothing is on its way, or until it should have settled.
    ///
    /// # Errors
    /// When nobody says what is on its way.
    pub async fn drain(
        &self,
        cloud: &Cloud,
        bound: Duration,
        names: &Names,
        observer: &SharedObserver,
    ) -> anyhow::Result<()> {
        let end = cloud.clock().elapsed() + bound;
        while cloud.clock().elapsed() < end && self.is_anything_on_its_way(cloud, names, observer).await? {
            tokio::time::sleep(self.look_every()).await;
        }
        Ok(())
    }

    async fn is_anything_on_its_way(
        &self,
        cloud: &Cloud,
        names: &Names,
        observer: &SharedObserver,
    ) -> anyhow::Result<bool> {
        match self {
            Self::Inside => {
                let counts = cloud.services().sqs.counts(&names.queue).context("cannot count the queue")?;
                let queued = counts.visible + counts.in_flight + counts.delayed;
                Ok(queued > 0 || observer.lock().expect("no observer panicked").tally.in_flight > 0)
            }
            Self::Elsewhere(services) => services.is_anything_on_its_way(names).await,
        }
    }

    fn look_every(&self) -> Duration {
        match self {
            Self::Inside => LOOK_EVERY,
            Self::Elsewhere(_) => LOOK_EVERY_ELSEWHERE,
        }
    }

    /// Shows the observer what nobody told it of.
    ///
    /// # Errors
    /// When somebody else's data services do not say what they hold.
    pub async fn take_stock(&self, cloud: &Cloud, names: &Names, observer: &SharedObserver) -> anyhow::Result<()> {
        if let Self::Elsewhere(services) = self {
            let remains = services.remains(names).await?;
            observer.lock().expect("no observer panicked").found(cloud.clock().now(), &remains);
        }
        Ok(())
    }
}
