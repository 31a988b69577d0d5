//! The suite against LocalStack: one container a service, all of its behaviours at the same time, each with resources of
//! its own.

use futures_util::future::join_all;

use super::{Behaviour, Subject, dynamodb, parameters, sns, sqs, told};
use crate::support::container::localstack;

/// Asks a LocalStack for all of them, and names all that it does not show.
async fn check(test: &str, behaviours: &'static [(&'static str, Behaviour)]) {
    let Some(localstack) = localstack(test).await else { return };
    let ask = |&(name, behaviour): &'static (&str, Behaviour)| {
        let subject = Subject::localstack(name, localstack.endpoint());
        let asked = tokio::spawn(async move { behaviour(&subject).await });
        async move { asked.await.is_err().then_some(name) }
    };
    // A panic in one leaves the others at work.
    let different = join_all(behaviours.iter().map(ask)).await.into_iter().flatten().collect();
    told(different, behaviours.len());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker: cargo test -p rez-localstack -- --ignored"]
async fn localstack_sqs() {
    check("conformance::localstack::localstack_sqs", sqs::ALL).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker: cargo test -p rez-localstack -- --ignored"]
async fn localstack_sns() {
    check("conformance::localstack::localstack_sns", sns::ALL).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker: cargo test -p rez-localstack -- --ignored"]
async fn localstack_dynamodb() {
    check("conformance::localstack::localstack_dynamodb", dynamodb::ALL).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker: cargo test -p rez-localstack -- --ignored"]
async fn localstack_parameters() {
    check("conformance::localstack::localstack_parameters", parameters::ALL).await;
}
