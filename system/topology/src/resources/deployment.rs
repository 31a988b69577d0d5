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

/// `AWS::Logs::QueryDefinition`: a saved query of Logs Insights.
pub(crate) fn saved_query(reading: &Reading<'_>, _: &mut Topology) {
    let properties = reading.properties();
    properties.deployment_only(&["LogGroupNames", "QueryLanguage"]);
    properties.required_text("Name");
    properties.required_text("QueryString");
}
