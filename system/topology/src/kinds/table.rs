//! Every kind of resource that is understood: its name, its reader, and what is said of it elsewhere.

use super::{AUTHORIZER, FUNCTION, HTTP_API, INTEGRATION, KEY, Kind, ROLE, ROUTE, STAGE, USER_POOL};
use crate::resources::{
    alarm, api, dashboard, deployment, event, function, key, log, parameter, queue, role, rule, sign_in, table, topic,
    trace,
};
use crate::shape::Shape::{self, Drawn, Made, Name};

const ALARM_ARN: Shape = Made("arn:aws:cloudwatch:{region}:{account}:alarm:{name}");
const FUNCTION_ARN: Shape = Made("arn:aws:lambda:{region}:{account}:function:{name}");
const LOG_GROUP_ARN: Shape = Made("arn:aws:logs:{region}:{account}:log-group:{name}:*");
const QUEUE_ARN: Shape = Made("arn:aws:sqs:{region}:{account}:{name}");
const QUEUE_URL: Shape = Made("https://sqs.{region}.amazonaws.com/{account}/{name}");
const ROLE_ARN: Shape = Made("arn:aws:iam::{account}:role/{name}");
const RULE_ARN: Shape = Made(rule::ARN);
const TABLE_ARN: Shape = Made("arn:aws:dynamodb:{region}:{account}:table/{name}");
const TOPIC_ARN: Shape = Made("arn:aws:sns:{region}:{account}:{name}");

const API_ID: Shape = Drawn("{drawn}", 10);
const API_ENDPOINT: Shape = Drawn("https://{drawn}.execute-api.{region}.amazonaws.com", 10);
/// Of an authorizer, an integration, a route.
const PART_ID: Shape = Drawn("{drawn}", 7);

const POOL_ID: Shape = Drawn("{region}_{drawn}", 9);
const POOL_ARN: Shape = Drawn("arn:aws:cognito-idp:{region}:{account}:userpool/{region}_{drawn}", 9);
const POOL_PROVIDER: Shape = Drawn("cognito-idp.{region}.amazonaws.com/{region}_{drawn}", 9);
const POOL_ISSUER: Shape = Drawn("https://cognito-idp.{region}.amazonaws.com/{region}_{drawn}", 9);
const KEY_ID: Shape = Drawn("{drawn}", 36);
const KEY_ARN: Shape = Drawn("arn:aws:kms:{region}:{account}:key/{drawn}", 36);
const CLIENT_ID: Shape = Drawn("{drawn}", 26);

/// Alphabetical.
pub(crate) const KINDS: &[Kind] = &[
    Kind::new(HTTP_API, api::read)
        .named("Name")
        .referred(API_ID)
        .with(&[("ApiEndpoint", API_ENDPOINT), ("ApiId", API_ID)]),
    Kind::new("AWS::ApiGatewayV2::ApiMapping", deployment::api_mapping),
    Kind::new(AUTHORIZER, api::authorizer::read).named("Name").referred(PART_ID).with(&[("AuthorizerId", PART_ID)]),
    Kind::new("AWS::ApiGatewayV2::DomainName", deployment::domain_name)
        .named("DomainName")
        .referred(Name)
        .with(&[("RegionalDomainName", Drawn("d-{drawn}.execute-api.{region}.amazonaws.com", 10))]),
    Kind::new(INTEGRATION, api::integration).referred(PART_ID),
    Kind::new(ROUTE, api::route::read).referred(PART_ID),
    Kind::new(STAGE, api::stage::read).named("StageName").referred(Name),
    Kind::new("AWS::CertificateManager::Certificate", deployment::certificate)
        .referred(Drawn("arn:aws:acm:{region}:{account}:certificate/{drawn}", 36)),
    Kind::new("AWS::Chatbot::SlackChannelConfiguration", deployment::slack_channel),
    Kind::new("AWS::CloudWatch::Alarm", alarm::read).named("AlarmName").referred(Name).with(&[("Arn", ALARM_ARN)]),
    Kind::new("AWS::CloudWatch::Dashboard", dashboard::read).named("DashboardName").referred(Name),
    Kind::new(USER_POOL, sign_in::pool).named("UserPoolName").referred(POOL_ID).with(&[
        ("Arn", POOL_ARN),
        ("ProviderName", POOL_PROVIDER),
        ("ProviderURL", POOL_ISSUER),
        ("UserPoolId", POOL_ID),
    ]),
    Kind::new("AWS::Cognito::UserPoolClient", sign_in::client)
        .named("ClientName")
        .referred(CLIENT_ID)
        .with(&[("ClientId", CLIENT_ID)]),
    Kind::new("AWS::Cognito::UserPoolDomain", sign_in::domain).named("Domain").referred(Name),
    Kind::new("AWS::Cognito::UserPoolGroup", sign_in::group).named("GroupName").referred(Name),
    Kind::new("AWS::Cognito::UserPoolResourceServer", sign_in::resource_server),
    Kind::new("AWS::DynamoDB::Table", table::read).named("TableName").referred(Name).with(&[("Arn", TABLE_ARN)]),
    Kind::new("AWS::Events::Rule", rule::read).named("Name").referred(Name).with(&[("Arn", RULE_ARN)]),
    Kind::new(ROLE, role::read).named("RoleName").referred(Name).with(&[("Arn", ROLE_ARN)]),
    Kind::new("AWS::KMS::Alias", key::alias),
    Kind::new(KEY, key::read).referred(KEY_ID).with(&[("Arn", KEY_ARN), ("KeyId", KEY_ID)]),
    Kind::new("AWS::Lambda::Permission", event::permission),
    Kind::new("AWS::Logs::LogGroup", log::read).named("LogGroupName").referred(Name).with(&[("Arn", LOG_GROUP_ARN)]),
    Kind::new("AWS::Logs::MetricFilter", log::metric_filter).named("FilterName"),
    Kind::new("AWS::Logs::QueryDefinition", log::saved_query),
    Kind::new("AWS::SNS::Subscription", topic::subscription),
    Kind::new("AWS::SNS::Topic", topic::read)
        .named("TopicName")
        .referred(TOPIC_ARN)
        .with(&[("TopicArn", TOPIC_ARN), ("TopicName", Name)]),
    Kind::new("AWS::SQS::Queue", queue::read).named("QueueName").referred(QUEUE_URL).with(&[
        ("Arn", QUEUE_ARN),
        ("QueueName", Name),
        ("QueueUrl", QUEUE_URL),
    ]),
    Kind::new("AWS::SQS::QueuePolicy", queue::policy),
    Kind::new("AWS::SSM::Parameter", parameter::read).named("Name").referred(Name),
    Kind::new("AWS::XRay::SamplingRule", trace::read),
    Kind::new(FUNCTION, function::read).named("FunctionName").referred(Name).with(&[("Arn", FUNCTION_ARN)]),
];
