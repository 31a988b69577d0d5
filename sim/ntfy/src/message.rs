//! A published message, as the server answers and reads it back.

use bytes::Bytes;
use http::Response;
use serde::Serialize;

use crate::json_line;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Message {
    pub id: String,
    /// Seconds since the Unix epoch, like `expires`.
    pub time: u64,
    pub expires: u64,
    pub event: &'static str,
    pub topic: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<u8>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub click: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachment: Option<Attachment>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Attachment {
    pub name: String,
    pub url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<usize>,
}

/// A publish that the server took.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Accepted {
    pub message: Message,
    pub sequence_id: Option<String>,
    /// Whether a person sees another notification, rather than an update of one that is there.
    pub shown_as_new: bool,
}

pub fn line(message: &Message) -> Response<Bytes> {
    json_line(text(message))
}

pub fn text(message: &Message) -> String {
    let mut text = serde_json::to_string(message).expect("a message is plain data");
    text.push('\n');
    text
}
