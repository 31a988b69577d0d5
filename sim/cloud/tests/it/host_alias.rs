//! A function under its alias: the same function by another name, with permissions of its own.

use std::sync::{Arc, Mutex};

use aws_sdk_lambda::operation::invoke::InvokeError;
use aws_sdk_lambda::primitives::Blob;
use bytes::Bytes;
use rez_cloud::history::Cause;
use rez_cloud::program::FunctionError;
use rez_cloud::services::sqs::Outgoing;

use crate::support::{Invoked, MINUTE, clients, cloud, function, ok, pass};

/// The caller may invoke what stands at `{may}`.
const TEMPLATE: &str = "
  Clerk:
    Type: AWS::Serverless::Function
    Properties: { FunctionName: clerk, Runtime: provided.al2023, AutoPublishAlias: live }
  Caller:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: caller
      Runtime: provided.al2023
      Environment: { Variables: { CLERK: !Ref Clerk.Alias } }
      Policies: [{ Statement: [{ Effect: Allow, Action: 'lambda:InvokeFunction', Resource: {may} }] }]
";

/// Invokes the clerk, and says how it went.
async fn call(invoked: Invoked) -> Result<Bytes, FunctionError> {
    let clerk = &invoked.ambient.variables["CLERK"];
    let answer = clients::lambda(&invoked.ambient).invoke().function_name(clerk).payload(Blob::new("{}")).send().await;
    let text = match answer {
        Ok(answer) => format!("version {}", answer.executed_version.unwrap_or_default()),
        Err(error) => error.into_service_error().meta().code().unwrap_or_default().to_owned(),
    };
    Ok(text.into())
}

async fn answer_of_the_caller(may: &str) -> Bytes {
    let builder = cloud(&TEMPLATE.replace("{may}", may)).function("Clerk", function(ok));
    let cloud = builder.function("Caller", function(call)).build().unwrap();
    cloud.invoke("Caller", "").await.unwrap().payload
}

#[tokio::test(start_paused = true)]
async fn who_may_invoke_the_alias_reaches_its_version() {
    assert_eq!(&answer_of_the_caller("!Ref Clerk.Alias").await[..], b"version 1");
}

#[tokio::test(start_paused = true)]
async fn a_permission_for_the_function_is_none_for_its_alias() {
    assert_eq!(&answer_of_the_caller("!GetAtt Clerk.Arn").await[..], b"AccessDeniedException");
}

#[tokio::test(start_paused = true)]
async fn an_alias_that_nobody_published_is_not_found() {
    let template = TEMPLATE.replace("{may}", "'*'");
    let cloud = cloud(&template).function("Clerk", function(ok)).function("Caller", function(ok)).build().unwrap();
    let lambda = clients::lambda(&cloud.outside("test"));
    let invoke = |name: &str, qualifier: &str| lambda.invoke().function_name(name).qualifier(qualifier).send();
    assert!(invoke("clerk", "live").await.is_ok());
    assert!(invoke("clerk", "$LATEST").await.is_ok());
    for (name, qualifier) in [("clerk", "next"), ("caller", "live"), ("nobody", "live")] {
        let error = invoke(name, qualifier).await.unwrap_err().into_service_error();
        let InvokeError::ResourceNotFoundException(error) = error else { panic!("{error:?}") };
        let expected = format!("Function not found: arn:aws:lambda:us-east-1:123456789012:function:{name}:{qualifier}");
        assert_eq!(error.message(), Some(expected.as_str()));
    }
}

/// A function with an alias, a queue and a schedule.
const SOURCES: &str = "
  Queue:
    Type: AWS::SQS::Queue
    Properties: { QueueName: work }
  Clerk:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: clerk
      Runtime: provided.al2023
      AutoPublishAlias: live
      Events:
        Work: { Type: SQS, Properties: { Queue: !GetAtt Queue.Arn } }
        Hourly: { Type: Schedule, Properties: { Schedule: rate(1 hour) } }
";

/// Regression: it was told the ARN without the alias, whoever invoked it.
#[tokio::test(start_paused = true)]
async fn a_function_is_told_by_which_alias_it_was_invoked() {
    let arns: Arc<Mutex<Vec<String>>> = Arc::default();
    let told = arns.clone();
    let clerk = move |invoked: Invoked| {
        told.lock().unwrap().push(invoked.context.function_arn.clone());
        ok(invoked)
    };
    let cloud = cloud(SOURCES).function("Clerk", function(clerk)).build().unwrap();
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:clerk";
    let lambda = clients::lambda(&cloud.outside("test"));
    for (qualifier, expected) in [(None, arn.to_owned()), (Some("live"), format!("{arn}:live"))] {
        lambda.invoke().function_name("clerk").set_qualifier(qualifier.map(str::to_owned)).send().await.unwrap();
        assert_eq!(arns.lock().unwrap().pop(), Some(expected));
    }

    cloud.start();
    cloud.services().sqs.send("work", Outgoing::new("hello"), Cause::Outside).unwrap();
    pass(90 * MINUTE).await;
    // SAM lets the queue and the schedule invoke the alias.
    assert_eq!(arns.lock().unwrap()[..], [format!("{arn}:live"), format!("{arn}:live")]);
}
