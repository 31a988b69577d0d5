//! What is per process on AWS is per environment here: log stream, random state.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use rez_cloud::host::lambda::write_log_line;
use rez_cloud::program::FunctionError;

use crate::support::{Invoked, Recorder, SECOND, cloud, function, pass};

const TALKER: &str = "
  Talker:
    Type: AWS::Serverless::Function
    Properties: { FunctionName: talker, Runtime: provided.al2023, Timeout: 9 }
";

async fn talk(invoked: Invoked) -> Result<Bytes, FunctionError> {
    let name = String::from_utf8_lossy(&invoked.payload).into_owned();
    write_log_line(&format!("{name} begins"));
    pass(SECOND).await;
    write_log_line(&format!("{name} ends"));
    Ok(invoked.payload)
}

#[tokio::test(start_paused = true)]
async fn a_line_goes_to_the_environment_that_is_being_polled() {
    let recorder = Recorder::default();
    let cloud = cloud(TALKER).function("Talker", function(talk)).subscribe(recorder.subscriber()).build().unwrap();
    let (first, second) = tokio::join!(cloud.invoke("Talker", "1"), cloud.invoke("Talker", "2"));
    assert!(first.is_ok() && second.is_ok());
    write_log_line("nobody is polled, so nobody hears this");
    for (environment, name) in [("environment: 1", "1"), ("environment: 2", "2")] {
        let lines = recorder.find("Log", &[environment]);
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|(_, line)| line.contains(&format!("{name} begins")) || line.contains("ends")));
    }
    assert_eq!(recorder.count("Log", &["nobody"]), 0);
}

#[tokio::test(start_paused = true)]
async fn the_sdks_randomness_is_kept_apart() {
    let drawn: Arc<Mutex<Vec<u64>>> = Arc::default();
    let drawing = drawn.clone();
    let draw = move |invoked: Invoked| {
        let drawing = drawing.clone();
        async move {
            drawing.lock().unwrap().push(fastrand::u64(..));
            pass(SECOND).await;
            Ok(invoked.payload)
        }
    };
    let cloud = cloud(TALKER).function("Talker", function(draw)).build().unwrap();
    fastrand::seed(5);
    let outside = fastrand::get_seed();
    let (first, second) = tokio::join!(cloud.invoke("Talker", "1"), cloud.invoke("Talker", "2"));
    assert!(first.is_ok() && second.is_ok());
    assert_eq!(fastrand::get_seed(), outside);
    let drawn = drawn.lock().unwrap();
    assert_ne!(drawn[0], drawn[1]);
}
