//! Resources that only a deployment has a use for: their properties are known by name, and nothing is kept.

use super::Reading;
use crate::model::Topology;

/// `AWS::Chatbot::SlackChannelConfiguration`: alarms in a Slack channel.
pub(crate) fn slack_channel(reading: &Reading<'_>, _: &mut Topology) {
    let properties = reading.properties();
    properties.deployment_only(&["GuardrailPolicies", "LoggingLevel", "SnsTopicArns", "Tags", "UserRoleRequired"]);
    for required in ["ConfigurationName", "IamRoleArn", "SlackChannelId", "SlackWorkspaceId"] {
        properties.required_text(required);
    }
}

/// `AWS::ApiGatewayV2::DomainName`: a host of one's own for an API.
pub(crate) fn domain_name(reading: &Reading<'_>, _: &mut Topology) {
    let properties = reading.properties();
    properties.deployment_only(&["DomainNameConfigurations", "Tags"]);
    properties.required_text("DomainName");
}

/// `AWS::ApiGatewayV2::ApiMapping`: which API is served at that host.
pub(crate) fn api_mapping(reading: &Reading<'_>, _: &mut Topology) {
    let properties = reading.properties();
    for required in ["ApiId", "DomainName", "Stage"] {
        properties.required_text(required);
    }
    properties.text("ApiMappingKey");
}

/// `AWS::CertificateManager::Certificate`.
pub(crate) fn certificate(reading: &Reading<'_>, _: &mut Topology) {
    let properties = reading.properties();
    properties.deployment_only(&["DomainValidationOptions", "SubjectAlternativeNames", "Tags"]);
    properties.required_text("DomainName");
    properties.one_of("ValidationMethod", &["DNS", "EMAIL"]);
}
