//! Publishing: the checks in the server's order, then the message.

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::Request;
use rand::RngExt;
use serde::Deserialize;
use serde_json::Value;

use crate::message::Attachment;
use crate::parameters::{Parameters, Source, priority};
use crate::routes::{Answer, check_topic};
use crate::{Message, Ntfy, NtfyError};

const JSON_BYTES_MAX: usize = 8_192;
const ID_CHARACTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const ID_LENGTH: usize = 12;

/// One request to publish, before anything of it is checked.
pub struct Publication<'a> {
    topic: &'a str,
    request: &'a Request<Bytes>,
    query: &'a [(String, String)],
    body: Bytes,
}

impl<'a> Publication<'a> {
    pub fn of_body(topic: &'a str, request: &'a Request<Bytes>, query: &'a [(String, String)]) -> Self {
        Self { topic, request, query, body: request.body().clone() }
    }

    pub fn of_query(topic: &'a str, request: &'a Request<Bytes>, query: &'a [(String, String)]) -> Self {
        Self { topic, request, query, body: Bytes::new() }
    }
}

/// The body of `POST /`. Fields that change nothing in what we model are named so that they are known.
#[derive(Deserialize)]
struct JsonPublication {
    topic: String,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    priority: Option<Value>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    click: Option<String>,
    #[serde(default)]
    icon: Option<String>,
    #[serde(default)]
    sequence_id: Option<String>,
}

impl Ntfy {
    pub(crate) fn publish(
        &mut self,
        publication: Publication<'_>,
        address: &str,
        now: SystemTime,
    ) -> Result<Answer, NtfyError> {
        let Publication { topic, request, query, body } = publication;
        let visitor = self.visitor(request, query, address, now)?;
        check_topic(topic)?;
        self.admit(&visitor, topic, now)?;
        let parameters = Source::of(request, query).parameters()?;
        self.accept(&visitor, topic, parameters, &body, now)
    }

    pub(crate) fn publish_json(
        &mut self,
        request: &Request<Bytes>,
        query: &[(String, String)],
        address: &str,
        now: SystemTime,
    ) -> Result<Answer, NtfyError> {
        let visitor = self.visitor(request, query, address, now)?;
        if request.body().len() > JSON_BYTES_MAX {
            return Err(NtfyError::JSON_TOO_LARGE);
        }
        let json: JsonPublication = serde_json::from_slice(request.body()).map_err(|_| NtfyError::JSON_INVALID)?;
        check_topic(&json.topic).map_err(|_| NtfyError::TOPIC_INVALID)?;
        self.admit(&visitor, &json.topic, now)?;
        let priority = match &json.priority {
            None | Some(Value::Null) => None,
            Some(value) => priority(value.to_string().trim_matches('"'))?,
        };
        let body = Bytes::from(json.message.unwrap_or_default());
        let parameters = Parameters {
            title: json.title,
            priority,
            tags: json.tags,
            click: json.click,
            icon: json.icon,
            sequence_id: json.sequence_id,
            ..Parameters::default()
        };
        self.accept(&visitor, &json.topic, parameters, &body, now)
    }

    /// Limits that come before the parameters are looked at: requests, topics, permission.
    fn admit(&mut self, visitor: &str, topic: &str, now: SystemTime) -> Result<(), NtfyError> {
        if !self.visitor_entry(visitor).requests.take(now) {
            return Err(NtfyError::REQUESTS);
        }
        if !self.topics.contains_key(topic) && self.topics.len() >= self.settings.topics_max {
            return Err(NtfyError::TOPICS);
        }
        let anonymous = self.settings.token.is_some() && visitor.starts_with("ip:");
        if anonymous || self.settings.closed_topics.contains(topic) {
            return Err(NtfyError::FORBIDDEN);
        }
        Ok(())
    }

    /// The daily quota and the body, last of all.
    fn accept(
        &mut self,
        visitor: &str,
        topic: &str,
        parameters: Parameters,
        body: &[u8],
        now: SystemTime,
    ) -> Result<Answer, NtfyError> {
        let quota = self.settings.daily_messages;
        if !self.visitor_entry(visitor).count_message(now, quota) {
            return Err(NtfyError::DAILY_MESSAGES);
        }
        let (text, attachment) = self.text_of(visitor, &parameters, body, now)?;
        *self.topics.entry(topic.to_owned()).or_default() += 1;
        let time = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let message = Message {
            id: self.next_id(),
            time,
            expires: time + self.settings.cache.as_secs(),
            event: "message",
            topic: topic.to_owned(),
            title: parameters.title,
            message: text,
            priority: parameters.priority,
            tags: parameters.tags,
            click: parameters.click,
            icon: parameters.icon,
            attachment,
        };
        Ok(Answer::Accepted(Box::new(self.keep(message, parameters.sequence_id))))
    }

    /// What a person reads: the body, or the notice that it became a file.
    fn text_of(
        &mut self,
        visitor: &str,
        parameters: &Parameters,
        body: &[u8],
        now: SystemTime,
    ) -> Result<(String, Option<Attachment>), NtfyError> {
        let max = self.settings.message_bytes_max;
        if let Some(attachment) = &parameters.attachment {
            let cut = &body[..body.len().min(max)];
            let text = String::from_utf8_lossy(cut).trim().to_owned();
            return Ok((or_notice(text, &attachment.name), Some(attachment.clone())));
        }
        match std::str::from_utf8(body) {
            Ok(text) if body.len() <= max => {
                let text =
                    if text.trim().is_empty() { parameters.message.as_deref().unwrap_or_default() } else { text };
                let text = text.trim();
                Ok((if text.is_empty() { "triggered".to_owned() } else { text.to_owned() }, None))
            }
            _ => self.as_file(visitor, body, now),
        }
    }

    fn as_file(
        &mut self,
        visitor: &str,
        body: &[u8],
        now: SystemTime,
    ) -> Result<(String, Option<Attachment>), NtfyError> {
        if !self.settings.attachments {
            return Err(NtfyError::ATTACHMENTS_DISALLOWED);
        }
        if body.len() > self.settings.attachment_bytes_max {
            return Err(NtfyError::ATTACHMENT_TOO_LARGE);
        }
        let quota = self.settings.bandwidth_bytes_daily;
        if !self.visitor_entry(visitor).count_bytes(now, body.len(), quota) {
            return Err(NtfyError::BANDWIDTH);
        }
        let extension = if std::str::from_utf8(body).is_ok() { "txt" } else { "bin" };
        let name = format!("attachment.{extension}");
        let url = format!("/file/{}.{extension}", self.next_id());
        Ok((or_notice(String::new(), &name), Some(Attachment { name, url, size: Some(body.len()) })))
    }

    fn next_id(&mut self) -> String {
        (0..ID_LENGTH).map(|_| char::from(ID_CHARACTERS[self.ids.random_range(0..ID_CHARACTERS.len())])).collect()
    }
}

fn or_notice(text: String, file: &str) -> String {
    if text.is_empty() { format!("You received a file: {file}") } else { text }
}
