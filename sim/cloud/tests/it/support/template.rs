//! Templates without their head.

use rez_topology::{Options, Topology};

/// A template of these resources, which stand indented by two.
pub fn topology(resources: &str) -> Topology {
    let template = format!(
        "AWSTemplateFormatVersion: '2010-09-09'\nTransform: AWS::Serverless-2016-10-31\nResources:\n{resources}"
    );
    Topology::from_yaml(&template, "test.yaml", &Options::default()).expect("the template of a test has no mistake")
}
