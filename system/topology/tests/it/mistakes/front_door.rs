//! Mistakes in HTTP APIs, user pools, aliases and permissions to invoke.

use super::{check, check_resource};

/// A function, an API with a stage, and whatever `rest` adds, which begins in line 13.
fn api(rest: &str) -> String {
    let indented: String = rest.lines().map(|line| format!("  {line}\n")).collect();
    format!(
        "Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: provided.al2023
      AutoPublishAlias: live
  A:
    Type: AWS::ApiGatewayV2::Api
    Properties: {{ Name: a, ProtocolType: HTTP }}
  S:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {{ ApiId: !Ref A, StageName: $default, AutoDeploy: true }}
{indented}"
    )
}

/// A resource `R` whose properties are in line 13.
#[track_caller]
fn check_part(kind: &str, properties: &str, expected: &[&str]) {
    check(&api(&format!("R: {{ Type: AWS::ApiGatewayV2::{kind}, Properties: {{ {properties} }} }}")), expected);
}

const INTEGRATION: &str = "I: { Type: AWS::ApiGatewayV2::Integration, Properties: { ApiId: !Ref A, IntegrationType: \
                           AWS_PROXY, PayloadFormatVersion: '2.0', IntegrationUri: !Ref F.Alias } }";

#[track_caller]
fn check_route(properties: &str, expected: &[&str]) {
    let route = format!("R: {{ Type: AWS::ApiGatewayV2::Route, Properties: {{ ApiId: !Ref A, {properties} }} }}");
    check(&api(&format!("{INTEGRATION}\n{route}")), expected);
}

#[test]
fn apis() {
    let kind = "AWS::ApiGatewayV2::Api";
    check_resource(
        kind,
        "Name: a\nProtocolType: WEBSOCKET",
        &[
            "2: HTTP API `a` has no stage",
            "6: `ProtocolType` of `AWS::ApiGatewayV2::Api` is `WEBSOCKET` (expected `HTTP`)",
        ][1..],
    );
    check_resource(kind, "Name: a\nProtocolType: HTTP", &["2: HTTP API `a` has no stage"]);
    check_resource(
        kind,
        "Name: a\nProtocolType: HTTP\nCorsConfiguration: { AllowOrigins: ['*'], AllowCredentials: true, MaxAge: 86401 }",
        &[
            "7: `AllowOrigins` of `CorsConfiguration` of `AWS::ApiGatewayV2::Api` is a list (expected a list without `*`, \
             because credentials are allowed)",
            "7: `MaxAge` of `CorsConfiguration` of `AWS::ApiGatewayV2::Api` is `86401` (expected a number from -1 to 86400)",
        ],
    );
}

#[test]
fn parts_of_no_api() {
    check(
        "Resources:\n  S:\n    Type: AWS::ApiGatewayV2::Stage\n    Properties: { ApiId: abc, StageName: s, AutoDeploy: true }",
        &["4: `ApiId` of `AWS::ApiGatewayV2::Stage` is `abc` (expected an HTTP API of this template)"],
    );
}

#[test]
fn stages() {
    let what = "`AWS::ApiGatewayV2::Stage`";
    let missing = format!("13: missing property `AutoDeploy` of {what}");
    check_part("Stage", "ApiId: !Ref A, StageName: s", &[&missing]);
    let missing = format!("13: missing property `ThrottlingBurstLimit` of `DefaultRouteSettings` of {what}");
    let defaults = "DefaultRouteSettings: { ThrottlingRateLimit: 5 }";
    check_part("Stage", &format!("ApiId: !Ref A, StageName: s, AutoDeploy: true, {defaults}"), &[&missing]);
    let unknown = format!("13: `RouteSettings` of {what} is a mapping (expected a route of this API, not `GET /gone`)");
    let settings = "RouteSettings: { GET /gone: { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 5 } }";
    check_part("Stage", &format!("ApiId: !Ref A, StageName: s, AutoDeploy: true, {settings}"), &[&unknown]);
}

#[test]
fn routes() {
    let what = "`AWS::ApiGatewayV2::Route`";
    check_route("RouteKey: GET /, Target: !Sub 'integrations/${I}'", &[]);
    check_route("RouteKey: $default, Target: !Sub 'integrations/${I}'", &[]);
    for key in ["GET", "FETCH /", "GET items"] {
        let expected = format!("14: `RouteKey` of {what} is `{key}` (expected `METHOD /path` or `$default`)");
        check_route(&format!("RouteKey: {key}, Target: !Sub 'integrations/${{I}}'"), &[&expected]);
    }
    let expected = format!(
        "14: `Target` of {what} is `integrations/x` (expected `integrations/` and an integration of this template)"
    );
    check_route("RouteKey: GET /, Target: integrations/x", &[&expected]);
    let expected = format!("14: missing property `AuthorizerId` of {what}");
    check_route("RouteKey: GET /, Target: !Sub 'integrations/${I}', AuthorizationType: CUSTOM", &[&expected]);
    let expected = format!("14: `AuthorizationType` of {what} is `AWS_IAM` (expected `CUSTOM` or `NONE`)");
    check_route("RouteKey: GET /, Target: !Sub 'integrations/${I}', AuthorizationType: AWS_IAM", &[&expected]);
    let expected = format!("14: `AuthorizerId` of {what} is `x` (expected an authorizer of this template)");
    check_route("RouteKey: GET /, Target: !Sub 'integrations/${I}', AuthorizerId: x", &[&expected]);
}

