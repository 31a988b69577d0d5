//! LocalStack in a container: started, provisioned, and gone afterwards.

use std::process::{Command, Stdio};
use std::time::Duration;

use rez_localstack::{Backend, ContainerError, LocalStack};

use crate::provisioner::a_shop_is_provisioned_as_often_as_one_likes;
use crate::support::container::{gone, is_there, localstack};
use crate::support::eventually;

/// How long LocalStack may take to start in another process.
const HELD_WITHIN: Duration = Duration::from_secs(90);

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker: cargo test -p rez-localstack -- --ignored"]
async fn it_is_healthy_takes_a_template_and_is_gone_when_dropped() {
    let Some(localstack) = localstack("containers::it_is_healthy_takes_a_template_and_is_gone_when_dropped").await
    else {
        return;
    };
    let backend = localstack.endpoint().check().await.unwrap();
    assert!(matches!(backend, Backend::LocalStack { .. }), "{backend:?}");
    a_shop_is_provisioned_as_often_as_one_likes(localstack.endpoint()).await;
    let id = localstack.id().to_owned();
    assert!(is_there(&id));
    drop(localstack);
    gone(&id).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker: cargo test -p rez-localstack -- --ignored"]
async fn it_is_gone_after_a_panic() {
    let Some(localstack) = localstack("containers::it_is_gone_after_a_panic").await else { return };
    let id = localstack.id().to_owned();
    let panicked = tokio::spawn(async move {
        let _held = localstack;
        panic!("on purpose");
    });
    assert!(panicked.await.unwrap_err().is_panic());
    gone(&id).await;
}

/// What the next test runs in a process of its own: it holds a container until it is interrupted.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "the other half of `it_is_gone_after_ctrl_c`, which starts it"]
async fn holder() {
    let Ok(path) = std::env::var("REZ_TEST_HOLDS") else { return };
    let localstack = LocalStack::start().await.unwrap();
    std::fs::write(path, localstack.id()).unwrap();
    std::future::pending::<()>().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker: cargo test -p rez-localstack -- --ignored"]
async fn it_is_gone_after_ctrl_c() {
    if localstack("containers::it_is_gone_after_ctrl_c").await.is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("container");
    let mut holder = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "containers::holder", "--ignored"])
        .env("REZ_TEST_HOLDS", &path)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let id = eventually("the holder has a container", HELD_WITHIN, async || {
        assert!(holder.try_wait().unwrap().is_none(), "the holder ended by itself");
        std::fs::read_to_string(&path).ok().filter(|id| !id.is_empty())
    })
    .await;
    assert!(is_there(&id));
    assert!(Command::new("kill").args(["-INT", &holder.id().to_string()]).status().unwrap().success());
    gone(&id).await;
    assert!(!holder.wait().unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker: cargo test -p rez-localstack -- --ignored"]
async fn an_image_that_is_not_to_be_had_is_named_with_what_to_do() {
    if localstack("containers::an_image_that_is_not_to_be_had_is_named_with_what_to_do").await.is_none() {
        return;
    }
    let error = LocalStack::start_image("localhost:1/no-such-image:1").await.unwrap_err();
    assert!(matches!(error, ContainerError::NotStarted { .. }), "{error:?}");
    let told = error.to_string();
    assert!(
        told.starts_with("`localhost:1/no-such-image:1` cannot be started (run `localstack/image/build.sh`)"),
        "{told}"
    );
}
