//! Somebody else's template: other names, long forms, and what SAM makes by itself.

use rez_topology::{Options, Topology};

const GUESTBOOK: &str = r"
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Parameters:
  Names: { Type: CommaDelimitedList, Default: 'alice, bob' }
Globals:
  Function:
    Runtime: provided.al2023
    Timeout: 5
    Layers: [one]
    Environment: { Variables: { SHARED: yes-please, OWN: global } }
Resources:
  Entries:
    Type: AWS::SQS::Queue
  Book:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
  Writer:
    Type: AWS::Serverless::Function
    DependsOn: Book
    Properties:
      Tracing: Active
      Layers: [two]
      Environment:
        Variables:
          OWN: local
          TABLE: { Ref: Book }
          FIRST: { 'Fn::Select': [0, { Ref: Names }] }
          LAST: { 'Fn::Select': ['1', { 'Fn::Split': ['-', a-b-c] }] }
          WHERE: { 'Fn::Join': ['/', [{ Ref: 'AWS::Region' }, { 'Fn::GetAtt': [Entries, QueueName] }]] }
          WHO: !Sub ['${Name} of ${AWS::AccountId} keeps ${!Name}', { Name: !Ref Writer }]
      Policies:
        - Statement: [{ Effect: Allow, Action: dynamodb:PutItem, Resource: !GetAtt Book.Arn }]
      Events:
        Entry: { Type: SQS, Properties: { Queue: !GetAtt Entries.Arn } }
        Nightly: { Type: Schedule, Properties: { Schedule: rate(1 day) } }
Outputs:
  Arn: { Value: !GetAtt Writer.Arn }
";

fn guestbook() -> Topology {
    let options = Options { stack: "guestbook".into(), ..Options::default() };
    Topology::from_yaml(GUESTBOOK, "guestbook.yaml", &options).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn what_has_no_name_is_named_after_the_stack() {
    let topology = guestbook();
    assert_eq!(topology.tables["Book"].name, "guestbook-Book");
    assert_eq!(topology.queues["Entries"].url, "https://sqs.us-east-1.amazonaws.com/123456789012/guestbook-Entries");
    assert_eq!(topology.functions["Writer"].arn, "arn:aws:lambda:us-east-1:123456789012:function:guestbook-Writer");
}

#[test]
fn intrinsic_functions_in_both_forms() {
    let environment = &guestbook().functions["Writer"].environment;
    let expected = [
        ("FIRST", "alice"),
        ("LAST", "b"),
        ("OWN", "local"),
        ("SHARED", "yes-please"),
        ("TABLE", "guestbook-Book"),
        ("WHERE", "us-east-1/guestbook-Entries"),
        ("WHO", "guestbook-Writer of 123456789012 keeps ${Name}"),
    ];
    let seen: Vec<_> = environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(seen, expected);
}

#[test]
fn globals_are_merged_as_sam_does() {
    let function = &guestbook().functions["Writer"];
    assert_eq!((function.layers.as_slice(), function.timeout.as_secs()), (&["one".into(), "two".into()][..], 5));
}

#[test]
fn a_function_without_a_role_gets_one() {
    let topology = guestbook();
    let role = topology.role_of("Writer").expect("made by SAM");
    let actions: Vec<&str> = role.statements.iter().map(|statement| statement.actions[0].as_str()).collect();
    let made = ["dynamodb:PutItem", "logs:CreateLogGroup", "xray:PutTraceSegments", "sqs:ReceiveMessage"];
    assert_eq!(actions, made);
    assert_eq!(role.statements[0].resources, [topology.tables["Book"].arn.as_str()]);
}

#[test]
fn an_event_becomes_what_sam_makes_of_it() {
    let topology = guestbook();
    assert_eq!(topology.event_sources["WriterEntry"].queue_arn, topology.queues["Entries"].arn);
    let schedule = &topology.schedules["WriterNightly"];
    let rule = format!("arn:aws:events:us-east-1:123456789012:rule/{}", schedule.name);
    assert!(topology.may_invoke("events.amazonaws.com", &rule, "Writer"));
}

#[test]
fn functions_are_found_by_name_and_by_arn() {
    let topology = guestbook();
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:guestbook-Writer:$LATEST";
    for name in ["guestbook-Writer", arn] {
        assert_eq!(topology.function_by_name(name).map(|(id, _)| id), Some("Writer"), "{name}");
    }
    assert_eq!(topology.function_by_name("nobody"), None);
}
