//! `AWS::IAM::Role`, and the role that SAM makes for a function that names none.

use super::Reading;
use super::policy::{self, Purpose};
use crate::model::{Role, Statement, Topology};
use crate::section::Section;

pub(crate) fn read(reading: &Reading<'_>, topology: &mut Topology) {
    let properties = reading.properties();
    properties.deployment_only(&["Description", "Path", "Tags"]);
    let trust = properties.required_section("AssumeRolePolicyDocument");
    let trust = trust.map(|document| policy::statements(&document, Purpose::Trust)).unwrap_or_default();
    let policies = properties.sections("Policies");
    let role = Role {
        name: reading.name(),
        arn: reading.attribute("Arn"),
        trusted: trust.into_iter().filter(|statement| statement.allow).flat_map(|allowed| allowed.principals).collect(),
        statements: policies.iter().flat_map(inline_policy).collect(),
    };
    topology.roles.insert(reading.id(), role);
}

fn inline_policy(policy: &Section<'_>) -> Vec<Statement> {
    policy.required_text("PolicyName");
    let document = policy.required_section("PolicyDocument");
    document.map(|document| policy::statements(&document, Purpose::Role)).unwrap_or_default()
}

/// The role of a function without `Role`: its `Policies` (documents only; policy templates and managed policies are
/// not modelled), and what SAM adds so that the function can write its log, be traced, and read its queue.
pub(super) fn implicit(name: String, arn: String, policies: &[Section<'_>], traced: bool, polls: bool) -> Role {
    let mut statements: Vec<Statement> =
        policies.iter().flat_map(|document| policy::statements(document, Purpose::Role)).collect();
    let added = [
        (true, &["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"][..]),
        (traced, &["xray:PutTraceSegments", "xray:PutTelemetryRecords"]),
        (polls, &["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]),
    ];
    statements.extend(added.into_iter().filter(|(wanted, _)| *wanted).map(|(_, actions)| allow(actions)));
    Role { name, arn, trusted: vec!["lambda.amazonaws.com".to_owned()], statements }
}

fn allow(actions: &[&str]) -> Statement {
    Statement {
        allow: true,
        actions: actions.iter().map(|action| (*action).to_owned()).collect(),
        resources: vec!["*".to_owned()],
        principals: Vec::new(),
        source_arns: Vec::new(),
    }
}
