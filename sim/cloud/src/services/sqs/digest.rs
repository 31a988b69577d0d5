//! The MD5 digests that SQS answers with ("Amazon SQS message metadata", developer guide).

use std::fmt::Write;

use md5::{Digest, Md5};

use crate::services::attribute::{AttributeValue, Attributes};

/// MD5 of a body, in lower-case hexadecimal.
pub fn of_body(body: &str) -> String {
    hex(Md5::digest(body.as_bytes()).as_slice())
}

/// MD5 of attributes: sorted by name, each as length and name, length and type, one byte for the kind of value, length
/// and value; lengths are 32 bits, big-endian. `None` when there are none.
pub fn of_attributes(attributes: &Attributes) -> Option<String> {
    if attributes.is_empty() {
        return None;
    }
    let mut digest = Md5::new();
    for (name, attribute) in attributes {
        update_with_length(&mut digest, name.as_bytes());
        update_with_length(&mut digest, attribute.data_type.as_bytes());
        digest.update([transport_type(&attribute.value)]);
        update_with_length(&mut digest, attribute.value.bytes());
    }
    Some(hex(digest.finalize().as_slice()))
}

fn transport_type(value: &AttributeValue) -> u8 {
    match value {
        AttributeValue::Text(_) => 1,
        AttributeValue::Binary(_) => 2,
    }
}

fn update_with_length(digest: &mut Md5, bytes: &[u8]) {
    digest.update((bytes.len() as u32).to_be_bytes());
    digest.update(bytes);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(32), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string succeeds");
        text
    })
}
