//! A run begins with empty queues and tables: in virtual time because they are new, and here because they are emptied.

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use aws_sdk_dynamodb::types::{DeleteRequest, WriteRequest};
use aws_sdk_sqs::operation::purge_queue::PurgeQueueError;
use rez_cloud::backend::POLL;
use rez_topology::{Queue, Table, Topology};
use tokio::time::sleep;

use super::{DataServices, Item, told};

/// AWS purges a queue once in 60 s.
const PURGE_TRIES: u32 = 65;
const PURGE_WAIT: Duration = Duration::from_secs(1);
/// What one BatchWriteItem takes.
const BATCH_MAX: usize = 25;

impl DataServices {
    /// Removes whatever the template's queues and tables hold.
    ///
    /// # Errors
    /// The first of them that refused.
    pub async fn empty(&self, topology: &Topology) -> anyhow::Result<()> {
        // The pollers of an earlier run may still be waiting there, though nobody waits for them.
        sleep(POLL).await;
        for queue in topology.queues.values() {
            self.purge(queue).await.with_context(|| format!("cannot purge queue `{}`", queue.name))?;
        }
        for table in topology.tables.values() {
            self.clear(table).await.with_context(|| format!("cannot empty table `{}`", table.name))?;
        }
        Ok(())
    }

    async fn purge(&self, queue: &Queue) -> anyhow::Result<()> {
        if self.queued(&queue.name).await? == 0 {
            return Ok(());
        }
        for _ in 0..PURGE_TRIES {
            match self.sqs.purge_queue().queue_url(&queue.url).send().await {
                Ok(_) => return Ok(()),
                Err(error) if error.as_service_error().is_some_and(PurgeQueueError::is_purge_queue_in_progress) => {
                    sleep(PURGE_WAIT).await;
                }
                Err(error) => return Err(told(&error)),
            }
        }
        bail!("another purge is in progress")
    }

    async fn clear(&self, table: &Table) -> anyhow::Result<()> {
        let keys = [Some(&table.partition_key), table.sort_key.as_ref()];
        let keys: Vec<&str> = keys.into_iter().flatten().map(|key| key.name.as_str()).collect();
        let key_of = |mut item: Item| keys.iter().filter_map(|key| item.remove_entry(*key)).collect();
        let items = self.scan(&table.name).await?;
        let deletions: Vec<WriteRequest> = items.into_iter().map(|item| deletion(key_of(item))).collect();
        for batch in deletions.chunks(BATCH_MAX) {
            let batch = self.dynamodb.batch_write_item().request_items(&table.name, batch.to_vec());
            let written = batch.send().await.map_err(|error| told(&error))?;
            ensure!(written.unprocessed_items.is_none_or(|left| left.is_empty()), "it does not take so many deletions");
        }
        Ok(())
    }
}

fn deletion(key: Item) -> WriteRequest {
    let request = DeleteRequest::builder().set_key(Some(key)).build().expect("the key is given");
    WriteRequest::builder().delete_request(request).build()
}
