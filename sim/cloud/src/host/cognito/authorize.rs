//! `GET /oauth2/authorize`: an application sends a browser here to come back with a code (`authorization-endpoint`).

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::COOKIE;
use http::{Request, StatusCode};

use super::answer::{Answer, page, redirect};
use super::form::{Form, with_parameters};
use super::pool::Pool;
use super::session::Code;
use super::settings::{Client, Settings};
use crate::services::ids;

/// A code not exchanged in this time is worth nothing.
const CODE_VALIDITY: Duration = Duration::from_secs(5 * 60);

/// Name of the cookie of managed login.
pub const LOGIN_COOKIE: &str = "cognito";

/// What the application asks for, checked.
#[derive(Debug)]
pub struct Ask {
    pub client_id: String,
    pub redirect_uri: String,
    state: Option<String>,
    scope: String,
    nonce: Option<String>,
    challenge: Option<String>,
    prompt: Option<String>,
}

/// Why there is no code to be had.
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The browser cannot be sent back, because nobody knows whether that place can be trusted.
    Page(&'static str),
    /// The browser is sent back with the error.
    Redirect { redirect_uri: String, state: Option<String>, error: &'static str, description: &'static str },
}

pub fn authorize(pool: &mut Pool, request: &Request<Bytes>, now: SystemTime) -> Answer {
    let ask = match Ask::read(request, &pool.settings) {
        Ok(ask) => ask,
        Err(refusal) => return refusal.answer(),
    };
    match (signed_in(pool, request, now), ask.prompt.as_deref()) {
        (Some(username), None | Some("none")) => send_back(pool, ask, username, now),
        (None, Some("none")) => ask.refuse("login_required", "Login required").answer(),
        _ => redirect(&format!("{}/login?{}", pool.settings.login_url, request.uri().query().unwrap_or_default())),
    }
}

/// Sends the browser back to the application, with a code for `username`.
pub fn send_back(pool: &mut Pool, ask: Ask, username: String, now: SystemTime) -> Answer {
    let id = ids::uuid(&mut pool.draws);
    let parameters = [("code", Some(id.as_str())), ("state", ask.state.as_deref())];
    let to = with_parameters(&ask.redirect_uri, present(parameters));
    let Ask { client_id, redirect_uri, scope, nonce, challenge, .. } = ask;
    let code = Code { client_id, redirect_uri, username, scope, nonce, challenge, auth_time: now };
    pool.codes.put(id, code, now + CODE_VALIDITY, now);
    redirect(&to)
}

fn signed_in(pool: &Pool, request: &Request<Bytes>, now: SystemTime) -> Option<String> {
    let cookies = request.headers().get_all(COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, token) = pairs.find(|(name, _)| *name == LOGIN_COOKIE)?;
    pool.logins.get(token, now).cloned()
}

impl Ask {
    pub fn read(request: &Request<Bytes>, settings: &Settings) -> Result<Self, Refusal> {
        let form = Form::of_query(request).map_err(|_| Refusal::Page("invalid_request"))?;
        let client_id = form.get("client_id").ok_or(Refusal::Page("invalid_request"))?;
        let client = settings.clients.get(client_id).ok_or(Refusal::Page("Client does not exist."))?;
        let redirect_uri = form.get("redirect_uri").ok_or(Refusal::Page("invalid_request"))?;
        if !client.callback_urls.contains(redirect_uri) {
            return Err(Refusal::Page("redirect_mismatch"));
        }
        let owned = |name| form.get(name).map(str::to_owned);
        let ask = Self {
            client_id: client_id.to_owned(),
            redirect_uri: redirect_uri.to_owned(),
            state: owned("state"),
            scope: owned("scope").unwrap_or_else(|| all_scopes(client)),
            nonce: owned("nonce"),
            challenge: owned("code_challenge"),
            prompt: owned("prompt"),
        };
        match ask.fault(&form, client) {
            Some((error, description)) => Err(ask.refuse(error, description)),
            None => Ok(ask),
        }
    }

    /// What is wrong with the rest of it, as error and description.
    fn fault(&self, form: &Form, client: &Client) -> Option<(&'static str, &'static str)> {
        let challenge_is_good = self.challenge.as_deref().is_none_or(is_challenge);
        match (form.get("response_type"), form.get("code_challenge_method"), self.prompt.as_deref()) {
            (Some("token"), ..) => Some(("unauthorized_client", "Implicit grant is not enabled")),
            (Some("code"), None, _) if self.challenge.is_some() => {
                Some(("invalid_request", "Missing challenge method"))
            }
            (Some("code"), Some("S256"), _) if self.challenge.is_none() || !challenge_is_good => {
                Some(("invalid_request", "Missing or malformed code challenge"))
            }
            (Some("code"), Some(method), _) if method != "S256" => Some(("invalid_request", "Only S256 is supported")),
            (Some("code"), _, Some(prompt)) if !["none", "login"].contains(&prompt) => {
                Some(("invalid_request", "Unsupported prompt"))
            }
            (Some("code"), ..) if form.get("identity_provider").is_some_and(|provider| provider != "COGNITO") => {
                Some(("invalid_request", "Unknown identity provider"))
            }
            (Some("code"), ..) if !self.scope.split(' ').all(|scope| client.scopes.contains(scope)) => {
                Some(("invalid_scope", "Scope is not enabled for the client"))
            }
            (Some("code"), ..) => None,
            _ => Some(("invalid_request", "Unsupported response type")),
        }
    }

    fn refuse(&self, error: &'static str, description: &'static str) -> Refusal {
        Refusal::Redirect { redirect_uri: self.redirect_uri.clone(), state: self.state.clone(), error, description }
    }
}

impl Refusal {
    pub fn answer(self) -> Answer {
        match self {
            Self::Page(title) => {
                page(StatusCode::BAD_REQUEST, format!("<!doctype html><title>Error</title><p>{title}\n"))
            }
            Self::Redirect { redirect_uri, state, error, description } => {
                let described = [("error", Some(error)), ("error_description", Some(description))];
                let parameters = described.into_iter().chain([("state", state.as_deref())]);
                redirect(&with_parameters(&redirect_uri, present(parameters)))
            }
        }
    }
}

/// Without a `scope` an application gets all that its client may have.
fn all_scopes(client: &Client) -> String {
    client.scopes.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// An S256 challenge is a SHA-256 in Base64url: 43 characters (RFC 7636 §4.2).
fn is_challenge(challenge: &str) -> bool {
    challenge.len() == 43 && challenge.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

fn present<'a>(
    parameters: impl IntoIterator<Item = (&'a str, Option<&'a str>)>,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    parameters.into_iter().filter_map(|(name, value)| Some((name, value?)))
}
