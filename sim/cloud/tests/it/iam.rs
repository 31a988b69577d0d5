//! What the template's roles allow, and what of that was used.

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
