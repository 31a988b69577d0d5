//! DynamoDB: AWS JSON 1.0, whose bodies are the service's own form.

use super::Answer;
use crate::history::Cause;
use crate::services::dynamodb::DynamoDb;

pub(super) async fn answer(tables: &DynamoDb, operation: &str, body: &[u8], cause: Cause<'_>) -> Answer {
    tables.handle(operation, body, cause).await
}
