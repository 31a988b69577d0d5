//! One request to the API.

use std::sync::{Arc, Mutex};

use reqwest::{Client, RequestBuilder};

use super::early::Watch;
use super::generator::{Answer, Send};
use super::sample::Sample;
use crate::api::{Message, Request, new_message};
use crate::client::{LOAD_TIMEOUT, client};
use crate::mix::Mix;
use crate::session::Session;
use crate::target::Target;

/// The API, as somebody who is signed in, and what is asked of it.
pub struct ToApi {
    client: Client,
    target: Target,
    session: Arc<Session>,
    mix: Mix,
    created: Mutex<Sample>,
    /// Who is told at once of a message that was created.
    watch: Option<Arc<Watch>>,
}

impl ToApi {
    pub fn new(target: &Target, session: Arc<Session>, mix: Mix) -> Self {
        Self {
            client: client(LOAD_TIMEOUT),
            target: target.clone(),
            session,
            mix,
            created: Mutex::default(),
            watch: None,
        }
    }

    pub(super) fn watched_by(self, watch: Arc<Watch>) -> Self {
        Self { watch: Some(watch), ..self }
    }

    /// Messages that were created, and are to be delivered.
    pub(super) fn created(&self) -> Sample {
        std::mem::take(&mut *self.created.lock().expect("no holder panics"))
    }

    /// A message as it stands; `None` when nobody says.
    pub async fn message(&self, id: &str) -> Option<Message> {
        let path = format!("/api/messages/{id}");
        self.signed(self.client.get(self.target.at(&path))).send().await.ok()?.json().await.ok()
    }

    fn signed(&self, request: RequestBuilder) -> RequestBuilder {
        request.bearer_auth(self.session.access_token().expose())
    }

    async fn create(&self, number: u64) -> Option<u16> {
        let request = self.signed(self.client.post(self.target.at(Request::Create.path())));
        let answer = request.json(&new_message(&number.to_string())).send().await.ok()?;
        let status = answer.status().as_u16();
        let created: Option<Message> = if status == 201 { answer.json().await.ok() } else { drain(answer).await };
        if let Some(message) = created {
            if let Some(watch) = &self.watch {
                watch.add(&message.message_id);
            }
            self.created.lock().expect("no holder panics").add(message.message_id);
        }
        Some(status)
    }

    async fn get(&self, path: &str) -> Option<u16> {
        let answer = self.signed(self.client.get(self.target.at(path))).send().await.ok()?;
        let status = answer.status().as_u16();
        answer.bytes().await.ok()?;
        Some(status)
    }
}

/// A connection can be used again once its answer was read.
async fn drain(answer: reqwest::Response) -> Option<Message> {
    drop(answer.bytes().await);
    None
}

impl Send for ToApi {
    async fn send(&self, number: u64) -> Answer {
        let request = self.mix.numbered(number);
        let status = match request {
            Request::Create => self.create(number).await,
            _ => self.get(request.path()).await,
        };
        Answer { name: request.name(), status }
    }
}
