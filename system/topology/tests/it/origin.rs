//! Whoever runs a template can say where in it a mistake is that no reader sees.

use rez_topology::{Options, Topology};

const TEMPLATE: &str = "Parameters:
  Stage: { Type: String, Default: dev }
  Url:
    Type: String
    Default: nowhere
Globals:
  Function:
    Runtime: provided.al2023
Resources:
  Nightly:
    Type: AWS::Events::Rule
    Properties:
      State: ENABLED
      ScheduleExpression: rate(1 fortnight)
      Targets: [{ Id: a, Arn: !Ref F }]
  F:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Hourly:
          Type: Schedule
          Properties:
            Schedule: cron(61 * * * ? *)
";

fn origin() -> rez_topology::Origin {
    Topology::from_yaml(TEMPLATE, "t.yaml", &Options::default()).unwrap_or_else(|error| panic!("{error}")).origin
}

#[test]
fn properties() {
    let origin = origin();
    let of = |id, property| origin.of_property(id, property);
    assert_eq!(of("Nightly", "ScheduleExpression").as_deref(), Some("t.yaml:14"));
    assert_eq!(of("F", "Runtime").as_deref(), Some("t.yaml:8"), "from the globals");
    assert_eq!(of("FHourly", "Schedule").as_deref(), Some("t.yaml:23"), "an event of a function");
    assert_eq!(of("Nightly", "Description").as_deref(), Some("t.yaml:10"), "what is not there is missing of the whole");
    assert_eq!(of("Weekly", "ScheduleExpression"), None);
    assert!(origin.declares("FHourly", "Schedule") && !origin.declares("Nightly", "Schedule"));
}

#[test]
fn resources_and_parameters() {
    let origin = origin();
    assert_eq!(origin.of("FHourly").as_deref(), Some("t.yaml:20"));
    assert_eq!(origin.of_parameter("Url"), "t.yaml:3");
    assert_eq!(origin.of_parameter("Name"), "t.yaml:1");
    assert_eq!(origin.of_resources(), "t.yaml:9");
}
