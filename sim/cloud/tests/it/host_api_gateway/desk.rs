//! An API of three routes: open, behind an authorizer, and with a limit of its own.

use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response};
use rez_cloud::profile::Profile;
use rez_cloud::program::{FunctionError, Program};
use rez_cloud::{Cloud, CloudBuilder, Seed};
use rez_topology::HttpApi;
use serde_json::{Value, json};

use crate::support::{Invoked, Recorder, clients, function, topology};

/// The id of the API, which follows from the stack and the logical id.
pub static API: LazyLock<String> = LazyLock::new(|| topology(TEMPLATE).http_apis["Desk"].id.clone());
pub static HOST: LazyLock<String> = LazyLock::new(|| format!("{}.execute-api.us-east-1.amazonaws.com", *API));

pub const TEMPLATE: &str = "
  Clerk:
    Type: AWS::Serverless::Function
    Properties: { FunctionName: clerk, Runtime: provided.al2023, Timeout: 60 }
  Porter:
    Type: AWS::Serverless::Function
    Properties: { FunctionName: porter, Runtime: provided.al2023, Timeout: 30 }
  ApiToClerk:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Clerk
      Action: lambda:InvokeFunction
      Principal: apigateway.amazonaws.com
      SourceArn: !Sub arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Desk}/*
  ApiToPorter:
    Type: AWS::Lambda::Permission
    Properties: { FunctionName: !Ref Porter, Action: lambda:InvokeFunction, Principal: apigateway.amazonaws.com }
  Desk:
    Type: AWS::ApiGatewayV2::Api
    Properties:
      Name: desk
      ProtocolType: HTTP
      CorsConfiguration: { AllowOrigins: ['https://app.example.com'], AllowMethods: [GET] }
  Guard:
    Type: AWS::ApiGatewayV2::Authorizer
    Properties:
      ApiId: !Ref Desk
      Name: guard
      AuthorizerType: REQUEST
      AuthorizerPayloadFormatVersion: '2.0'
      EnableSimpleResponses: true
      AuthorizerUri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Porter.Arn}/invocations
      IdentitySource: [$request.header.Authorization]
      AuthorizerResultTtlInSeconds: 300
  ToClerk:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Desk
      IntegrationType: AWS_PROXY
      IntegrationUri: !GetAtt Clerk.Arn
      PayloadFormatVersion: '2.0'
  Open:
    Type: AWS::ApiGatewayV2::Route
    Properties: { ApiId: !Ref Desk, RouteKey: GET /open, Target: !Sub 'integrations/${ToClerk}' }
  Few:
    Type: AWS::ApiGatewayV2::Route
    Properties: { ApiId: !Ref Desk, RouteKey: POST /few, Target: !Sub 'integrations/${ToClerk}' }
  Item:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Desk
      RouteKey: ANY /items/{id}
      Target: !Sub 'integrations/${ToClerk}'
      AuthorizationType: CUSTOM
      AuthorizerId: !Ref Guard
  Items:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Desk
      RouteKey: GET /items
      Target: !Sub 'integrations/${ToClerk}'
      AuthorizationType: CUSTOM
      AuthorizerId: !Ref Guard
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties:
      ApiId: !Ref Desk
      StageName: $default
      AutoDeploy: true
      RouteSettings: { POST /few: { ThrottlingRateLimit: 1, ThrottlingBurstLimit: 2 } }
";

/// The cloud with the API in it, and all that its functions were given.
pub struct Desk {
    pub cloud: Cloud,
    pub recorder: Recorder,
    events: Arc<Mutex<Vec<(&'static str, Value)>>>,
}

/// What the two functions do.
pub struct Staff {
    pub clerk: Arc<dyn Program>,
    pub porter: Arc<dyn Program>,
}

/// A function that answers with `payload`.
pub fn answers(payload: &Value) -> Arc<dyn Program> {
    let payload = Bytes::from(payload.to_string());
    function(move |_| std::future::ready(Ok(payload.clone())))
}

/// A function that answers after so many seconds.
pub fn answers_after(seconds: u64) -> Arc<dyn Program> {
    function(move |_| async move {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        Ok(Bytes::from_static(b"{}"))
    })
}

/// A function that fails.
pub fn fails() -> Arc<dyn Program> {
    let error = FunctionError { error_type: "Boom".into(), message: "boom".into() };
    function(move |_| std::future::ready(Err(error.clone())))
}

impl Desk {
    /// Everybody passes, and the clerk answers 200.
    pub fn new() -> Self {
        Self::with(Self::staff(), |_| (), |builder| builder)
    }

    pub fn staff() -> Staff {
        Staff { clerk: answers(&json!({ "statusCode": 200 })), porter: answers(&json!({ "isAuthorized": true })) }
    }

    pub fn with_clerk(clerk: Arc<dyn Program>) -> Self {
        Self::with(Staff { clerk, ..Self::staff() }, |_| (), |builder| builder)
    }

    pub fn with_porter(porter: Arc<dyn Program>) -> Self {
        Self::with(Staff { porter, ..Self::staff() }, |_| (), |builder| builder)
    }

    /// The same API, but for a change of it.
    pub fn changed(change: impl FnOnce(&mut HttpApi)) -> Self {
        Self::with(Self::staff(), change, |builder| builder)
    }

    pub fn with(
        staff: Staff,
        change_api: impl FnOnce(&mut HttpApi),
        change: impl FnOnce(CloudBuilder) -> CloudBuilder,
    ) -> Self {
        let (events, recorder) = (Arc::default(), Recorder::default());
        let mut topology = topology(TEMPLATE);
        change_api(topology.http_apis.get_mut("Desk").unwrap());
        let builder = Cloud::builder(topology, Seed(1)).profile(Profile::Ideal).subscribe(recorder.subscriber());
        let builder = builder.function("Clerk", overheard("clerk", staff.clerk, &events));
        let builder = builder.function("Porter", overheard("porter", staff.porter, &events));
        Self { cloud: change(builder).build().unwrap(), recorder, events }
    }

    pub async fn send(&self, request: Request<Bytes>) -> Response<Bytes> {
        clients::send(&self.cloud.outside("client"), request).await.unwrap()
    }

    /// Status of the answer to a request with these headers.
    pub async fn status(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> u16 {
        self.send(request(method, path, headers)).await.status().as_u16()
    }

    /// Events that this function was given.
    pub fn events(&self, function: &str) -> Vec<Value> {
        let events = self.events.lock().unwrap();
        events.iter().filter(|(given, _)| *given == function).map(|(_, event)| event.clone()).collect()
    }
}

pub fn request(method: Method, path: &str, headers: &[(&str, &str)]) -> Request<Bytes> {
    let builder = Request::builder().method(method).uri(format!("https://{}{path}", *HOST));
    let builder = headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value));
    builder.body(Bytes::new()).unwrap()
}

/// Status, body as JSON.
pub fn told(response: &Response<Bytes>) -> (u16, Value) {
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap())
}

type Events = Arc<Mutex<Vec<(&'static str, Value)>>>;

/// The program, and a record of what it was given.
fn overheard(name: &'static str, program: Arc<dyn Program>, events: &Events) -> Arc<dyn Program> {
    let events = events.clone();
    function(move |invoked: Invoked| {
        let (program, events) = (program.clone(), events.clone());
        async move {
            let event = serde_json::from_slice(&invoked.payload).unwrap();
            events.lock().unwrap().push((name, event));
            let handler = program.start(invoked.ambient).await.unwrap();
            handler.handle(invoked.payload, invoked.context).await
        }
    })
}
