//! Tables as a whole.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TableStatus,
};

use super::super::subject::{Subject, pass};
use super::super::{Difference, refusal};
use super::{key, notes, put};

pub async fn a_table_is_created_once(subject: &Subject) {
    let table = notes(subject).await;
    let attribute = AttributeDefinition::builder().attribute_name("owner").attribute_type(ScalarAttributeType::S);
    let key = KeySchemaElement::builder().attribute_name("owner").key_type(KeyType::Hash).build().unwrap();
    let create = subject.dynamodb.create_table().table_name(&table).billing_mode(BillingMode::PayPerRequest);
    let create = create.attribute_definitions(attribute.build().unwrap()).key_schema(key);
    assert_eq!(refusal(create.send().await).kind(), (400, "ResourceInUseException"));
}

pub async fn tables_are_listed_and_described(subject: &Subject) {
    let table = notes(subject).await;
    let mut pages = subject.dynamodb.list_tables().limit(1).into_paginator().send();
    let mut listed = Vec::new();
    while let Some(page) = pages.next().await {
        listed.extend(page.unwrap().table_names.unwrap_or_default());
    }
    assert!(listed.contains(&table), "{listed:?}");
    let described = subject.dynamodb.describe_table().table_name(&table).send().await.unwrap().table.unwrap();
    assert_eq!(described.table_status(), Some(&TableStatus::Active));
    assert_eq!(described.table_arn(), Some(format!("arn:aws:dynamodb:us-east-1:123456789012:table/{table}").as_str()));
    let keys = described.key_schema().iter().map(|key| (key.attribute_name(), key.key_type())).collect::<Vec<_>>();
    assert_eq!(keys, [("owner", &KeyType::Hash), ("number", &KeyType::Range)]);
    assert_eq!(described.global_secondary_indexes()[0].index_name(), Some("by-color"));
}

pub async fn a_deleted_table_is_gone(subject: &Subject) {
    let table = notes(subject).await;
    put(subject, &table, key("ann", 1)).await;
    let deleted = subject.dynamodb.delete_table().table_name(&table).send().await.unwrap();
    let status = subject.expects(TableStatus::Deleting, Difference::DeletedTableIsActive, TableStatus::Active);
    assert_eq!(deleted.table_description.unwrap().table_status(), Some(&status));
    for _ in 0..100 {
        let described = subject.dynamodb.describe_table().table_name(&table).send().await;
        if described.is_err() {
            assert_eq!(refusal(described).kind(), (400, "ResourceNotFoundException"));
            let get = subject.dynamodb.get_item().table_name(&table).set_key(Some(key("ann", 1)));
            assert_eq!(refusal(get.send().await).kind(), (400, "ResourceNotFoundException"));
            return;
        }
        pass(std::time::Duration::from_millis(100)).await;
    }
    panic!("it is still there");
}

pub async fn a_table_that_is_not_there_is_not_deleted(subject: &Subject) {
    let refused = refusal(subject.dynamodb.delete_table().table_name("nowhere").send().await);
    assert_eq!(refused.kind(), (400, "ResourceNotFoundException"));
}
