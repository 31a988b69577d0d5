//! Receipt handles: opaque to a caller, and here they say which message of which queue, and which receive.
//!
//! On a standard queue a handle never dies while its message lives, so nothing else needs to be remembered.

use std::fmt;

use aws_smithy_types::base64;

/// Every real handle begins like this.
const PREFIX: &str = "AQEB";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Handle {
    /// Number of the queue in creation order, so that a handle is good for its own queue only.
    pub queue: u32,
    /// Number of the message in its queue.
    pub message: u64,
    /// Number of the receive that issued it, from 1.
    pub receive: u32,
}

impl fmt::Display for Handle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = [0; 18];
        bytes[..4].copy_from_slice(&self.queue.to_be_bytes());
        bytes[4..12].copy_from_slice(&self.message.to_be_bytes());
        bytes[12..16].copy_from_slice(&self.receive.to_be_bytes());
        let checksum = checksum(&bytes[..16]);
        bytes[16..].copy_from_slice(&checksum);
        write!(formatter, "{PREFIX}{}", base64::encode(bytes))
    }
}

impl Handle {
    /// Reads back a handle; `None` for a text that is none.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 18] = base64::decode(text.strip_prefix(PREFIX)?).ok()?.try_into().ok()?;
        if bytes[16..] != checksum(&bytes[..16]) {
            return None;
        }
        Some(Self {
            queue: u32::from_be_bytes(bytes[..4].try_into().ok()?),
            message: u64::from_be_bytes(bytes[4..12].try_into().ok()?),
            receive: u32::from_be_bytes(bytes[12..16].try_into().ok()?),
        })
    }
}

/// Enough to tell a handle from a text that only looks like one.
fn checksum(bytes: &[u8]) -> [u8; 2] {
    bytes.iter().fold(0x5A17_u16, |sum, &byte| sum.rotate_left(3) ^ u16::from(byte)).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_reads_back() {
        let handle = Handle { queue: 3, message: u64::MAX - 1, receive: 17 };
        assert_eq!(Handle::parse(&handle.to_string()), Some(handle));
    }

    #[test]
    fn other_texts_are_no_handles() {
        let altered = Handle { queue: 3, message: 1, receive: 1 }.to_string().replacen("AAAAA", "AAAAB", 1);
        for text in ["", "garbage", "AQEB", "AQEBgarbage", altered.as_str()] {
            assert_eq!(Handle::parse(text), None, "{text}");
        }
    }
}
