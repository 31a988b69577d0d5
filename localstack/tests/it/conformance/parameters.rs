//! Parameter Store.

use rez_localstack::{ParameterKind, StoreError};

use super::Subject;

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

super::behaviours![what_was_put_is_got, what_is_put_again_is_the_last, a_parameter_that_is_not_there,];
