//! Parameter Store.

use rez_localstack::{ParameterKind, StoreError};
use serde_json::{Value, json};

use super::{Difference, Subject};

pub async fn what_was_put_is_got(subject: &Subject) {
    let (plain, secret) = (format!("/{}/plain", subject.name()), format!("/{}/secret", subject.name()));
    subject.parameters.put(&plain, ParameterKind::String, "seen").await.unwrap();
    subject.parameters.put(&secret, ParameterKind::SecureString, "hush").await.unwrap();
    assert_eq!(subject.parameters.get(&plain).await.unwrap(), "seen");
    assert_eq!(subject.parameters.get(&secret).await.unwrap(), "hush", "decrypted");
}

pub async fn what_is_put_again_is_the_last(subject: &Subject) {
    let name = format!("/{}", subject.name());
    subject.parameters.put(&name, ParameterKind::String, "first").await.unwrap();
    subject.parameters.put(&name, ParameterKind::String, "last").await.unwrap();
    assert_eq!(subject.parameters.get(&name).await.unwrap(), "last");
}

pub async fn a_parameter_that_is_not_there(subject: &Subject) {
    let refused = subject.parameters.get("/nowhere").await.unwrap_err();
    assert!(matches!(&refused, StoreError::Refused { code, .. } if code == "ParameterNotFound"), "{refused}");
}

/// `Name` and `Value` of what was found, by name.
fn found(answer: &Value) -> Vec<(&str, &str)> {
    let parameters = answer["Parameters"].as_array().expect("there is a list");
    let mut found: Vec<_> =
        parameters.iter().map(|one| (one["Name"].as_str().unwrap(), one["Value"].as_str().unwrap())).collect();
    found.sort_unstable();
    found
}

pub async fn many_are_got_and_the_missing_are_named(subject: &Subject) {
    let (plain, secret) = (format!("/{}/plain", subject.name()), format!("/{}/secret", subject.name()));
    subject.parameters.put(&plain, ParameterKind::String, "seen").await.unwrap();
    subject.parameters.put(&secret, ParameterKind::SecureString, "hush").await.unwrap();
    let request = json!({ "Names": [plain, secret, "/nowhere"], "WithDecryption": true });
    let answer = subject.parameters.call("GetParameters", &request).await.unwrap();
    assert_eq!(found(&answer), [(plain.as_str(), "seen"), (secret.as_str(), "hush")]);
    let missing = subject.expects("/nowhere", Difference::MissingParameterIsRenamed, "nowhere");
    assert_eq!(answer["InvalidParameters"], json!([missing]));
}

pub async fn a_path_has_what_lies_below(subject: &Subject) {
    let root = format!("/{}", subject.name());
    let (near, far) = (format!("{root}/near"), format!("{root}/a/far"));
    for name in [&near, &far] {
        subject.parameters.put(name, ParameterKind::String, "here").await.unwrap();
    }
    let get = async |recursive: bool| {
        let request = json!({ "Path": root, "Recursive": recursive });
        subject.parameters.call("GetParametersByPath", &request).await.unwrap()
    };
    assert_eq!(found(&get(false).await), [(near.as_str(), "here")]);
    assert_eq!(found(&get(true).await), [(far.as_str(), "here"), (&near, "here")]);
}

pub async fn a_deleted_parameter_is_gone(subject: &Subject) {
    let name = format!("/{}", subject.name());
    subject.parameters.put(&name, ParameterKind::String, "first").await.unwrap();
    let delete = async || subject.parameters.call("DeleteParameter", &json!({ "Name": name })).await;
    delete().await.unwrap();
    for refused in [subject.parameters.get(&name).await.unwrap_err(), delete().await.unwrap_err()] {
        assert!(matches!(&refused, StoreError::Refused { code, .. } if code == "ParameterNotFound"), "{refused}");
    }
}

super::behaviours![
    what_was_put_is_got,
    what_is_put_again_is_the_last,
    a_parameter_that_is_not_there,
    many_are_got_and_the_missing_are_named,
    a_path_has_what_lies_below,
    a_deleted_parameter_is_gone,
];