#[test]
fn route_keys() {
    let what = "`RouteKey` of `AWS::ApiGatewayV2::Route`";
    let target = "Target: !Sub 'integrations/${I}'";
    let expected = format!("14: {what} is `GET /{{all+}}/x` (expected a greedy variable at its end alone)");
    check_route(&format!("RouteKey: 'GET /{{all+}}/x', {target}"), &[&expected]);
    let routes = |second: &str| {
        let route = |id, key| {
            format!(
                "{id}: {{ Type: AWS::ApiGatewayV2::Route, Properties: {{ ApiId: !Ref A, RouteKey: '{key}', {target} }} }}"
            )
        };
        api(&format!("{INTEGRATION}\n{}\n{}", route("Q", "GET /a/{id}"), route("R", second)))
    };
    check(&routes("GET /a/{id+}"), &[]);
    check(&routes("GET /b/{id}"), &[]);
    check(&routes("PUT /a/{id}"), &[]);
    let other = "(expected another than `GET /a/{id}`, which takes the same requests)";
    check(&routes("GET /a/{name}"), &[&format!("15: {what} is `GET /a/{{name}}` {other}")]);
}

#[test]
fn integrations() {
    let what = "`AWS::ApiGatewayV2::Integration`";
    check_part(
        "Integration",
        "ApiId: !Ref A, IntegrationType: HTTP_PROXY, PayloadFormatVersion: '1.0', IntegrationUri: f, TimeoutInMillis: 30001",
        &[
            &format!("13: `IntegrationType` of {what} is `HTTP_PROXY` (expected `AWS_PROXY`)"),
            &format!("13: `IntegrationUri` of {what} is `f` (expected a function of this template)"),
            &format!("13: `PayloadFormatVersion` of {what} is `1.0` (expected `2.0`)"),
            &format!("13: `TimeoutInMillis` of {what} is `30001` (expected a number from 50 to 30000)"),
        ],
    );
}

#[test]
fn authorizers() {
    let what = "`AWS::ApiGatewayV2::Authorizer`";
    check_part(
        "Authorizer",
        "ApiId: !Ref A, Name: j, AuthorizerType: JWT, AuthorizerPayloadFormatVersion: '2.0', AuthorizerUri: !Ref F.Alias, \
         IdentitySource: [Authorization], AuthorizerResultTtlInSeconds: 3601",
        &[
            &format!("13: `AuthorizerResultTtlInSeconds` of {what} is `3601` (expected a number from 0 to 3600)"),
            &format!("13: `AuthorizerType` of {what} is `JWT` (expected `REQUEST`)"),
            &format!("13: `IdentitySource` of {what} is a list (expected selections like `$request.header.NAME`)"),
        ],
    );
}

/// AWS keeps a policy for each alias: a permission for the function itself lets nobody invoke its alias.
#[test]
fn permissions_for_another_alias() {
    let route = "R: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: !Ref A, RouteKey: GET /, Target: !Sub \
                 'integrations/${I}' } }";
    let permission = |function: &str| {
        let permitted =
            format!("FunctionName: {function}, Action: lambda:InvokeFunction, Principal: apigateway.amazonaws.com");
        api(&format!("{INTEGRATION}\n{route}\nP: {{ Type: AWS::Lambda::Permission, Properties: {{ {permitted} }} }}"))
    };
    check(&permission("!Ref F.Alias"), &[]);
    check(&permission("!Ref F"), &["7: `apigateway.amazonaws.com` invokes `F:live`, but may invoke `F`"]);
}

