//! What the template's roles allow, and what of that was used.

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::AttributeValue;
use bytes::Bytes;
use rez_cloud::program::FunctionError;

use crate::support::{Invoked, SECOND, clients, cloud, function, pass};

const TEMPLATE: &str = "
  Queue:
    Type: AWS::SQS::Queue
    Properties: { QueueName: work }
  Inbox:
    Type: AWS::SQS::Queue
    Properties: { QueueName: inbox }
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }]
      Policies:
        - PolicyName: sender
          PolicyDocument:
            Statement:
              - { Effect: Allow, Action: [sqs:SendMessage, sqs:PurgeQueue], Resource: !GetAtt Queue.Arn }
              - Effect: Allow
                Action: [sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes]
                Resource: !GetAtt Inbox.Arn
              - Effect: Allow
                Action: [logs:CreateLogStream, logs:PutLogEvents]
                Resource: arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/sender:*
              - { Effect: Allow, Action: xray:PutTraceSegments, Resource: '*' }
  Sender:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: sender
      Runtime: provided.al2023
      Role: !GetAtt Role.Arn
      Events: { Inbox: { Type: SQS, Properties: { Queue: !GetAtt Inbox.Arn } } }
";

async fn send(invoked: Invoked) -> Result<Bytes, FunctionError> {
    let url = "https://sqs.us-east-1.amazonaws.com/123456789012/work";
    clients::sqs(&invoked.ambient).send_message().queue_url(url).message_body("hello").send().await.unwrap();
    Ok(Bytes::from_static(b"null"))
}

/// Calls DynamoDB and Lambda, neither of which it may, and answers with what it is told.
async fn trespass(invoked: Invoked) -> Result<Bytes, FunctionError> {
    let item = crate::clerk::dynamodb(&invoked.ambient).get_item().table_name("secrets");
    let item = item.key("id", AttributeValue::S("1".to_owned())).send().await.unwrap_err();
    let invoke = clients::lambda(&invoked.ambient).invoke().function_name("vault").send().await.unwrap_err();
    let meta =
        [item.meta(), invoke.meta()].map(|meta| (meta.code().map(str::to_owned), meta.message().map(str::to_owned)));
    Ok(Bytes::from(serde_json::to_vec(&meta).unwrap()))
}

#[tokio::test(start_paused = true)]
async fn the_sdk_understands_each_services_refusal() {
    let cloud = cloud(TEMPLATE).function("Sender", function(trespass)).build().unwrap();
    let answer = cloud.invoke("Sender", "").await.unwrap();
    let told: Vec<(String, String)> = serde_json::from_slice(&answer.payload).unwrap();
    let arns = ["dynamodb:us-east-1:123456789012:table/secrets", "lambda:us-east-1:123456789012:function:vault"];
    for ((action, arn), (code, message)) in ["dynamodb:GetItem", "lambda:InvokeFunction"].iter().zip(arns).zip(told) {
        assert_eq!(code, "AccessDeniedException");
        let expected = format!(
            "User: arn:aws:sts::123456789012:assumed-role/stack-Role/sender is not authorized to perform: {action} on \
             resource: arn:aws:{arn} because no identity-based policy allows the {action} action"
        );
        assert_eq!(message, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn what_nobody_used_is_listed() {
    let cloud = cloud(TEMPLATE).function("Sender", function(send)).build().unwrap();
    let unused = || {
        let actions = cloud.unused_permissions().into_iter().map(|unused| unused.action);
        actions.collect::<Vec<_>>()
    };
    let before =
        ["sqs:SendMessage", "sqs:PurgeQueue", "logs:CreateLogStream", "logs:PutLogEvents", "xray:PutTraceSegments"];
    assert_eq!(unused(), before);
    cloud.start();
    cloud.invoke("Sender", "").await.unwrap();
    pass(SECOND).await;
    assert_eq!(unused(), ["sqs:PurgeQueue", "xray:PutTraceSegments"]);
    let left = &cloud.unused_permissions()[0];
    assert_eq!((&*left.role, &*left.resource), ("Role", "arn:aws:sqs:us-east-1:123456789012:work"));
}
