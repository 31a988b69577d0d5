//! The suite against LocalStack: one container a service, a few of its behaviours at a time, each with resources of its own.

use futures_util::stream::{self, StreamExt};

use super::{Behaviour, Subject, dynamodb, parameters, sns, sqs, told};
use crate::support::container::{has_moto, localstack};

/// Behaviours that are asked for at the same time: many of them only wait.
const AT_A_TIME: usize = 6;

/// Asks a LocalStack for all of them, and names all that it does not show.
async fn check(test: &str, behaviours: &'static [(&'static str, Behaviour)]) {
    let Some(localstack) = localstack(test).await else { return };
    let has_moto = has_moto(&localstack);
    let ask = |&(name, behaviour): &'static (&str, Behaviour)| {
        let subject = Subject::localstack(name, localstack.endpoint(), has_moto);
        let asked = async move { behaviour(&subject).await };
        async move { tokio::spawn(asked).await.is_err().then_some(name) }
    };
    // A panic in one leaves the others at work.
    let asked = stream::iter(behaviours).map(ask).buffer_unordered(AT_A_TIME).collect::<Vec<_>>().await;
    let different = asked.into_iter().flatten().collect();
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
