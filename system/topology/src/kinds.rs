//! The resource types that are understood, and what `!Ref` and `!GetAtt` give for each (AWS's "return values").

use crate::model::Topology;
use crate::resources::{Reading, alarm, deployment, event, function, log, parameter, queue, role, rule, table, topic};
use crate::scope::Place;

pub(crate) const FUNCTION: &str = "AWS::Serverless::Function";
pub(crate) const ROLE: &str = "AWS::IAM::Role";

pub(crate) struct Kind {
    pub name: &'static str,
    /// The property that names the resource, if it may be named.
    pub name_property: Option<&'static str>,
    /// What `!Ref` gives; `None` where nobody needed it yet.
    pub reference: Option<Shape>,
    pub attributes: &'static [(&'static str, Shape)],
    pub read: fn(&Reading<'_>, &mut Topology),
}

/// How an attribute follows from the name of a resource and the place where it is deployed.
#[derive(Clone, Copy)]
pub(crate) enum Shape {
    Name,
    /// A pattern with `{region}`, `{account}` and `{name}` in it.
    Made(&'static str),
}

impl Shape {
    pub fn of(self, name: &str, place: &Place) -> String {
        match self {
            Shape::Name => name.to_owned(),
            Shape::Made(pattern) => {
                pattern.replace("{region}", &place.region).replace("{account}", &place.account).replace("{name}", name)
            }
        }
    }
}

const QUEUE_URL: Shape = Shape::Made("https://sqs.{region}.amazonaws.com/{account}/{name}");
const QUEUE_ARN: Shape = Shape::Made("arn:aws:sqs:{region}:{account}:{name}");
const TOPIC_ARN: Shape = Shape::Made("arn:aws:sns:{region}:{account}:{name}");
const TABLE_ARN: Shape = Shape::Made("arn:aws:dynamodb:{region}:{account}:table/{name}");
const FUNCTION_ARN: Shape = Shape::Made("arn:aws:lambda:{region}:{account}:function:{name}");
const ROLE_ARN: Shape = Shape::Made("arn:aws:iam::{account}:role/{name}");
const RULE_ARN: Shape = Shape::Made(rule::ARN);
const LOG_GROUP_ARN: Shape = Shape::Made("arn:aws:logs:{region}:{account}:log-group:{name}:*");
const ALARM_ARN: Shape = Shape::Made("arn:aws:cloudwatch:{region}:{account}:alarm:{name}");

/// Alphabetical.
pub(crate) const KINDS: &[Kind] = &[
    Kind {
        name: "AWS::Chatbot::SlackChannelConfiguration",
        name_property: None,
        reference: None,
        attributes: &[],
        read: deployment::slack_channel,
    },
    Kind {
        name: "AWS::CloudWatch::Alarm",
        name_property: Some("AlarmName"),
        reference: Some(Shape::Name),
        attributes: &[("Arn", ALARM_ARN)],
        read: alarm::read,
    },
    Kind {
        name: "AWS::DynamoDB::Table",
        name_property: Some("TableName"),
        reference: Some(Shape::Name),
        attributes: &[("Arn", TABLE_ARN)],
        read: table::read,
    },
    Kind {
        name: "AWS::Events::Rule",
        name_property: Some("Name"),
        reference: Some(Shape::Name),
        attributes: &[("Arn", RULE_ARN)],
        read: rule::read,
    },
    Kind {
        name: ROLE,
        name_property: Some("RoleName"),
        reference: Some(Shape::Name),
        attributes: &[("Arn", ROLE_ARN)],
        read: role::read,
    },
    Kind {
        name: "AWS::Lambda::Permission",
        name_property: None,
        reference: None,
        attributes: &[],
        read: event::permission,
    },
    Kind {
        name: "AWS::Logs::LogGroup",
        name_property: Some("LogGroupName"),
        reference: Some(Shape::Name),
        attributes: &[("Arn", LOG_GROUP_ARN)],
        read: log::read,
    },
    Kind {
        name: "AWS::Logs::MetricFilter",
        name_property: Some("FilterName"),
        reference: None,
        attributes: &[],
        read: log::metric_filter,
    },
    Kind {
        name: "AWS::Logs::QueryDefinition",
        name_property: None,
        reference: None,
        attributes: &[],
        read: deployment::saved_query,
    },
    Kind {
        name: "AWS::SNS::Subscription",
        name_property: None,
        reference: None,
        attributes: &[],
        read: topic::subscription,
    },
    Kind {
        name: "AWS::SNS::Topic",
        name_property: Some("TopicName"),
        reference: Some(TOPIC_ARN),
        attributes: &[("TopicArn", TOPIC_ARN), ("TopicName", Shape::Name)],
        read: topic::read,
    },
    Kind {
        name: "AWS::SQS::Queue",
        name_property: Some("QueueName"),
        reference: Some(QUEUE_URL),
        attributes: &[("Arn", QUEUE_ARN), ("QueueName", Shape::Name), ("QueueUrl", QUEUE_URL)],
        read: queue::read,
    },
    Kind { name: "AWS::SQS::QueuePolicy", name_property: None, reference: None, attributes: &[], read: queue::policy },
    Kind {
        name: "AWS::SSM::Parameter",
        name_property: Some("Name"),
        reference: Some(Shape::Name),
        attributes: &[],
        read: parameter::read,
    },
    Kind {
        name: FUNCTION,
        name_property: Some("FunctionName"),
        reference: Some(Shape::Name),
        attributes: &[("Arn", FUNCTION_ARN)],
        read: function::read,
    },
];
