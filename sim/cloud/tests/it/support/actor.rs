//! One function whose behaviour its template tells, in process or as a child process: the tests of both are the same.

use std::net::Ipv4Addr;
use std::sync::Arc;

use bytes::Bytes;
use rez_cloud::host::lambda::Answer;
use rez_cloud::host::lambda::child::Binary;
use rez_cloud::ports::Port;
use rez_cloud::program::{Ambient, BoxFuture, FunctionError, Handler, InvocationContext, Program};
use rez_cloud::{Cloud, CloudBuilder};
use tokio::task::JoinHandle;

use super::{Recorder, cloud};
use crate::bootstrap;
use crate::bootstrap::behaviour::{Seen, act, start};

/// How the function runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arm {
    /// On a paused clock.
    InProcess,
    /// In real time.
    Child,
}

/// A cloud with one function, `Actor`.
pub struct Stage {
    pub cloud: Cloud,
    pub recorder: Recorder,
    port: Option<JoinHandle<()>>,
}

/// The function with this behaviour, and with `properties` besides its name: `, Timeout: 5`.
pub async fn stage(arm: Arm, behaviour: &str, properties: &str) -> Stage {
    stage_with(arm, &template(behaviour, properties), |builder| builder).await
}

pub async fn stage_with(arm: Arm, template: &str, configure: impl FnOnce(CloudBuilder) -> CloudBuilder) -> Stage {
    let recorder = Recorder::default();
    let builder = configure(cloud(template).subscribe(recorder.subscriber()));
    if arm == Arm::InProcess {
        let cloud = builder.function("Actor", Arc::new(Actor)).build().unwrap();
        return Stage { cloud, recorder, port: None };
    }
    let port = Port::bind((Ipv4Addr::LOCALHOST, 0).into()).await.unwrap();
    let cloud = builder.child("Actor", Binary::new(bootstrap::path(), port.address())).build().unwrap();
    let port = tokio::spawn(port.serve(cloud.aws_endpoint(), std::future::pending()));
    Stage { cloud, recorder, port: Some(port) }
}

pub fn template(behaviour: &str, properties: &str) -> String {
    format!(
        "
  Actor:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: actor
      Runtime: provided.al2023
      Environment: {{ Variables: {{ BEHAVIOUR: {behaviour}, MOOD: good }} }}
      {properties}
"
    )
}

impl Stage {
    pub async fn invoke(&self, payload: &str) -> Answer {
        self.cloud.invoke("Actor", payload.to_owned()).await.unwrap()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if let Some(port) = &self.port {
            port.abort();
        }
    }
}

/// Its behaviours as a program in this process.
struct Actor;

impl Program for Actor {
    fn start(&self, ambient: Ambient) -> BoxFuture<'static, Result<Arc<dyn Handler>, String>> {
        Box::pin(async move {
            start(&ambient.variables["BEHAVIOUR"])?;
            Ok(Arc::new(OnStage(ambient)) as Arc<dyn Handler>)
        })
    }
}

struct OnStage(Ambient);

impl Handler for OnStage {
    fn handle(&self, payload: Bytes, context: InvocationContext) -> BoxFuture<'_, Result<Bytes, FunctionError>> {
        Box::pin(async move {
            let seen = Seen {
                variables: self.0.variables.clone(),
                left: context.deadline.duration_since(self.0.time.now()).unwrap_or_default(),
                request_id: context.request_id,
                function_arn: context.function_arn,
                trace_header: context.trace_header,
            };
            let payload = serde_json::from_slice(&payload).expect("payloads are JSON");
            let answer = act(&self.0.variables["BEHAVIOUR"], &payload, &seen).await;
            let answer = answer.map_err(|(error_type, message)| FunctionError { error_type, message })?;
            Ok(answer.to_string().into())
        })
    }
}
