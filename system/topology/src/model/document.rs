//! Policies as the JSON documents that AWS's own APIs take.

use serde_json::{Value, json};

use super::{Queue, Redrive, Statement, Topology};

impl Topology {
    /// The policies of a queue as one, for the attribute `Policy` of SQS; `None` when it has none.
    pub fn queue_policy(&self, queue: &Queue) -> Option<String> {
        let statements: Vec<_> = self.queue_statements(queue).map(statement).collect();
        let document = || json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
        (!statements.is_empty()).then(document)
    }
}

impl Redrive {
    /// For the attribute `RedrivePolicy` of SQS.
    pub fn document(&self) -> String {
        json!({ "deadLetterTargetArn": self.target_arn, "maxReceiveCount": self.max_receive_count }).to_string()
    }
}

fn statement(statement: &Statement) -> Value {
    let (services, others): (Vec<_>, Vec<_>) =
        statement.principals.iter().partition(|principal| principal.ends_with(".amazonaws.com"));
    let mut principal = json!({});
    for (kind, principals) in [("Service", services), ("AWS", others)] {
        if !principals.is_empty() {
            principal[kind] = json!(principals);
        }
    }
    let mut document = json!({
        "Effect": if statement.allow { "Allow" } else { "Deny" },
        "Principal": principal,
        "Action": statement.actions,
        "Resource": statement.resources,
    });
    if !statement.source_arns.is_empty() {
        // It compares as `ArnEquals` does.
        document["Condition"] = json!({ "ArnLike": { "aws:SourceArn": statement.source_arns } });
    }
    document
}
