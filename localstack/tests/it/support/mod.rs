//! What the tests share: an embedded AWS with nothing in it, and small templates.

pub mod container;

use std::time::Duration;

use rez_cloud::profile::Profile;
use rez_cloud::{Cloud, Seed};
use rez_localstack::Endpoint;
use rez_topology::{Options, Topology};

/// Between two looks at something that comes about by itself.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Asks until there is an answer.
///
/// # Panics
/// When there is none within this time.
pub async fn eventually<T>(what: &str, within: Duration, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let answered = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    tokio::time::timeout(within, answered).await.unwrap_or_else(|_| panic!("not within {within:?}: {what}"))
}

/// A template of these resources, which stand indented by two.
pub fn topology(resources: &str) -> Topology {
    let template = format!(
        "AWSTemplateFormatVersion: '2010-09-09'\nTransform: AWS::Serverless-2016-10-31\nResources:\n{resources}"
    );
    Topology::from_yaml(&template, "test.yaml", &Options::default()).expect("the template of a test has no mistake")
}

/// An AWS in which nobody has created anything. It lives in the runtime that it is made in.
pub fn empty_cloud() -> Cloud {
    let nothing = Topology::from_yaml("Resources: {}", "nothing.yaml", &Options::default()).unwrap();
    Cloud::builder(nothing, Seed(1)).profile(Profile::Ideal).build().unwrap()
}

/// The way into it for somebody outside, without a socket.
pub fn endpoint_of(cloud: &Cloud) -> Endpoint {
    let outside = cloud.outside("tests");
    Endpoint::reached_by("http://sqs.us-east-1.amazonaws.com", outside.http, outside.time, outside.sleep).unwrap()
}
