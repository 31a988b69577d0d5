//! Schedules: which expressions AWS takes, when they fire, and what the function gets.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use rez_cloud::host::schedule::Expression;
use rez_cloud::profile::{Profile, ScheduleKnobs};
use serde_json::Value;

use crate::support::{Invoked, MINUTE, Recorder, cloud, function, ok, pass};

/// Recorded on AWS by LocalStack's tests.
const RECORDED: &str = include_str!("../../aws-data/schedule_expressions.json");

fn recorded(kind: &str) -> Vec<String> {
    let recorded: Value = serde_json::from_str(RECORDED).unwrap();
    let expressions = recorded["rules"][kind].as_array().unwrap().iter();
    expressions.map(|expression| expression.as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_aws_takes_is_taken() {
    for expression in recorded("valid") {
        assert!(expression.parse::<Expression>().is_ok(), "{expression}");
    }
}

#[test]
fn what_aws_refuses_is_refused() {
    for expression in recorded("invalid") {
        assert!(expression.parse::<Expression>().is_err(), "{expression}");
    }
}

#[test]
fn a_refusal_says_why() {
    let error = "rate(1 minutes)".parse::<Expression>().unwrap_err().to_string();
    let expected = "`rate(1 minutes)` is no schedule expression: `1 minutes` has no known unit of the right number \
                    (such as `rate(5 minutes)` or `cron(0 8 * * ? *)`)";
    assert_eq!(error, expected);
}

fn time(text: &str) -> SystemTime {
    let seconds = text.parse::<Timestamp>().unwrap().as_second();
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds as u64)
}

/// The slots of `expression` after Monday, 23 November 2026, 12:00:30.
fn check(expression: &str, expected: &[&str]) {
    let (mut slot, expression) = (time("2026-11-23T12:00:30Z"), expression.parse::<Expression>().unwrap());
    for expected in expected {
        slot = expression.next_after(slot, time("2026-11-23T12:00:00Z")).unwrap();
        assert_eq!(slot, time(expected), "{expression:?}");
    }
}

#[test]
fn rates_count_from_the_rules_creation() {
    check("rate(1 minute)", &["2026-11-23T12:01:00Z", "2026-11-23T12:02:00Z"]);
    check("rate(24 hours)", &["2026-11-24T12:00:00Z", "2026-11-25T12:00:00Z"]);
    check("rate(1 day)", &["2026-11-24T12:00:00Z"]);
}

#[test]
fn cron_fires_at_the_next_minute_that_matches() {
    check("cron(0 8 * * ? *)", &["2026-11-24T08:00:00Z", "2026-11-25T08:00:00Z"]);
    check("cron(0/15 * * * ? *)", &["2026-11-23T12:15:00Z", "2026-11-23T12:30:00Z"]);
    check("cron(1,30 12-13 ? * MON-FRI *)", &["2026-11-23T12:01:00Z", "2026-11-23T12:30:00Z", "2026-11-23T13:01:00Z"]);
    check("cron(0 0 1 1 ? *)", &["2027-01-01T00:00:00Z", "2028-01-01T00:00:00Z"]);
    check("cron(0 0 29 2 ? *)", &["2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"]);
}

#[test]
fn cron_knows_last_nearest_and_nth_days() {
    check("cron(0 0 L * ? *)", &["2026-11-30T00:00:00Z", "2026-12-31T00:00:00Z"]);
    check("cron(0 0 LW * ? *)", &["2026-11-30T00:00:00Z", "2026-12-31T00:00:00Z", "2027-01-29T00:00:00Z"]);
    check("cron(0 0 1W * ? *)", &["2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z", "2027-02-01T00:00:00Z"]);
    check("cron(0 0 1W 5 ? *)", &["2027-05-03T00:00:00Z"]);
    check("cron(0 0 31W 1 ? *)", &["2027-01-29T00:00:00Z"]);
    check("cron(0 0 ? * 6L *)", &["2026-11-27T00:00:00Z", "2026-12-25T00:00:00Z"]);
    check("cron(0 0 ? * SAT#3 *)", &["2026-12-19T00:00:00Z", "2027-01-16T00:00:00Z"]);
}

#[test]
fn years_that_are_over_have_no_slot() {
    let expression: Expression = "cron(15 10 ? * 6L 2002-2005)".parse().unwrap();
    assert_eq!(expression.next_after(time("2026-11-23T12:00:00Z"), time("2026-11-23T12:00:00Z")), None);
}

fn template(properties: &str) -> String {
    format!(
        "
  Ticker:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: ticker
      Runtime: provided.al2023
      Events:
        Tick:
          Type: Schedule
          Properties: {{ Name: tick, Schedule: rate(1 minute) {properties} }}
"
    )
}

async fn payloads(template: &str, profile: Profile, time: Duration) -> (Vec<Value>, Recorder) {
    let (seen, recorder): (Arc<Mutex<Vec<Value>>>, _) = (Arc::default(), Recorder::default());
    let seeing = seen.clone();
    let see = move |invoked: Invoked| {
        seeing.lock().unwrap().push(serde_json::from_slice(&invoked.payload).unwrap());
        ok(invoked)
    };
    let builder = cloud(template).profile(profile).function("Ticker", function(see));
    let cloud = builder.subscribe(recorder.subscriber()).build().unwrap();
    cloud.start();
    pass(time).await;
    let seen = seen.lock().unwrap().clone();
    (seen, recorder)
}

#[tokio::test(start_paused = true)]
async fn the_event_is_that_of_eventbridge() {
    let (mut seen, _) = payloads(&template(""), Profile::Ideal, MINUTE + MINUTE / 2).await;
    let id = seen[0]["id"].take();
    assert_eq!(id.as_str().unwrap().len(), 36);
    let expected = serde_json::json!({
        "version": "0",
        "id": null,
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": "2026-11-23T00:01:00Z",
        "region": "us-east-1",
        "resources": ["arn:aws:events:us-east-1:123456789012:rule/tick"],
        "detail": {},
    });
    assert_eq!(seen, [expected]);
}

#[tokio::test(start_paused = true)]
async fn an_input_replaces_the_event() {
    let (seen, _) = payloads(&template(r#", Input: '{"sweep":true}'"#), Profile::Ideal, MINUTE + MINUTE / 2).await;
    assert_eq!(seen, [serde_json::json!({ "sweep": true })]);
}

#[tokio::test(start_paused = true)]
async fn a_rule_fires_at_one_offset_within_each_minute() {
    let (_, recorder) = payloads(&template(""), Profile::Realistic, 60 * MINUTE).await;
    let offsets: Vec<f64> = recorder.find("Schedule", &["duplicate: false"]).iter().map(offset).collect();
    assert!(offsets.len() >= 59);
    let mean = offsets.iter().sum::<f64>() / offsets.len() as f64;
    assert!(offsets.iter().all(|offset| (offset - mean).abs() < 6.0), "{offsets:?}");
}

fn offset((at, _): &(Duration, String)) -> f64 {
    at.as_secs_f64() % 60.0
}

#[tokio::test(start_paused = true)]
async fn a_slot_can_fire_twice_or_not_at_all() {
    let mut knobs = Profile::Realistic.knobs();
    knobs.schedule = ScheduleKnobs { duplicate: 0.5, miss: 0.5, ..knobs.schedule };
    let recorder = Recorder::default();
    let builder = cloud(&template("")).knobs(knobs).function("Ticker", function(ok));
    let cloud = builder.subscribe(recorder.subscriber()).build().unwrap();
    cloud.start();
    pass(200 * MINUTE).await;
    let (fired, again) =
        (recorder.count("Schedule", &["duplicate: false"]), recorder.count("Schedule", &["duplicate: true"]));
    assert!((60..140).contains(&fired) && (20..80).contains(&again), "{fired} {again}");
}

#[tokio::test(start_paused = true)]
async fn a_disabled_rule_does_not_fire() {
    let (seen, _) = payloads(&template(", Enabled: false"), Profile::Ideal, 10 * MINUTE).await;
    assert!(seen.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_wrong_expression_stops_the_cloud_from_being_built() {
    let template = template("").replace("rate(1 minute)", "rate(0 minutes)");
    let Err(error) = cloud(&template).function("Ticker", function(ok)).build() else { panic!("it was built") };
    assert!(error.to_string().starts_with("rule `tick`: `rate(0 minutes)` is no schedule expression"), "{error}");
}
