//! The template's roles, enforced on the wire; and the extension that reads Parameter Store for a function.

use bytes::Bytes;
use rez_cloud::program::{Ambient, FunctionError};

use crate::support::{Invoked, Recorder, clients, cloud, function};

fn template(properties: &str) -> String {
    format!(
        "
  Queue:
    Type: AWS::SQS::Queue
    Properties: {{ QueueName: work }}
  Reader:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: reader
      Runtime: provided.al2023
      {properties}
"
    )
}

const LAYER: &str =
    "Layers: ['arn:aws:lambda:us-east-1:177933569100:layer:AWS-Parameters-and-Secrets-Lambda-Extension-Arm64:11']";
const MAY_READ: &str = "Policies: [{ Statement: [{ Effect: Allow, Action: 'ssm:GetParameter', Resource: \
     'arn:aws:ssm:us-east-1:123456789012:parameter/app/*' }] }]";
const URI: &str = "http://localhost:2773/systemsmanager/parameters/get?name=%2Fapp%2Ftoken&withDecryption=true";

async fn send(invoked: Invoked) -> Result<Bytes, FunctionError> {
    let url = "https://sqs.us-east-1.amazonaws.com/123456789012/work";
    let sent = clients::sqs(&invoked.ambient).send_message().queue_url(url).message_body("hello").send().await;
    Ok(Bytes::from(sent.map_or_else(|error| format!("{:?}", error.into_service_error()), |_| "sent".to_owned())))
}

async fn read(invoked: Invoked) -> Result<Bytes, FunctionError> {
    Ok(read_as(&invoked.ambient, &invoked.ambient.variables["AWS_SESSION_TOKEN"]).await)
}

async fn read_as(ambient: &Ambient, token: &str) -> Bytes {
    clients::get_with_token(ambient, URI, token).await.unwrap_or_else(Bytes::from)
}

#[tokio::test(start_paused = true)]
async fn a_call_that_the_role_does_not_allow_is_denied_in_awss_words() {
    let recorder = Recorder::default();
    let builder = cloud(&template("MemorySize: 128")).function("Reader", function(send));
    let cloud = builder.subscribe(recorder.subscriber()).build().unwrap();
    let answer = cloud.invoke("Reader", "").await.unwrap();
    let expected = "User: arn:aws:sts::123456789012:assumed-role/reader-role/reader is not authorized to perform: \
                    sqs:sendmessage on resource: arn:aws:sqs:us-east-1:123456789012:work because no identity-based \
                    policy allows the sqs:sendmessage action";
    assert!(String::from_utf8_lossy(&answer.payload).contains(expected), "{:?}", answer.payload);
    assert_eq!(recorder.count("Request", &["status: 403", "AccessDenied"]), 1);
    assert_eq!(recorder.count("Queue", &["Sent"]), 0);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_the_role_allows_is_served() {
    let policy = "Policies: [{ Statement: [{ Effect: Allow, Action: 'sqs:Send*', Resource: !GetAtt Queue.Arn }] }]";
    let cloud = cloud(&template(policy)).function("Reader", function(send)).build().unwrap();
    assert_eq!(cloud.invoke("Reader", "").await.unwrap().payload, "sent");
}

#[tokio::test(start_paused = true)]
async fn the_extension_reads_a_parameter() {
    let template = template(&format!("{LAYER}\n      {MAY_READ}"));
    let builder = cloud(&template).function("Reader", function(read)).parameter("/app/token", "s3cret");
    let answer = builder.build().unwrap().invoke("Reader", "").await.unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&answer.payload).unwrap();
    assert_eq!(
        (&answer["Parameter"]["Value"], &answer["Parameter"]["Type"]),
        (&"s3cret".into(), &"SecureString".into())
    );
}

#[tokio::test(start_paused = true)]
async fn the_extension_needs_the_permission_of_the_function() {
    let builder = cloud(&template(LAYER)).function("Reader", function(read)).parameter("/app/token", "s3cret");
    let answer = builder.build().unwrap().invoke("Reader", "").await.unwrap();
    let answer = String::from_utf8_lossy(&answer.payload);
    assert!(answer.contains("AccessDeniedException") && answer.contains("parameter/app/token"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn a_secret_under_a_key_of_ones_own_needs_the_permission_to_decrypt() {
    let key = "arn:aws:kms:us-east-1:123456789012:key/1";
    let statement = format!("Statement: [{{ Effect: Allow, Action: 'kms:Decrypt', Resource: '{key}' }}, ");
    let may_decrypt = MAY_READ.replace("Statement: [", &statement);
    for (policies, expected) in [(MAY_READ, "kms:Decrypt on resource: arn:aws:kms"), (&may_decrypt, "s3cret")] {
        let template = template(&format!("{LAYER}\n      {policies}"));
        let builder = cloud(&template).function("Reader", function(read)).parameter("/app/token", "s3cret");
        let answer = builder.secrets_key(key).build().unwrap().invoke("Reader", "").await.unwrap();
        assert!(String::from_utf8_lossy(&answer.payload).contains(expected), "{:?}", answer.payload);
    }
}

#[tokio::test(start_paused = true)]
async fn the_extension_answers_to_the_token_of_its_environment_only() {
    let foreign = |invoked: Invoked| async move { Ok(read_as(&invoked.ambient, "somebody else's").await) };
    let template = template(&format!("{LAYER}\n      {MAY_READ}"));
    let builder = cloud(&template).function("Reader", function(foreign)).parameter("/app/token", "s3cret");
    let answer = builder.build().unwrap().invoke("Reader", "").await.unwrap();
    assert!(!String::from_utf8_lossy(&answer.payload).contains("s3cret"));
}

#[tokio::test(start_paused = true)]
async fn without_the_layer_nobody_listens() {
    let builder = cloud(&template(MAY_READ)).function("Reader", function(read)).parameter("/app/token", "s3cret");
    let answer = builder.build().unwrap().invoke("Reader", "").await.unwrap();
    assert!(String::from_utf8_lossy(&answer.payload).contains("connection refused"), "{:?}", answer.payload);
}
