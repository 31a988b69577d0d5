//! Parameter Store, by its own protocol and by the extension's local endpoint.

use http::Request;
use rez_cloud::services::parameters::ParameterKind;
use serde_json::{Value, json};

use super::{World, ideal, json as body_of, pass};

fn with_parameters() -> World {
    let world = ideal();
    let store = &world.services.parameters;
    store.put("/app/url", ParameterKind::String, "https://example.org", false).unwrap();
    store.put("/app/token", ParameterKind::SecureString, "secret", false).unwrap();
    store.put("/app/deep/er", ParameterKind::String, "x", false).unwrap();
    world
}

async fn extension(world: &World, query: &str, token: bool) -> super::Answer {
    let mut request = Request::get(format!("http://localhost:2773/systemsmanager/parameters/get?{query}"));
    if token {
        request = request.header("x-aws-parameters-secrets-token", "token");
    }
    world.request(request, String::new()).await
}

#[tokio::test(start_paused = true)]
async fn a_parameter_is_found_by_name_version_and_arn() {
    let world = with_parameters();
    for name in ["/app/url", "/app/url:1", "arn:aws:ssm:us-east-1:123456789012:parameter/app/url"] {
        let answer = body_of(&world.call("AmazonSSM.GetParameter", json!({ "Name": name })).await);
        let parameter = &answer["Parameter"];
        assert_eq!(parameter["Value"], "https://example.org", "{name}");
        assert_eq!(parameter["ARN"], "arn:aws:ssm:us-east-1:123456789012:parameter/app/url");
        assert_eq!((&parameter["Version"], &parameter["Type"]), (&json!(1), &json!("String")));
    }
    let absent = |name: &'static str| world.call("AmazonSSM.GetParameter", json!({ "Name": name }));
    assert_eq!(absent("/app/none").await.code, "ParameterNotFound");
    assert_eq!(absent("/app/url:9").await.code, "ParameterVersionNotFound");
}

#[tokio::test(start_paused = true)]
async fn a_secure_string_shows_its_value_only_decrypted() {
    let world = with_parameters();
    for (decrypted, shown) in [(true, true), (false, false)] {
        let request = json!({ "Name": "/app/token", "WithDecryption": decrypted });
        let answer = world.call("AmazonSSM.GetParameter", request).await;
        assert_eq!(body_of(&answer)["Parameter"]["Value"] == "secret", shown);
    }
}

#[tokio::test(start_paused = true)]
async fn the_extension_answers_like_the_service() {
    let world = with_parameters();
    let answer = extension(&world, "name=%2Fapp%2Ftoken&withDecryption=true", true).await;
    assert_eq!(body_of(&answer)["Parameter"]["Value"], "secret");
    let absent = extension(&world, "name=%2Fapp%2Fnone", true).await;
    assert_eq!((absent.status, absent.code.as_str()), (400, "ParameterNotFound"));
    assert_eq!(extension(&world, "name=%2Fapp%2Furl", false).await.status, 401);
}

#[tokio::test(start_paused = true)]
async fn overwriting_makes_a_new_version() {
    let world = with_parameters();
    let put = |overwrite: bool| {
        let request = json!({ "Name": "/app/url", "Value": "new", "Type": "String", "Overwrite": overwrite });
        world.call("AmazonSSM.PutParameter", request)
    };
    assert_eq!(put(false).await.code, "ParameterAlreadyExists");
    assert_eq!(body_of(&put(true).await)["Version"], 2);
}

#[tokio::test(start_paused = true)]
async fn several_are_found_at_once_and_the_others_named() {
    let world = with_parameters();
    let request = json!({ "Names": ["/app/url", "/app/none"] });
    let answer = body_of(&world.call("AmazonSSM.GetParameters", request).await);
    assert_eq!(answer["Parameters"].as_array().unwrap().len(), 1);
    assert_eq!(answer["InvalidParameters"], json!(["/app/none"]));
}

async fn names_below(world: &World, request: Value) -> (Vec<String>, Option<String>) {
    let answer = body_of(&world.call("AmazonSSM.GetParametersByPath", request).await);
    let name = |parameter: &Value| parameter["Name"].as_str().unwrap().to_owned();
    let names = answer["Parameters"].as_array().unwrap().iter().map(name).collect();
    (names, answer["NextToken"].as_str().map(str::to_owned))
}

#[tokio::test(start_paused = true)]
async fn a_path_is_read_page_by_page() {
    let world = with_parameters();
    let (flat, _) = names_below(&world, json!({ "Path": "/app" })).await;
    assert_eq!(flat, ["/app/token", "/app/url"]);

    let (mut names, mut next) = (Vec::new(), None::<String>);
    loop {
        let request = json!({ "Path": "/app/", "Recursive": true, "MaxResults": 2, "NextToken": next });
        let (page, more) = names_below(&world, request).await;
        names.extend(page);
        next = more;
        if next.is_none() {
            break;
        }
    }
    assert_eq!(names, ["/app/deep/er", "/app/token", "/app/url"]);
}

#[tokio::test(start_paused = true)]
async fn forty_reads_a_second_are_shared() {
    let world = with_parameters();
    let read = || world.services.parameters.get("/app/url").map(drop);
    assert_eq!((0..100).filter(|_| read().is_ok()).count(), 40);
    assert_eq!(read().unwrap_err().code, "ThrottlingException");
    pass(1).await;
    assert!(read().is_ok());
}
