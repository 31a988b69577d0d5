//! Durations as people write them in a scenario: `45m`, `10d 3h`, `200ms`.

use std::time::Duration;

use serde::{Deserialize, Deserializer, de};

/// A duration in a TOML file, as a string that `humantime` reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(pub Duration);

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        humantime::parse_duration(&text)
            .map(Self)
            .map_err(|error| de::Error::custom(format!("`{text}` is no duration: {error} (write `45m` or `10d 3h`)")))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_duration_is_read_back(milliseconds in 0u64..10_000_000_000) {
            let duration = Duration::from_millis(milliseconds);
            let text = humantime::format_duration(duration).to_string();
            let read = Span::deserialize(de::value::StringDeserializer::<de::value::Error>::new(text));
            prop_assert_eq!(read.unwrap(), Span(duration));
        }
    }
}
