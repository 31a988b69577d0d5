//! How well-behaved the world is: latencies, duplicates and errors of each service, in three named profiles.






/// A named set of knobs. Sources of the numbers stand at each field of [`Knobs`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// No duplicates, no errors, least latency.
    Ideal,
    /// What was measured of AWS by others, or is a guess marked as one.
    Realistic,
    /// Every at-least-once point duplicates, order is the worst allowed, starts are cold.
    Adversarial,
}
