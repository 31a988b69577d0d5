//! The policy of a resource, read from its JSON document ("IAM JSON policy element reference", IAM guide).
//!
//! Of conditions, `aws:SourceArn` is modelled, one comparison a statement; of what a statement leaves out, nothing.

use rez_topology::Statement;
use serde_json::{Map, Value};

/// Comparisons that may be made with `aws:SourceArn`.
const SOURCE_COMPARISONS: [&str; 4] = ["ArnEquals", "ArnLike", "StringEquals", "StringLike"];

/// Why a document is no policy here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyError {
    /// It is none on AWS either.
    Malformed,
    /// AWS knows it, and this cloud does not.
    NotModelled(String),
}

/// The statements of a policy.
///
/// # Errors
/// See [`PolicyError`].
pub fn statements(document: &str) -> Result<Vec<Statement>, PolicyError> {
    let document: Value = serde_json::from_str(document).map_err(|_| PolicyError::Malformed)?;
    match document.get("Statement") {
        Some(Value::Array(all)) => all.iter().map(statement).collect(),
        Some(one) => statement(one).map(|one| vec![one]),
        None => Err(PolicyError::Malformed),
    }
}

fn statement(statement: &Value) -> Result<Statement, PolicyError> {
    let statement = statement.as_object().ok_or(PolicyError::Malformed)?;
    if let Some(inverse) =
        ["NotAction", "NotPrincipal", "NotResource"].into_iter().find(|it| statement.contains_key(*it))
    {
        return Err(PolicyError::NotModelled(inverse.to_owned()));
    }
    let allow = match statement.get("Effect").and_then(Value::as_str) {
        Some("Allow") => true,
        Some("Deny") => false,
        _ => return Err(PolicyError::Malformed),
    };
    Ok(Statement {
        allow,
        actions: texts(statement.get("Action"))?,
        resources: texts(statement.get("Resource"))?,
        principals: principals(statement.get("Principal"))?,
        source_arns: statement.get("Condition").map_or_else(|| Ok(Vec::new()), source_arns)?,
    })
}

/// Services and accounts alike; `*` for everybody.
fn principals(principal: Option<&Value>) -> Result<Vec<String>, PolicyError> {
    let Some(Value::Object(kinds)) = principal else { return texts(principal) };
    let all = kinds.values().map(|principals| texts(Some(principals))).collect::<Result<Vec<_>, _>>()?;
    Ok(all.concat())
}

fn source_arns(condition: &Value) -> Result<Vec<String>, PolicyError> {
    let (comparison, keys) = only(condition.as_object())?;
    let (key, arns) = only(keys.as_object())?;
    if SOURCE_COMPARISONS.contains(&comparison) && key.eq_ignore_ascii_case("aws:SourceArn") {
        return texts(Some(arns));
    }
    Err(PolicyError::NotModelled(format!("{comparison} of {key}")))
}

/// Several conditions must all be met, which a list of sources cannot say.
fn only(members: Option<&Map<String, Value>>) -> Result<(&str, &Value), PolicyError> {
    let members = members.ok_or(PolicyError::Malformed)?;
    let mut all = members.iter().map(|(name, value)| (name.as_str(), value));
    match (all.next(), all.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(PolicyError::Malformed),
        _ => Err(PolicyError::NotModelled("a statement with several conditions".to_owned())),
    }
}

