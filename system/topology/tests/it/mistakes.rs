//! Templates with mistakes, and what is said of each.

use rez_topology::{Options, Topology};

fn mistakes(template: &str) -> String {
    let result = Topology::from_yaml(template, "template.yaml", &Options::default());
    result.expect_err("has a mistake").to_string()
}

#[test]
fn an_unknown_property() {
    let template = "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties:\n      FifoQueue: true\n";
    assert!(
        mistakes(template)
            .starts_with("template.yaml:5: unknown property `FifoQueue` of `AWS::SQS::Queue` (expected one of `Del"),
        "{}",
        mistakes(template)
    );
}
