//! The function of the tests of child processes, well-behaved or not: the variable `BEHAVIOUR` says which.
//!
//! It is this test binary itself, which a script starts with the one test in here; so it is always built. What Lambda
//! runs as `bootstrap` may be a script, too.

pub mod behaviour;
mod misbehaviour;
mod runtime_api;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::exit;
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use aws_smithy_async::time::{SystemTimeSource, TimeSource};
use lambda_runtime::{Diagnostic, Error, LambdaEvent, service_fn};
use serde_json::Value;

use self::behaviour::Seen;

/// The executable.
pub fn path() -> PathBuf {
    static SCRIPT: LazyLock<PathBuf> = LazyLock::new(|| {
        let test = std::env::current_exe().unwrap();
        let (path, name) = (test.to_str().unwrap(), test.file_name().unwrap().to_str().unwrap());
        let script = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-bootstrap"));
        // Other processes of the same test may be at it, too.
        let own = script.with_extension(std::process::id().to_string());
        let arguments = "--exact bootstrap::function --ignored --nocapture";
        fs::write(&own, format!("#!/bin/sh\nexec '{path}' {arguments}\n")).unwrap();
        fs::set_permissions(&own, fs::Permissions::from_mode(0o755)).unwrap();
        fs::rename(&own, &script).unwrap();
        script
    });
    SCRIPT.clone()
}

#[test]
#[ignore = "it is the function that other tests start as a child process"]
fn function() {
    let Ok(behaviour) = std::env::var("BEHAVIOUR") else { return };
    if let Some(misbehave) = misbehaviour::named(&behaviour) {
        misbehave();
        exit(0);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    if let Err(error) = runtime.block_on(run(&behaviour)) {
        eprintln!("Error: {error:?}");
        exit(1);
    }
}

async fn run(behaviour: &str) -> Result<(), Error> {
    behaviour::start(behaviour)?;
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async move {
        let answer = behaviour::act(behaviour, &event.payload, &seen(&event)).await;
        answer.map_err(|(error_type, error_message)| Diagnostic { error_type, error_message })
    }))
    .await
}

fn seen(event: &LambdaEvent<Value>) -> Seen {
    let deadline = SystemTime::UNIX_EPOCH + Duration::from_millis(event.context.deadline);
    Seen {
        variables: std::env::vars().collect(),
        left: deadline.duration_since(SystemTimeSource::new().now()).unwrap_or_default(),
        request_id: event.context.request_id.clone(),
        function_arn: event.context.invoked_function_arn.clone(),
        trace_header: event.context.xray_trace_id.clone().unwrap_or_default(),
    }
}