/// One text, or a list of them.
fn texts(value: Option<&Value>) -> Result<Vec<String>, PolicyError> {
    let text = |value: &Value| value.as_str().map(str::to_owned).ok_or(PolicyError::Malformed);
    match value {
        Some(Value::Array(all)) => all.iter().map(text).collect(),
        Some(one) => text(one).map(|one| vec![one]),
        None => Err(PolicyError::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use rez_topology::{Options, Topology};

    use super::*;

    fn check(statement: &str, expected: Result<&[&str], PolicyError>) {
        let document = format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#);
        let sources =
            statements(&document).map(|all| all.into_iter().flat_map(|one| one.source_arns).collect::<Vec<_>>());
        assert_eq!(sources, expected.map(|arns| arns.iter().map(|&arn| arn.to_owned()).collect()), "{document}");
    }

    fn with(more: &str) -> String {
        format!(r#"{{"Effect":"Allow","Principal":"*","Action":"sqs:SendMessage","Resource":"*"{more}}}"#)
    }

    #[test]
    fn one_may_stand_for_a_list() {
        let condition = |value: &str| with(&format!(r#","Condition":{{"ArnLike":{{"AWS:SourceArn":{value}}}}}"#));
        check(&with(""), Ok(&[]));
        check(&format!("[{}]", condition(r#""a""#)), Ok(&["a"]));
        check(&condition(r#"["a","b"]"#), Ok(&["a", "b"]));
        let principals = statements(&format!(
            r#"{{"Statement":{}}}"#,
            with("").replace(r#""*","Act"#, r#"{"Service":["a"],"AWS":"b"},"Act"#)
        ));
        let mut principals = principals.unwrap().remove(0).principals;
        principals.sort();
        assert_eq!(principals, ["a", "b"]);
    }

    #[test]
    fn what_is_not_modelled_is_named() {
        let not_modelled = |what: &str| Err(PolicyError::NotModelled(what.to_owned()));
        check(&with(r#","NotAction":"*""#), not_modelled("NotAction"));
        let condition = r#","Condition":{"Bool":{"aws:SecureTransport":"false"}}"#;
        check(&with(condition), not_modelled("Bool of aws:SecureTransport"));
        let two = r#","Condition":{"ArnLike":{"aws:SourceArn":"a"},"StringEquals":{"aws:SourceAccount":"b"}}"#;
        check(&with(two), not_modelled("a statement with several conditions"));
    }

    #[test]
    fn what_is_no_policy_is_malformed() {
        for statement in ["7", "[7]", r#"{"Effect":"Perhaps"}"#, r#"{"Effect":"Allow","Action":7}"#] {
            check(statement, Err(PolicyError::Malformed));
        }
        assert_eq!(statements("not json"), Err(PolicyError::Malformed));
        assert_eq!(statements("{}"), Err(PolicyError::Malformed));
    }

    const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:news";
    const ACCOUNT: &str = "arn:aws:iam::210987654321:root";

    /// What a template lists with `policies`, each of them statements of a queue's.
    fn with_policies(policies: &[&str]) -> Topology {
        let mut template = "Resources:\n  Inbox: { Type: AWS::SQS::Queue }\n".to_owned();
        for (number, statements) in policies.iter().enumerate() {
            let properties = format!("{{ Queues: [!Ref Inbox], PolicyDocument: {{ Statement: [{statements}] }} }}");
            template += &format!("  Policy{number}: {{ Type: AWS::SQS::QueuePolicy, Properties: {properties} }}\n");
        }
        Topology::from_yaml(&template, "test.yaml", &Options::default()).expect("the template of a test has no mistake")
    }

    /// That the document of the queue's policies is read as these statements.
    fn check_queue(policies: &[&str], expected: &[Statement]) {
        let topology = with_policies(policies);
        let document = topology.queue_policy(&topology.queues["Inbox"]).expect("a policy");
        let mut read = statements(&document).expect("a policy that is modelled");
        // Of principals a document tells the kinds, in no order.
        read.iter_mut().for_each(|statement| statement.principals.sort());
        assert_eq!(read, expected, "{document}");
    }

    /// To send to every queue.
    fn send(allow: bool, principals: &[&str]) -> Statement {
        let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        Statement {
            allow,
            actions: owned(&["sqs:SendMessage"]),
            resources: owned(&["*"]),
            principals: owned(principals),
            source_arns: Vec::new(),
        }
    }

    #[test]
    fn what_a_template_says_of_a_queue_is_read_back_from_its_document() {
        let said = |effect: &str, principal: &str, more: &str| {
            format!(
                "{{ Effect: {effect}, Principal: {{ {principal} }}, Action: 'sqs:SendMessage', Resource: '*'{more} }}"
            )
        };
        let of_topic = format!(", Condition: {{ ArnLike: {{ 'aws:SourceArn': '{TOPIC}' }} }}");
        let topic = said("Allow", "Service: sns.amazonaws.com", &of_topic);
        let from_topic = Statement { source_arns: vec![TOPIC.to_owned()], ..send(true, &["sns.amazonaws.com"]) };
        let account = said("Allow", &format!("AWS: '{ACCOUNT}'"), "");
        let nobody = said("Deny", "AWS: '*'", "");
        let both = said("Deny", &format!("Service: sns.amazonaws.com, AWS: '{ACCOUNT}'"), "");

        check_queue(&[&topic], std::slice::from_ref(&from_topic));
        check_queue(&[&account], &[send(true, &[ACCOUNT])]);
        check_queue(&[&nobody], &[send(false, &["*"])]);
        check_queue(&[&both], &[send(false, &[ACCOUNT, "sns.amazonaws.com"])]);
        let (first, second) = (format!("{topic}, {account}"), nobody);
        check_queue(&[&first, &second], &[from_topic, send(true, &[ACCOUNT]), send(false, &["*"])]);
    }

    #[test]
    fn a_queue_without_policies_has_no_document() {
        let topology = with_policies(&[]);
        assert_eq!(topology.queue_policy(&topology.queues["Inbox"]), None);
    }
}
