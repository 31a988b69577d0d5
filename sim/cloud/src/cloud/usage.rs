//! What was used of a cloud, gathered from where it is counted.

use super::Cloud;
use crate::billing::{Charge, Usage, standing};

/// Hours of a month of 30 days.
const HOURS: f64 = 720.0;

pub(super) fn gather(cloud: &Cloud) -> Usage {
    let period = cloud.world.clock.elapsed();
    let meter = cloud.meter.lock().expect("no holder panics");
    let mut usage = meter.usage(period);
    usage.standing = standing(&cloud.topology, &meter, period);
    usage.count(Charge::Traces, cloud.lambda.traces() as f64);
    usage.count(Charge::CustomMetrics, cloud.cloudwatch.metric_hours() as f64 / HOURS);
    let users: usize = cloud.user_pools.values().map(|pool| pool.active_users()).sum();
    usage.stand(Charge::CognitoUsers, users as f64);
    tables(cloud, &mut usage);
    usage
}

/// What the tables consumed, and what they hold now.
fn tables(cloud: &Cloud, usage: &mut Usage) {
    let dynamodb = &cloud.services.dynamodb;
    for consumed in dynamodb.consumed().values() {
        usage.count(Charge::DynamodbReads, consumed.read);
        usage.count(Charge::DynamodbWrites, consumed.write);
    }
    for (name, stored) in dynamodb.stored() {
        usage.stand(Charge::DynamodbStorage, (stored.table + stored.indexes) as f64 / 1e9);
        let table = cloud.topology.tables.values().find(|table| table.name == name);
        // Backups are of the table; indexes are built anew.
        if table.is_some_and(|table| table.point_in_time_recovery) {
            usage.stand(Charge::DynamodbRecovery, stored.table as f64 / 1e9);
        }
    }
}
