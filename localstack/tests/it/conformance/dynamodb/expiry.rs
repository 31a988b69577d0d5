//! The attribute that items expire by: how it is set and told. That they go is not asked for here, because AWS takes days.

use aws_sdk_dynamodb::operation::update_time_to_live::UpdateTimeToLiveError;
use aws_sdk_dynamodb::types::{TimeToLiveDescription, TimeToLiveSpecification, TimeToLiveStatus};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;

use super::super::subject::Subject;
use super::super::{Difference, refusal};
use super::notes;

async fn switch(subject: &Subject, table: &str, on: bool) -> Result<(), SdkError<UpdateTimeToLiveError, HttpResponse>> {
    let specification = TimeToLiveSpecification::builder().attribute_name("gone").enabled(on).build().unwrap();
    let update = subject.dynamodb.update_time_to_live().table_name(table).time_to_live_specification(specification);
    let answer = update.send().await?.time_to_live_specification.unwrap();
    assert_eq!((answer.attribute_name(), answer.enabled()), ("gone", on));
    Ok(())
}

async fn described(subject: &Subject, table: &str) -> TimeToLiveDescription {
    let described = subject.dynamodb.describe_time_to_live().table_name(table).send().await.unwrap();
    described.time_to_live_description.unwrap()
}

pub async fn a_table_tells_what_its_items_expire_by(subject: &Subject) {
    let table = notes(subject).await;
    let before = described(subject, &table).await;
    assert_eq!((before.time_to_live_status(), before.attribute_name()), (Some(&TimeToLiveStatus::Disabled), None));
    switch(subject, &table, true).await.unwrap();
    let after = described(subject, &table).await;
    // AWS takes up to an hour to do it.
    let on = [TimeToLiveStatus::Enabling, TimeToLiveStatus::Enabled];
    assert!(after.time_to_live_status().is_some_and(|status| on.contains(status)), "{after:?}");
    assert_eq!(after.attribute_name(), Some("gone"));
}

pub async fn expiry_of_a_table_that_is_not_there(subject: &Subject) {
    let (aws, other) = ("ResourceNotFoundException", "ResourceNotFound");
    let missing = (400, subject.expects(aws, Difference::NoTableByAnotherCode, other));
    let describe = subject.dynamodb.describe_time_to_live().table_name("nowhere");
    assert_eq!(refusal(describe.send().await).kind(), missing);
    assert_eq!(refusal(switch(subject, "nowhere", true).await).kind(), missing);
}
