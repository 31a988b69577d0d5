//! The API and the user pool of `system/template.yaml`, as the simulator will see them.

use std::collections::BTreeSet;
use std::time::Duration;

use rez_topology::{Cors, HttpApi, Options, Throttle, Topology, UserPool};

use crate::{deployed, own_path};

fn api(topology: &Topology) -> &HttpApi {
    &topology.http_apis["HttpApi"]
}

fn user_pool(topology: &Topology) -> &UserPool {
    &topology.user_pools["UserPool"]
}

/// `METHOD /path` of every operation of the contract, and whether it wants an access token.
fn contract() -> BTreeSet<(String, bool)> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi.yaml")).expect("there");
    let operations = text.split("\ncomponents:").next().unwrap_or_default();
    let mut found = BTreeSet::new();
    for block in operations.split("\n  /").skip(1) {
        let path = block.split(':').next().unwrap_or_default();
        for method in ["get", "post", "put", "patch", "delete"] {
            let Some((_, operation)) = block.split_once(&format!("\n    {method}:\n")) else { continue };
            let own = operation.split("\n    get:").next().and_then(|text| text.split("\n    delete:").next());
            let open = own.is_some_and(|text| text.contains("\n      security:"));
            found.insert((format!("{} /{path}", method.to_uppercase()), !open));
        }
    }
    found
}

#[test]
fn its_routes_are_those_of_the_contract() {
    let topology = deployed("dev");
    let routes: BTreeSet<_> =
        api(&topology).routes.iter().map(|route| (route.key(), route.authorizer.is_some())).collect();
    assert_eq!(routes.len(), 11);
    assert_eq!(routes, contract());
    for route in &api(&topology).routes {
        assert_eq!(route.function, "WebApi");
        assert!(route.timeout > topology.functions["WebApi"].timeout, "the function answers before the gateway does");
    }
}

#[test]
fn its_stage_is_throttled() {
    let throttle = |stage| api(&deployed(stage)).throttle;
    assert_eq!(throttle("dev"), Some(Throttle { rate: 50.0, burst: 100 }));
    assert_eq!(throttle("prod"), Some(Throttle { rate: 1_000.0, burst: 2_000 }));
    assert_eq!(api(&deployed("dev")).stage, "$default");
}

#[test]
fn its_log_has_no_secret() {
    let topology = deployed("dev");
    let log = api(&topology).access_log.as_ref().expect("logged");
    assert_eq!(
        log.destination,
        "arn:aws:logs:us-east-1:123456789012:log-group:/aws/vendedlogs/rez-agent-dev-http-api:*"
    );
    for secret in ["authorization", "cookie", "queryString", "context.path"] {
        assert!(!log.format.to_lowercase().contains(&secret.to_lowercase()), "{secret}");
    }
}

#[test]
fn only_pages_on_the_allow_list_may_call() {
    let origins = ["https://app.example.com", "https://beta.example.com"];
    let options = Options::default().parameter("AllowedOrigins", origins.join(", "));
    let topology = Topology::from_file(own_path(), &options).expect("valid");
    let Some(cors) = &api(&topology).cors else { panic!("no CORS") };
    assert_eq!(cors.origins, origins);
    assert_eq!(topology.functions["WebApi"].environment["ALLOWED_ORIGINS"], origins.join(","));
    let expected = Cors {
        origins: cors.origins.clone(),
        methods: ["GET", "POST", "DELETE"].map(str::to_owned).into(),
        credentials: true,
        max_age: Some(Duration::from_secs(3_600)),
        headers: cors.headers.clone(),
        expose: cors.expose.clone(),
    };
    assert_eq!(*cors, expected);
    for header in ["authorization", "content-type", "idempotency-key", "x-rez-csrf"] {
        assert!(cors.headers.iter().any(|allowed| allowed == header), "{header}");
    }
}

#[test]
fn its_authorizer_reads_the_token() {
    let topology = deployed("dev");
    let authorizer = &api(&topology).authorizers["jwt"];
    assert_eq!(authorizer.function, "JwtAuthorizer");
    assert_eq!(authorizer.identity_sources, ["$request.header.Authorization"]);
    assert!(authorizer.simple_responses);
    let client = &user_pool(&topology).clients["UserPoolClient"];
    assert!(authorizer.cache * 10 < client.access_token_validity, "an expired token passes for long");
    assert!(topology.functions["JwtAuthorizer"].timeout <= Duration::from_secs(10), "the gateway waits no longer");
}

#[test]
fn the_gateway_may_invoke_both_functions() {
    let topology = deployed("dev");
    let api = api(&topology);
    let arn = |rest: &str| format!("arn:aws:execute-api:us-east-1:123456789012:{}/{rest}", api.id);
    let granted = |id: &str| topology.permissions[id].source_arn.clone().expect("narrow");
    assert_eq!(granted("RoutesMayInvokeWebApi"), arn("$default/*/api/*"));
    let authorizer = &api.authorizers["jwt"].id;
    assert_eq!(granted("HttpApiMayInvokeJwtAuthorizer"), arn(&format!("authorizers/{authorizer}")));
}

#[test]
fn the_functions_know_the_user_pool() {
    let topology = deployed("dev");
    let pool = user_pool(&topology);
    let client = &pool.clients["UserPoolClient"];
    let authorizer = &topology.functions["JwtAuthorizer"].environment;
    assert_eq!(authorizer["SIGN_IN_ISSUER"], pool.issuer);
    assert_eq!(pool.issuer, format!("https://cognito-idp.us-east-1.amazonaws.com/{}", pool.id));
    assert!(pool.id.starts_with("us-east-1_"), "{}", pool.id);

    let web_api = &topology.functions["WebApi"].environment;
    let domain = pool.domain.as_deref().expect("where users sign in");
    assert_eq!(web_api["SIGN_IN_DOMAIN"], format!("https://{domain}.auth.us-east-1.amazoncognito.com"));
    assert_eq!(client.callbacks, [web_api["SIGN_IN_REDIRECT_URL"].as_str()]);
    assert_eq!(web_api["SIGN_IN_REDIRECT_URL"], format!("{}/api/auth/callback", api(&topology).endpoint));
    for environment in [authorizer, web_api] {
        assert_eq!(environment["SIGN_IN_CLIENT_ID"], client.id);
    }
}

#[test]
fn the_client_is_public_and_its_refresh_tokens_rotate() {
    let topology = deployed("dev");
    let client = &user_pool(&topology).clients["UserPoolClient"];
    assert!(!client.secret && client.token_revocation);
    assert_eq!(client.scopes, ["rez-agent/api"]);
    assert_eq!(client.access_token_validity, Duration::from_secs(15 * 60));
    assert_eq!(client.refresh_token_validity, Duration::from_secs(30 * 24 * 3_600));
    assert_eq!(client.refresh_rotation, Some(Duration::from_secs(30)));
}

#[test]
fn groups() {
    let topology = deployed("dev");
    let groups = user_pool(&topology).groups.iter();
    let seen: Vec<_> = groups.map(|(id, group)| (id.as_str(), group.name.as_str(), group.precedence)).collect();
    let expected =
        [("AdminGroup", "admin", Some(0)), ("UserGroup", "user", Some(1)), ("ViewerGroup", "viewer", Some(2))];
    assert_eq!(seen, expected);
}
