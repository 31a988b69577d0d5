//! What each function of `system/template.yaml` may do, whole: a permission that is added or lost shows here.

use crate::deployed;

/// Of every function, what it needs to write its log and its traces.
const OF_ALL: [&str; 4] =
    ["logs:CreateLogStream", "logs:PutLogEvents", "xray:PutTelemetryRecords", "xray:PutTraceSegments"];

/// `ACTION RESOURCE`, where a resource is what follows the account in its ARN; without those of every function.
fn permissions(function: &str) -> Vec<String> {
    let topology = deployed("dev");
    let role = topology.role_of(function).unwrap_or_else(|| panic!("{function} has no role"));
    let pairs = role.statements.iter().flat_map(|statement| {
        assert!(statement.allow);
        let resources = statement.resources.iter();
        resources.flat_map(|resource| statement.actions.iter().map(move |action| (action, resource)))
    });
    let (common, own): (Vec<_>, Vec<_>) = pairs.partition(|(action, _)| OF_ALL.contains(&action.as_str()));
    let mut common: Vec<_> = common.into_iter().map(|(action, _)| action.as_str()).collect();
    common.sort_unstable();
    assert_eq!(common, OF_ALL, "{function}");
    let plain =
        |resource: &str| resource.split("123456789012:").nth(1).unwrap_or(resource).replace("rez-agent-dev-", "");
    let mut own: Vec<_> = own.into_iter().map(|(action, resource)| format!("{action} {}", plain(resource))).collect();
    own.sort_unstable();
    own
}

#[track_caller]
fn check(function: &str, expected: &[&str]) {
    let topology = deployed("dev");
    let key = topology.keys["Key"].id.clone();
    let seen: Vec<_> = permissions(function).into_iter().map(|text| text.replace(&key, "KEY")).collect();
    assert_eq!(seen, expected, "{function}");
}

#[test]
fn scheduler() {
    check(
        "Scheduler",
        &[
            "dynamodb:GetItem table/config",
            "dynamodb:GetItem table/messages",
            "dynamodb:PutItem table/messages",
            "dynamodb:Query table/counters",
            "dynamodb:Query table/messages/index/due",
            "dynamodb:UpdateItem table/counters",
            "dynamodb:UpdateItem table/messages",
            "sns:Publish messages",
            "ssm:GetParameter parameter/rez-agent/dev/daily-message",
        ],
    );
}

#[test]
fn message_processor() {
    check(
        "MessageProcessor",
        &[
            "dynamodb:UpdateItem table/counters",
            "dynamodb:UpdateItem table/messages",
            "lambda:InvokeFunction function:notification-service:live",
            "sqs:DeleteMessage messages",
            "sqs:GetQueueAttributes messages",
            "sqs:ReceiveMessage messages",
            "sqs:SendMessage messages-dlq",
        ],
    );
}

#[test]
fn notification_service() {
    check(
        "NotificationService",
        &[
            "dynamodb:GetItem table/config",
            "dynamodb:UpdateItem table/config",
            "kms:Decrypt key/KEY",
            "ssm:GetParameter parameter/rez-agent/dev/ntfy-token",
            "ssm:GetParameter parameter/rez-agent/dev/ntfy-topic",
            "ssm:GetParameter parameter/rez-agent/dev/ntfy-url",
        ],
    );
}

#[test]
fn web_api() {
    check(
        "WebApi",
        &[
            "dynamodb:GetItem table/config",
            "dynamodb:GetItem table/messages",
            "dynamodb:PutItem table/idempotency",
            "dynamodb:PutItem table/messages",
            "dynamodb:Query table/counters",
            "dynamodb:Query table/messages/index/stage-created_date",
            "dynamodb:Query table/messages/index/status-created_date",
            "dynamodb:UpdateItem table/counters",
            "dynamodb:UpdateItem table/messages",
            "kms:Decrypt key/KEY",
            "sns:Publish messages",
            "ssm:GetParameter parameter/rez-agent/dev/web-api-key",
        ],
    );
}

#[test]
fn jwt_authorizer() {
    check("JwtAuthorizer", &[]);
}
