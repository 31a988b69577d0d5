//! What AWS does on the system's behalf needs permissions too, and a cloud without them is not built.

use crate::support::{cloud, function, ok};

const TEMPLATE: &str = "
  Topic:
    Type: AWS::SNS::Topic
    Properties: { TopicName: news }
  Queue:
    Type: AWS::SQS::Queue
    Properties: { QueueName: inbox }
  Subscription:
    Type: AWS::SNS::Subscription
    Properties: { TopicArn: !Ref Topic, Protocol: sqs, Endpoint: !GetAtt Queue.Arn }
  Policy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Queue]
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: { Service: sns.amazonaws.com }
            Action: sqs:SendMessage
            Resource: !GetAtt Queue.Arn
            Condition: { ArnEquals: { 'aws:SourceArn': !Ref Topic } }
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }]
      Policies:
        - PolicyName: reader
          PolicyDocument:
            Statement:
              - Effect: Allow
                Action: [sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes]
                Resource: !GetAtt Queue.Arn
  Reader:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: reader
      Runtime: provided.al2023
      Role: !GetAtt Role.Arn
      Events: { Inbox: { Type: SQS, Properties: { Queue: !GetAtt Queue.Arn } } }
  Rule:
    Type: AWS::Events::Rule
    Properties:
      Name: hourly
      ScheduleExpression: rate(1 hour)
      Targets: [{ Id: reader, Arn: !GetAtt Reader.Arn }]
  Permission:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Reader
      Action: lambda:InvokeFunction
      Principal: events.amazonaws.com
      SourceArn: !GetAtt Rule.Arn
";

/// What is said of the template when `found` in it is `replaced`; empty when nothing is.
fn check(found: &str, replaced: &str, expected: &str) {
    assert!(TEMPLATE.contains(found), "{found}");
    let builder = cloud(&TEMPLATE.replace(found, replaced)).function("Reader", function(ok));
    assert_eq!(builder.build().err().map(|error| error.to_string()).unwrap_or_default(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_template_that_permits_what_it_needs_is_built() {
    check("hourly", "hourly", "");
}

#[tokio::test(start_paused = true)]
async fn the_pollers_need_the_functions_role() {
    let expected = "`stack-Role` may not `sqs:DeleteMessage` on `arn:aws:sqs:us-east-1:123456789012:inbox` \
                    (`ReaderInbox` needs it)";
    check("sqs:DeleteMessage, ", "sqs:ChangeMessageVisibility, ", expected);
}

#[tokio::test(start_paused = true)]
async fn a_topic_needs_the_queues_policy() {
    let expected = "`arn:aws:sns:us-east-1:123456789012:news` may not `sqs:SendMessage` on \
                    `arn:aws:sqs:us-east-1:123456789012:inbox` (`Subscription` needs it)";
    check("Principal: { Service: sns.amazonaws.com }", "Principal: { Service: events.amazonaws.com }", expected);
    check("'aws:SourceArn': !Ref Topic", "'aws:SourceArn': 'arn:aws:sns:us-east-1:123456789012:other'", expected);
}

#[tokio::test(start_paused = true)]
async fn a_queue_of_another_account_cannot_be_subscribed() {
    let expected =
        "`Subscription` needs queue `arn:aws:sqs:us-east-1:210987654321:inbox`, which the template does not have";
    let elsewhere = "Endpoint: 'arn:aws:sqs:us-east-1:210987654321:inbox'";
    check("Endpoint: !GetAtt Queue.Arn", elsewhere, expected);
}

#[tokio::test(start_paused = true)]
async fn a_rule_needs_a_permission_to_invoke() {
    let expected = "`arn:aws:events:us-east-1:123456789012:rule/hourly` may not `lambda:InvokeFunction` on `Reader` \
                    (`Rule` needs it)";
    check("Principal: events.amazonaws.com", "Principal: s3.amazonaws.com", expected);
}

/// Two rules, of which each may invoke the reader in one way, and each invokes it in one way.
fn two_rules(hourly_invokes: &str, hourly_may: &str, daily_invokes: &str, daily_may: &str) -> String {
    TEMPLATE
        .replace("Role: !GetAtt Role.Arn", "Role: !GetAtt Role.Arn\n      AutoPublishAlias: live")
        .replace("Arn: !GetAtt Reader.Arn }", &format!("Arn: {hourly_invokes} }}"))
        .replace("FunctionName: !Ref Reader", &format!("FunctionName: {hourly_may}"))
        + &format!(
            "
  Daily:
    Type: AWS::Events::Rule
    Properties:
      Name: daily
      ScheduleExpression: rate(1 day)
      Targets: [{{ Id: reader, Arn: {daily_invokes} }}]
  DailyPermission:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: {daily_may}
      Action: lambda:InvokeFunction
      Principal: events.amazonaws.com
      SourceArn: !GetAtt Daily.Arn
"
        )
}

#[tokio::test(start_paused = true)]
async fn a_permission_for_the_function_and_one_for_its_alias_are_two() {
    let (alias, function_itself) = ("!Ref Reader.Alias", "!GetAtt Reader.Arn");
    let said = |template: String| {
        let builder = cloud(&template).function("Reader", function(ok));
        builder.build().err().map(|error| error.to_string()).unwrap_or_default()
    };
    assert_eq!(said(two_rules(alias, alias, function_itself, function_itself)), "");
    // Somebody may invoke each of the two, so that only who may do what is wrong.
    let not_permitted = |id: &str, rule: &str, what: &str| {
        format!(
            "`arn:aws:events:us-east-1:123456789012:rule/{rule}` may not `lambda:InvokeFunction` on `{what}` (`{id}` needs it)"
        )
    };
    let swapped = two_rules(alias, function_itself, function_itself, alias);
    assert_eq!(said(swapped), not_permitted("Daily", "daily", "Reader"));
    let both_by_alias = two_rules(alias, function_itself, alias, alias);
    assert_eq!(said(both_by_alias), not_permitted("Rule", "hourly", "Reader:live"));
}

/// Regression: both were polled. Recorded on AWS: test_duplicate_event_source_mappings.
#[tokio::test(start_paused = true)]
async fn a_queue_is_mapped_to_a_function_once() {
    let twice = "Events: { Inbox: { Type: SQS, Properties: { Queue: !GetAtt Queue.Arn } }, \
                 Once: { Type: SQS, Properties: { Queue: !GetAtt Queue.Arn, BatchSize: 1 } } }";
    let template =
        TEMPLATE.replace("Events: { Inbox: { Type: SQS, Properties: { Queue: !GetAtt Queue.Arn } } }", twice);
    assert_ne!(template, TEMPLATE);
    let refused = cloud(&template).function("Reader", function(ok)).build().err().map(|error| error.to_string());
    let expected = "`ReaderOnce`: ResourceConflictException: An event source mapping with SQS arn (\" \
                    arn:aws:sqs:us-east-1:123456789012:inbox \") and function (\" reader \") already exists. Please \
                    update or delete the existing mapping with UUID ";
    let refused = refused.unwrap_or_default();
    assert!(refused.starts_with(expected), "{refused}");
}
