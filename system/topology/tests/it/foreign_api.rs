//! Somebody else's API: a stage with a name, a route with a throttle of its own, and a function without an alias.

use std::time::Duration;

use rez_topology::{HttpApi, Options, Throttle, Topology};

const SHOP: &str = r"
Resources:
  Shop:
    Type: AWS::Serverless::Function
    Properties: { Runtime: provided.al2023 }
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: { Name: shop, ProtocolType: HTTP }
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties:
      ApiId: !Ref Api
      StageName: v1
      AutoDeploy: true
      RouteSettings:
        POST /orders: { ThrottlingRateLimit: 0.5, ThrottlingBurstLimit: 2 }
        $default: { DetailedMetricsEnabled: true }
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !GetAtt Api.ApiId
      IntegrationType: AWS_PROXY
      IntegrationUri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Shop.Arn}/invocations
      PayloadFormatVersion: '2.0'
      TimeoutInMillis: 5000
  Orders:
    Type: AWS::ApiGatewayV2::Route
    Properties: { ApiId: !Ref Api, RouteKey: POST /orders, Target: !Join [/, [integrations, !Ref Integration]] }
  Rest:
    Type: AWS::ApiGatewayV2::Route
    Properties: { ApiId: !Ref Api, RouteKey: $default, Target: !Sub 'integrations/${Integration}' }
  Users: { Type: AWS::Cognito::UserPool }
  Till:
    Type: AWS::Cognito::UserPoolClient
    Properties: { UserPoolId: !Ref Users, AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: [code] }
";

fn shop() -> Topology {
    Topology::from_yaml(SHOP, "shop.yaml", &Options::default()).unwrap_or_else(|error| panic!("{error}"))
}

fn api(topology: &Topology) -> &HttpApi {
    &topology.http_apis["Api"]
}

#[test]
fn routes_are_in_order_and_know_their_function() {
    let topology = shop();
    let routes: Vec<_> = api(&topology).routes.iter().map(|route| (route.key(), route.function.as_str())).collect();
    assert_eq!(routes, [("$default".to_owned(), "Shop"), ("POST /orders".to_owned(), "Shop")]);
    let [rest, orders] = api(&topology).routes.as_slice() else { panic!("two") };
    assert_eq!((rest.throttle, orders.throttle), (None, Some(Throttle { rate: 0.5, burst: 2 })));
    assert_eq!((orders.timeout, &orders.qualifier), (Duration::from_secs(5), &None));
    assert_eq!((api(&topology).stage.as_str(), api(&topology).throttle), ("v1", None));
}

#[test]
fn what_a_client_does_not_say_is_awss_default() {
    let topology = shop();
    let client = &topology.user_pools["Users"].clients["Till"];
    assert_eq!(client.access_token_validity, Duration::from_secs(3_600));
    assert_eq!(client.refresh_token_validity, Duration::from_secs(30 * 24 * 3_600));
    assert_eq!((client.refresh_rotation, client.secret, client.token_revocation), (None, false, true));
    assert_eq!(client.id.len(), 26);
}