#[test]
fn aliases() {
    let kind = "AWS::Serverless::Function";
    check(
        "Resources:\n  T: { Type: AWS::SNS::Topic, Properties: { TopicName: !Ref T.Alias, DisplayName: !Sub '${G.Alias}' } }\n  \
         G: { Type: AWS::Serverless::Function, Properties: { Runtime: provided.al2023 } }",
        &["2: `G` has no `AutoPublishAlias`", "2: `T` is not a function of this template"],
    );
    check_resource(
        kind,
        "Runtime: provided.al2023\nDeploymentPreference: { Type: AllAtOnce }",
        &[
            "6: `DeploymentPreference` of `AWS::Serverless::Function` is a mapping (expected nothing, because there is no \
           `AutoPublishAlias`)",
        ],
    );
    check_resource(
        kind,
        "Runtime: provided.al2023\nAutoPublishAlias: live\n\
         DeploymentPreference: { Type: AllAtOnce, Alarms: [a], Hooks: {} }",
        &[
            "7: unknown property `Hooks` of `DeploymentPreference` of `AWS::Serverless::Function` (expected one of `Alarms`, \
           `Enabled` or `Type`)",
        ],
    );
    check_resource(
        kind,
        "Runtime: provided.al2023\nAutoPublishAlias: live\nDeploymentPreference: { Type: AllAtOnce, Alarms: [a] }",
        &["2: alarm `a` is not in this template"],
    );
    let found = super::mistakes_with(
        &super::resource(
            kind,
            "Runtime: provided.al2023\nAutoPublishAlias: live\nDeploymentPreference: { Type: Slowly }",
        ),
        &rez_topology::Options::default(),
    );
    let expected =
        "7: `Type` of `DeploymentPreference` of `AWS::Serverless::Function` is `Slowly` (expected `AllAtOnce`, ";
    assert!(found.len() == 1 && found[0].starts_with(expected), "{found:?}");
}

#[test]
fn user_pools() {
    let pool = |kind: &str, rest: &str| {
        let rest = format!("{{ UserPoolId: !Ref P, {rest} }}");
        format!(
            "Resources:\n  P: {{ Type: AWS::Cognito::UserPool }}\n  R:\n    Type: AWS::Cognito::UserPool{kind}\n    \
             Properties: {rest}"
        )
    };
    check(&pool("Group", "GroupName: g"), &[]);
    check(
        "Resources:\n  R: { Type: AWS::Cognito::UserPoolGroup, Properties: { UserPoolId: p, GroupName: g } }",
        &["2: `UserPoolId` of `AWS::Cognito::UserPoolGroup` is `p` (expected a user pool of this template)"],
    );
    check(
        &pool("Domain", "Domain: Mine"),
        &["5: `Domain` of `AWS::Cognito::UserPoolDomain` is `Mine` (expected lower-case letters, digits and hyphens)"],
    );
    let code = "AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: [code]";
    let what = "`AWS::Cognito::UserPoolClient`";
    check(&pool("Client", code), &[]);
    check(
        &pool("Client", "AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: [implicit]"),
        &[&format!("5: `AllowedOAuthFlows` of {what} is `implicit` (expected `code`)")],
    );
    check(
        &pool("Client", &format!("{code}, AccessTokenValidity: 4, TokenValidityUnits: {{ AccessToken: minutes }}")),
        &[&format!("5: `AccessTokenValidity` of {what} is `4` (expected a number from 5 to 1440)")],
    );
    check(
        &pool("Client", &format!("{code}, AllowedOAuthScopes: [email, shop/buy]")),
        &[
            "3: user pool `stack-P` has no scope `shop/buy` (expected `aws.cognito.signin.user.admin`, `email`, `openid`, \
           `phone` or `profile`)",
        ],
    );
    let scopes = |written: &str| pool("ResourceServer", &format!("Name: Shop, Identifier: shop, Scopes: [{written}]"));
    check(&scopes("{ ScopeName: buy, ScopeDescription: Buy things }"), &[]);
    check(
        &scopes("{ ScopeName: buy }"),
        &["5: missing property `ScopeDescription` of `Scopes` of `AWS::Cognito::UserPoolResourceServer`"],
    );
    let rotation = "RefreshTokenRotation: { Feature: ENABLED, RetryGracePeriodSeconds: 61 }";
    check(
        &pool("Client", &format!("{code}, {rotation}, ExplicitAuthFlows: [ALLOW_CUSTOM_AUTH]")),
        &[&format!(
            "5: `RetryGracePeriodSeconds` of `RefreshTokenRotation` of {what} is `61` (expected a number from 0 to 60)"
        )],
    );
    let refusal =
        "(expected `ExplicitAuthFlows` of others than `ALLOW_REFRESH_TOKEN_AUTH`, which is among its default)";
    for flows in ["", ", ExplicitAuthFlows: []", ", ExplicitAuthFlows: [ALLOW_CUSTOM_AUTH, ALLOW_REFRESH_TOKEN_AUTH]"] {
        check(
            &pool("Client", &format!("{code}, RefreshTokenRotation: {{ Feature: ENABLED }}{flows}")),
            &[&format!("5: `RefreshTokenRotation` of {what} is a mapping {refusal}")],
        );
    }
}
