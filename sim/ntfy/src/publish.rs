//! Publishing: the checks in the server's order, then the message.

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::Request;
use rand::RngExt;
use serde::Deserialize;
use serde_json::Value;

use crate::message::Attachment;
use crate::parameters::{Parameters, Source};
use crate::routes::{Answer, check_allowed, is_topic};
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

/// The body of `POST /`. Other fields change nothing in what we model.
#[derive(Deserialize)]
struct JsonPublication {
    topic: String,
    message: Option<String>,
    title: Option<String>,
    priority: Option<Value>,
    tags: Option<Vec<String>>,
    click: Option<String>,
    icon: Option<String>,
    attach: Option<String>,
    filename: Option<String>,
    actions: Option<Value>,
    delay: Option<String>,
    cache: Option<String>,
    sequence_id: Option<String>,
}

impl JsonPublication {
    /// The fields as parameters, so that both routes are checked alike.
    fn parameters(self) -> Vec<(String, String)> {
        let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let fields = [
            ("title", self.title),
            ("priority", self.priority.map(text)),
            ("tags", self.tags.map(|tags| tags.join(","))),
            ("click", self.click),
            ("icon", self.icon),
            ("attach", self.attach),
            ("filename", self.filename),
            ("actions", self.actions.map(text)),
            ("delay", self.delay),
            ("cache", self.cache),
            ("sequence-id", self.sequence_id),
        ];
        fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }
}

impl Ntfy {
    pub(crate) fn publish(
        &mut self,
        publication: Publication<'_>,
        visitor: &str,
        now: SystemTime,
    ) -> Result<Answer, NtfyError> {
        let Publication { topic, request, query, body } = publication;
        check_allowed(topic)?;
        self.admit(visitor, topic, now)?;
        let parameters = Source::of(request, query).parameters()?;
        self.accept(visitor, topic, parameters, &body, now)
    }

    pub(crate) fn publish_json(
        &mut self,
        request: &Request<Bytes>,
        visitor: &str,
        now: SystemTime,
    ) -> Result<Answer, NtfyError> {
        if request.body().len() > JSON_BYTES_MAX {
            return Err(NtfyError::JSON_TOO_LARGE);
        }
        let mut json: JsonPublication = serde_json::from_slice(request.body()).map_err(|_| NtfyError::JSON_INVALID)?;
        let topic = std::mem::take(&mut json.topic);
        if !is_topic(&topic) {
            return Err(NtfyError::TOPIC_INVALID);
        }
        check_allowed(&topic)?;
        self.admit(visitor, &topic, now)?;
        let body = Bytes::from(json.message.take().unwrap_or_default());
        let parameters = Source::of(request, &json.parameters()).parameters()?;
        self.accept(visitor, &topic, parameters, &body, now)
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
            Ok(text) if body.len() <= max && parameters.filename.is_none() => {
                let text =
                    if text.trim().is_empty() { parameters.message.as_deref().unwrap_or_default() } else { text };
                let text = text.trim();
                Ok((if text.is_empty() { "triggered".to_owned() } else { text.to_owned() }, None))
            }
            _ => self.as_file(visitor, parameters, body, now),
        }
    }

    /// The size is looked at before any of it is taken, and before it counts as bandwidth: `handleBodyAsAttachment` in ntfy's
    /// `server/server.go` does so by the Content-Length.
    fn as_file(
        &mut self,
        visitor: &str,
        parameters: &Parameters,
        body: &[u8],
        now: SystemTime,
    ) -> Result<(String, Option<Attachment>), NtfyError> {
        if !self.settings.attachments {
            return Err(NtfyError::ATTACHMENTS_DISALLOWED);
        }
        let held = self.visitor_entry(visitor).bytes_held(now);
        let left = self.settings.attachment_bytes_total.saturating_sub(held);
        if body.len() > self.settings.attachment_bytes_max.min(left) {
            return Err(NtfyError::ATTACHMENT_TOO_LARGE);
        }
        let quota = self.settings.bandwidth_bytes_daily;
        if !self.visitor_entry(visitor).count_bytes(now, body.len(), quota) {
            return Err(NtfyError::BANDWIDTH);
        }
        let until = now + self.settings.attachment_expiry;
        self.visitor_entry(visitor).hold(body.len(), until);
        let extension = if std::str::from_utf8(body).is_ok() { "txt" } else { "bin" };
        let name = parameters.filename.clone().unwrap_or_else(|| format!("attachment.{extension}"));
        let url = format!("/file/{}.{extension}", self.next_id());
        let text = parameters.message.clone().unwrap_or_default();
        Ok((or_notice(text, &name), Some(Attachment { name, url, size: Some(body.len()) })))
    }

    fn next_id(&mut self) -> String {
        (0..ID_LENGTH).map(|_| char::from(ID_CHARACTERS[self.ids.random_range(0..ID_CHARACTERS.len())])).collect()
    }
}

fn or_notice(text: String, file: &str) -> String {
    if text.is_empty() { format!("You received a file: {file}") } else { text }
}
