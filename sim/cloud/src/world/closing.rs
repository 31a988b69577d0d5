//! The end of a world that others depend on: nothing more is begun, and what is under way may end.

use tokio::sync::watch;

/// Whether the end has begun, and who is still at work.
#[derive(Debug, Default)]
pub struct Closing(watch::Sender<bool>);

/// Something is under way for as long as this is kept.
#[derive(Debug)]
pub struct UnderWay(#[expect(dead_code, reason = "it is counted")] watch::Receiver<bool>);

impl Closing {
    /// Has the world wait for what begins now.
    pub fn under_way(&self) -> UnderWay {
        UnderWay(self.0.subscribe())
    }

    pub fn has_begun(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it begins.
    pub async fn begins(&self) {
        // The sender is this.
        drop(self.0.subscribe().wait_for(|begun| *begun).await);
    }

    /// Begins, and waits for all that is under way.
    pub async fn end(&self) {
        self.0.send_replace(true);
        self.0.closed().await;
    }
}
