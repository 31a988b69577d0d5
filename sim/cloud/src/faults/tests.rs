use std::time::{Duration, SystemTime};

use super::*;
use crate::history::History;
use crate::world::Clock;

const HOUR: Duration = Duration::from_secs(3_600);

fn known() -> Known {
    let mut topology = rez_topology::Topology::default();
    let table = rez_topology::Table {
        name: "shop-orders".to_owned(),
        arn: String::new(),
        partition_key: rez_topology::Key { name: "id".to_owned(), kind: "S".to_owned() },
        sort_key: None,
        indexes: Vec::new(),
        ttl_attribute: None,
        point_in_time_recovery: false,
    };
    topology.tables.insert("Orders".to_owned(), table);
    Known::of(&topology).server("mail.example.com")
}

fn check_error(target: &str, expected: &str) {
    assert_eq!(Target::parse(target, &known()).unwrap_err().to_string(), expected);
}

#[test]
fn a_target_reads_back() {
    for target in
        ["dynamodb", "dynamodb.GetItem", "dynamodb:shop-orders", "dynamodb.PutItem:shop-orders", "sns.Publish"]
    {
        assert_eq!(Target::parse(target, &known()).unwrap().to_string(), target);
    }
}

#[test]
fn logical_ids_and_aliases_stand_for_names() {
    assert_eq!(Target::parse("dynamodb:Orders", &known()).unwrap().to_string(), "dynamodb:shop-orders");
    assert_eq!(Target::parse("mail", &known()).unwrap(), Target::Server("mail.example.com".to_owned()));
}

#[test]
fn an_unknown_part_is_named_with_what_is_known() {
    check_error(
        "dynamo",
        "unknown service `dynamo` in target `dynamo` (known: `dynamodb`, `sqs`, `sns`, `parameters`, `lambda`, `api_gateway`, `cognito`, `mail`, \
         `mail.example.com`, `function:NAME`)",
    );
    check_error("sns.Send", "unknown operation `Send` in target `sns.Send` (known: `Publish`, `PublishBatch`)");
    check_error(
        "dynamodb:Nothing",
        "unknown resource `Nothing` in target `dynamodb:Nothing` (known: `Orders`, `shop-orders`)",
    );
    check_error("function:Nobody", "unknown function `Nobody` in target `function:Nobody` (known: )");
}

fn fault(kind: FaultKind, target: &str, probability: f64) -> Fault {
    Fault { kind, target: Target::parse(target, &known()).unwrap(), probability, from: HOUR, until: 2 * HOUR }
}

fn refusal() -> FaultKind {
    FaultKind::Refuse { status: 500, code: "InternalServerError".to_owned() }
}

fn faults(faults: Vec<Fault>) -> Faults {
    let history = History::new(Clock::starting_at(SystemTime::UNIX_EPOCH));
    Faults::new(faults, Seed(1), history).unwrap()
}

#[test]
fn a_fault_strikes_within_its_window_only() {
    let faults = faults(vec![fault(refusal(), "dynamodb.PutItem", 1.0)]);
    let blow = |elapsed, operation| faults.on_request(elapsed, "dynamodb", operation, "shop-orders").blow;
    let second = Duration::from_secs(1);
    assert_eq!(blow(HOUR - second, "PutItem"), None);
    assert_eq!(blow(HOUR, "PutItem"), Some(refusal()));
    assert_eq!(blow(HOUR, "GetItem"), None);
    assert_eq!(blow(2 * HOUR - second, "PutItem"), Some(refusal()));
    assert_eq!(blow(2 * HOUR, "PutItem"), None);
}

#[test]
fn delays_add_up_and_one_blow_fells() {
    let delay = |seconds| FaultKind::Delay { min: Duration::from_secs(seconds), max: Duration::from_secs(seconds) };
    let all = [delay(1), refusal(), delay(2), FaultKind::LoseRequest];
    let faults = faults(all.into_iter().map(|kind| fault(kind, "dynamodb", 1.0)).collect());
    let verdict = faults.on_request(HOUR, "dynamodb", "GetItem", "");
    assert_eq!(verdict, Verdict { delay: Duration::from_secs(3), blow: Some(refusal()) });
}

#[test]
fn a_fault_draws_the_same_whatever_stands_beside_it() {
    let strikes = |list: Vec<Fault>| {
        let faults = faults(list);
        let strikes = |_| faults.on_request(HOUR, "sns", "Publish", "").blow == Some(FaultKind::LoseRequest);
        (0..64).map(strikes).collect::<Vec<_>>()
    };
    let alone = strikes(vec![fault(FaultKind::LoseRequest, "sns", 0.5)]);
    let beside = vec![fault(FaultKind::Throttle, "sqs", 0.5), fault(FaultKind::LoseRequest, "sns", 0.5)];
    assert_eq!(alone, strikes(beside));
    assert!(alone.contains(&true) && alone.contains(&false));
}

#[test]
fn what_cannot_be_is_refused() {
    let error = |fault: Fault| fault.check().unwrap_err().to_string();
    assert_eq!(error(fault(refusal(), "sns", 1.5)), "probability 1.5 is not between 0 and 1");
    let backwards = Fault { until: Duration::ZERO, ..fault(refusal(), "sns", 1.0) };
    assert_eq!(error(backwards), "the window ends at 0ns, not after its beginning at 3600s");
    let target = Target::Function("shop".to_owned());
    let misplaced = Fault { target, ..fault(FaultKind::LoseRequest, "sns", 1.0) };
    let expected =
        "`lose_request` happens on the wire, not to `function:shop` (expected `throttle`, `delay` or `crash`)";
    assert_eq!(error(misplaced), expected);
}
