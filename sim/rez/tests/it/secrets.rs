//! The secret of ntfy: rotated without downtime, and used on when Parameter Store is away.

use rez::ntfy::Settings;
use rez_cloud::services::parameters::ParameterKind;
use rez_core::message::Status;

use crate::support::{Setup, World, minutes, seconds, unavailable};

const ROTATED: &str = "tk_rotatedrotatedrotatedrotated1";

fn rotate(world: &World) {
    let name = rez::world::names::secret(world.cloud.topology(), "ntfy-token").unwrap();
    world.cloud.services().parameters.put(&name, ParameterKind::SecureString, ROTATED, true).unwrap();
    world.ntfy.becomes(Settings { token: Some(ROTATED.to_owned()), ..Settings::default() });
}

#[tokio::test(start_paused = true)]
async fn a_rotated_secret_is_read_again_within_the_same_attempt() {
    let world = World::ideal();
    world.create("before").await;
    world.pass(seconds(10)).await;
    rotate(&world);
    let id = world.create("after").await;
    world.pass(seconds(10)).await;
    assert_eq!(world.status(id).await, Status::Completed);
    let statuses: Vec<u16> = world.ntfy.tries().iter().map(|a_try| a_try.status).collect();
    assert_eq!(statuses, [200, 401, 200], "one refusal, and nobody waited for the five minutes of the cache");
}

#[tokio::test(start_paused = true)]
async fn what_was_read_goes_on_being_used() {
    let away = (unavailable(), "parameters", minutes(1)..minutes(30));
    let world = Setup::new().fault(away.0, away.1, away.2).begin();
    world.create("before").await;
    let mut ids = Vec::new();
    for number in 0..12 {
        world.pass(minutes(2)).await;
        ids.push(world.create(&format!("m-{number}")).await);
    }
    world.pass(seconds(10)).await;
    assert_eq!(world.count(&ids, Status::Completed).await, 12);
    assert!(!world.record.logged("parameter_stale").is_empty(), "and it is logged");
}
