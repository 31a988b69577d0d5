//! The operations that this cloud models, by service.

use crate::services::Service;

const DYNAMODB: &[&str] = &[
    "BatchGetItem",
    "BatchWriteItem",
    "DeleteItem",
    "DescribeTable",
    "GetItem",
    "PutItem",
    "Query",
    "Scan",
    "TransactGetItems",
    "TransactWriteItems",
    "UpdateItem",
];
const SQS: &[&str] = &[
    "ChangeMessageVisibility",
    "ChangeMessageVisibilityBatch",
    "DeleteMessage",
    "DeleteMessageBatch",
    "GetQueueAttributes",
    "GetQueueUrl",
    "ListMessageMoveTasks",
    "PurgeQueue",
    "ReceiveMessage",
    "SendMessage",
    "SendMessageBatch",
    "StartMessageMoveTask",
];
const SNS: &[&str] = &["Publish", "PublishBatch"];
const PARAMETERS: &[&str] = &["GetParameter"];
/// Methods: what its paths mean is the business of the system behind it.
const API_GATEWAY: &[&str] = &["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];
const COGNITO: &[&str] = &["Authorize", "Configuration", "Keys", "Login", "Revoke", "Token"];
const LAMBDA: &[&str] = &["Invoke"];

/// Every service that a request can be meant for.
pub(crate) const SERVICES: [Service; 7] = [
    Service::DynamoDb,
    Service::Sqs,
    Service::Sns,
    Service::Parameters,
    Service::Lambda,
    Service::ApiGateway,
    Service::Cognito,
];

/// The operations of `service` that functions can call and faults can be aimed at.
pub const fn operations(service: Service) -> &'static [&'static str] {
    match service {
        Service::DynamoDb => DYNAMODB,
        Service::Sqs => SQS,
        Service::Sns => SNS,
        Service::Parameters => PARAMETERS,
        Service::Lambda => LAMBDA,
        Service::Cognito => COGNITO,
        Service::ApiGateway => API_GATEWAY,
        Service::Other => &[],
    }
}
