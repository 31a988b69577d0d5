//! One request to the API.

use std::sync::Mutex;
use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::Policy;

use super::generator::{Answer, Send};
use crate::api::{Message, Request, new_message};
use crate::session::Session;
use crate::target::Target;

/// Longer than API Gateway waits for anything.
const TIMEOUT: Duration = Duration::from_secs(35);
/// Messages whose delivery is watched; of more, this many are enough to judge by.
const WATCHED_MAX: usize = 2_000;

/// The API, as somebody who is signed in.
pub struct ToApi {
    client: Client,
    target: Target,
    token: String,
    created: Mutex<Vec<String>>,
}

impl ToApi {
    pub fn new(target: &Target, session: &Session) -> Self {
        // A redirect could lead the load to a machine that nobody said he owns.
        let client =
            Client::builder().timeout(TIMEOUT).pool_max_idle_per_host(usize::MAX).redirect(Policy::none()).build();
        Self {
            client: client.expect("TLS is built in"),
            target: target.clone(),
            token: session.access_token().to_owned(),
            created: Mutex::default(),
        }
    }

    /// Ids of messages that were created, and are to be delivered.
    pub fn created(&self) -> Vec<String> {
        std::mem::take(&mut self.created.lock().expect("no holder panics"))
    }

    /// A message as it stands; `None` when nobody says.
    pub async fn message(&self, id: &str) -> Option<Message> {
        let request = self.client.get(self.target.at(&format!("/api/messages/{id}"))).bearer_auth(&self.token);
        request.send().await.ok()?.json().await.ok()
    }

    async fn create(&self, number: u64) -> Option<u16> {
        let request = self.client.post(self.target.at(Request::Create.path())).bearer_auth(&self.token);
        let answer = request.json(&new_message(&number.to_string())).send().await.ok()?;
        let status = answer.status().as_u16();
        let created: Option<Message> = if status == 201 { answer.json().await.ok() } else { drain(answer).await };
        if let Some(message) = created {
            let mut created = self.created.lock().expect("no holder panics");
            if created.len() < WATCHED_MAX {
                created.push(message.message_id);
            }
        }
        Some(status)
    }

    async fn get(&self, path: &str) -> Option<u16> {
        let answer = self.client.get(self.target.at(path)).bearer_auth(&self.token).send().await.ok()?;
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
        let request = Request::numbered(number);
        let status = match request {
            Request::Create => self.create(number).await,
            _ => self.get(request.path()).await,
        };
        Answer { name: request.name(), status }
    }
}
