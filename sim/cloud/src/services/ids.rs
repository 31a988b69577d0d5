//! Identifiers that AWS draws, drawn from the seed.

use rand::RngExt;

use crate::world::Stream;

/// A version 4 UUID, as text.
pub fn uuid(stream: &mut Stream) -> String {
    uuid::Builder::from_random_bytes(stream.random()).into_uuid().to_string()
}
