//! IAM is never bypassed: whatever a function brought about, its role in the template allows; and where the workload comes
//! through the front door, nobody else changes a table.
//!
//! The roles are read here a second time, by names alone: the checker must not share the mistakes of the simulated IAM.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use rez_cloud::history::{Cause, Fact, QueueEvent, Request, RequestEnd};
use rez_topology::Topology;

use super::{Checker, End, Findings, Seen};

const WRITES: [&str; 3] = ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"];

/// What each function may do, by its name: pairs of action and ARN.
#[derive(Clone, Debug, Default)]
pub struct Grants(BTreeMap<String, BTreeSet<(String, String)>>);

impl Grants {
    pub fn of(topology: &Topology) -> Self {
        let functions = topology.functions.values();
        let grants = functions.map(|function| (function.name.clone(), of_role(topology, &function.role)));
        Self(grants.collect())
    }

    fn allow(&self, function: &str, actions: &[&str], resource: &str) -> bool {
        self.0.get(function).into_iter().flatten().any(|(action, arn)| {
            actions.iter().any(|wanted| wanted.eq_ignore_ascii_case(action)) && names(arn, resource)
        })
    }
}

fn of_role(topology: &Topology, role: &str) -> BTreeSet<(String, String)> {
    let statements = topology.roles.get(role).into_iter().flat_map(|role| &role.statements);
    let mut pairs = BTreeSet::new();
    for statement in statements.filter(|statement| statement.allow) {
        for action in &statement.actions {
            pairs.extend(statement.resources.iter().map(|arn| (action.clone(), arn.clone())));
        }
    }
    pairs
}

/// Whether an ARN is that of `resource`, of an alias or of an index of it.
fn names(arn: &str, resource: &str) -> bool {
    let Some(at) = arn.rfind(resource) else { return false };
    let (before, after) = (&arn[..at], &arn[at + resource.len()..]);
    before.ends_with([':', '/']) && (after.is_empty() || after.starts_with(':') || after.starts_with("/index/"))
        || resource.starts_with('/') && after.is_empty()
}

pub struct IamObeyed {
    grants: Grants,
    /// Whether the workload itself comes with a token, and not as somebody outside.
    by_api: bool,
    findings: Findings,
}

impl IamObeyed {
    pub fn new(grants: &Grants, by_api: bool) -> Self {
        Self { grants: grants.clone(), by_api, findings: Findings::default() }
    }

    fn brought_about(&mut self, by: Cause<'_>, actions: &[&str], resource: &str) {
        match by {
            Cause::Function { name, .. } if !self.grants.allow(name, actions, resource) => {
                self.findings
                    .add(|| format!("`{name}` did one of {actions:?} on `{resource}`, and its role allows none"));
            }
            Cause::Outside if self.by_api && actions == WRITES => {
                self.findings.add(|| format!("somebody without a role changed `{resource}`"));
            }
            Cause::Function { .. } | Cause::Outside | Cause::Cloud => {}
        }
    }

    /// What a function was answered with success. Of a transaction the items tell.
    fn answered(&mut self, request: &Request<'_>) {
        if !matches!(request.end, RequestEnd::Answered { status: 200..300, .. }) || request.resource.is_empty() {
            return;
        }
        let action = match (request.service, request.operation) {
            ("dynamodb", "TransactWriteItems" | "TransactGetItems" | "BatchGetItem" | "BatchWriteItem") => return,
            ("dynamodb", operation) => format!("dynamodb:{operation}"),
            ("lambda", _) => "lambda:InvokeFunction".to_owned(),
            ("parameters", operation) => format!("ssm:{operation}"),
            (service @ ("sqs" | "sns"), operation) => format!("{service}:{}", operation.trim_end_matches("Batch")),
            _ => return,
        };
        self.brought_about(request.cause, &[&action], request.resource);
    }
}

impl Checker for IamObeyed {
    fn name(&self) -> &'static str {
        "IAM is never bypassed"
    }

    fn observe(&mut self, _at: SystemTime, seen: &Seen<'_>) {
        let Seen::Fact(fact) = seen else { return };
        match fact {
            Fact::Item { table, cause, .. } => self.brought_about(*cause, &WRITES, table),
            Fact::Queue { queue, event: QueueEvent::Sent { by, .. }, .. } => {
                self.brought_about(*by, &["sqs:SendMessage"], queue);
            }
            Fact::Published { topic, by, .. } => self.brought_about(*by, &["sns:Publish"], topic),
            Fact::Request(request) => self.answered(request),
            _ => {}
        }
    }

    fn finish(&mut self, _end: &End) -> Findings {
        std::mem::take(&mut self.findings)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{at, request, run};
    use super::*;

    const FUNCTION: &str = "NotificationService";

    fn grants() -> Grants {
        let pair = |action: &str, arn: &str| (action.to_owned(), arn.to_owned());
        let all = [
            pair("dynamodb:UpdateItem", "arn:aws:dynamodb:us-east-1:1:table/config"),
            pair("dynamodb:Query", "arn:aws:dynamodb:us-east-1:1:table/messages/index/due"),
            pair("sns:Publish", "arn:aws:sns:us-east-1:1:messages"),
        ];
        Grants(BTreeMap::from([(FUNCTION.to_owned(), BTreeSet::from(all))]))
    }

    fn changed(by: Cause<'_>, table: &str, by_api: bool) -> u64 {
        let (key, item) = (json!({}), json!({}));
        let fact = Fact::Item { table, key: &key, before: None, after: Some(&item), cause: by };
        run(IamObeyed::new(&grants(), by_api), |checker| checker.observe(at(1), &Seen::Fact(&fact))).violations
    }

    #[test]
    fn a_write_without_a_permission_is_caught() {
        let by = |name| Cause::Function { name, environment: 1, request_id: "r" };
        assert_eq!((changed(by(FUNCTION), "config", true), changed(by(FUNCTION), "messages", true)), (0, 1));
        assert_eq!(changed(by("Stranger"), "config", true), 1);
    }

    #[test]
    fn a_write_past_the_front_door_is_caught_where_there_is_one() {
        assert_eq!((changed(Cause::Outside, "config", true), changed(Cause::Outside, "config", false)), (1, 0));
        assert_eq!(changed(Cause::Cloud, "config", true), 0, "a TTL");
    }

    #[test]
    fn an_answer_without_a_permission_is_caught() {
        let answered = |service: &str, status| {
            run(IamObeyed::new(&grants(), true), |checker| {
                request(checker, 1, service, RequestEnd::Answered { status, code: "" });
            })
            .violations
        };
        // The operation is one that no role has.
        assert_eq!((answered("dynamodb", 200), answered("dynamodb", 400), answered("ntfy.test", 200)), (1, 0, 0));
    }

    #[test]
    fn an_arn_names_its_resource_and_nothing_else() {
        let table = "arn:aws:dynamodb:us-east-1:1:table/rez-config";
        assert!(names(table, "rez-config") && names("arn:aws:lambda:us-east-1:1:function:f:live", "f"));
        assert!(names("arn:aws:dynamodb:us-east-1:1:table/messages/index/due", "messages"));
        assert!(names("arn:aws:ssm:us-east-1:1:parameter/rez/key", "/rez/key"));
        assert!(!names(table, "config") && !names(table, "rez-con"));
    }
}
