//! A pool with a clock that tests turn by hand, and the requests that an application and a browser send to it.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use http::{Method, Request, Response};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::host::cognito::pool::Pool;
use crate::host::cognito::{Client, Settings, SignInError, User, sign_in};
use crate::world::Seed;

pub const LOGIN: &str = "https://desk.auth.us-east-1.amazoncognito.com";
pub const ISSUER: &str = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Desk";
pub const CALLBACK: &str = "https://app.example.com/callback?from=cognito";
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

pub struct Desk {
    pub pool: Pool,
    pub now: SystemTime,
}

/// A parameter of a form or query.
pub type Pair<'a> = (&'a str, &'a str);

impl Desk {
    /// A pool with the clients `web` (public) and `desk` (with the secret `s:cret`), and the user alice.
    pub fn new() -> Self {
        Self::with(|_| ())
    }

    /// The same, with a change to the client `web`.
    pub fn with(change: impl FnOnce(&mut Client)) -> Self {
        let mut web = Client {
            callback_urls: names([CALLBACK, "https://app.example.com/other"]),
            scopes: names(["openid", "email"]),
            ..Client::default()
        };
        let desk = Client { secret: Some("s:cret".into()), ..web.clone() };
        change(&mut web);
        let clients = [("web".to_owned(), web), ("desk".to_owned(), desk)].into();
        let groups = names(["admin", "user"]);
        let settings = Settings { issuer: ISSUER.to_owned(), login_url: LOGIN.to_owned(), groups, clients };
        let mut pool = Pool::new(settings, Seed(1));
        pool.put_user(alice(["user"])).expect("the pool has the group");
        Self { pool, now: UNIX_EPOCH + Duration::from_secs(1_795_435_200) }
    }

    pub fn wait(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
    }

    pub fn seconds(&self) -> u64 {
        self.now.duration_since(UNIX_EPOCH).expect("it is later").as_secs()
    }

    pub fn send(&mut self, request: Request<Bytes>) -> Response<Bytes> {
        self.pool.handle(&request, self.now)
    }

    pub fn get(&mut self, url: &str) -> Response<Bytes> {
        self.send(Request::get(url).body(Bytes::new()).expect("a URL"))
    }

    pub fn get_with_cookie(&mut self, url: &str, cookie: &str) -> Response<Bytes> {
        self.send(Request::get(url).header(COOKIE, cookie).body(Bytes::new()).expect("a URL"))
    }

    pub fn post(&mut self, path: &str, form: &[Pair<'_>]) -> Response<Bytes> {
        self.send(post(path, form))
    }

    /// The same, with a client's id and secret in the header.
    pub fn post_as(&mut self, credentials: &str, path: &str, form: &[Pair<'_>]) -> Response<Bytes> {
        let mut request = post(path, form);
        let basic = format!("Basic {}", STANDARD.encode(credentials));
        request.headers_mut().insert(AUTHORIZATION, basic.try_into().expect("Base64 fits into a header"));
        self.send(request)
    }

    /// Alice signs in to the client `web`. Returns the code.
    pub fn code(&mut self) -> String {
        let callback = self.sign_in(&authorize_url(&[]), "alice", "pass word").expect("alice knows her password");
        parameter(&callback, "code").expect("there is a code")
    }

    pub fn sign_in(&mut self, url: &str, username: &str, password: &str) -> Result<String, SignInError> {
        sign_in::sign_in(|request| self.pool.handle(request, self.now), url, username, password)
    }

    /// Alice's tokens, for the client `web`.
    pub fn tokens(&mut self) -> Value {
        let code = self.code();
        json(&self.post("/oauth2/token", &code_grant(&code)))
    }

    pub fn refresh(&mut self, refresh_token: &str) -> Response<Bytes> {
        let form = [("grant_type", "refresh_token"), ("client_id", "web"), ("refresh_token", refresh_token)];
        self.post("/oauth2/token", &form)
    }
}

pub fn alice<const N: usize>(groups: [&str; N]) -> User {
    User {
        username: "alice".into(),
        password: "pass word".into(),
        sub: "5b2c8e1a-0000-4000-8000-000000000001".into(),
        email: "alice@example.com".into(),
        groups: names(groups),
    }
}

pub fn names<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.map(str::to_owned).into()
}

/// The authorization request of the client `web`, with `changes`; an empty value leaves one out.
pub fn authorize_url(changes: &[Pair<'_>]) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    let usual = [
        ("response_type", "code"),
        ("client_id", "web"),
        ("redirect_uri", CALLBACK),
        ("state", "a state & more"),
        ("scope", "openid email"),
        ("nonce", "n-1"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    let kept = usual.iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    format!("{LOGIN}/oauth2/authorize?{}", encode(kept.chain(changes)))
}

/// The token request for a code of the client `web`.
pub fn code_grant(code: &str) -> [Pair<'_>; 5] {
    [
        ("grant_type", "authorization_code"),
        ("client_id", "web"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ]
}

/// A form with another value for one parameter, or without it.
pub fn changed<'a>(form: &[Pair<'a>], name: &'a str, value: Option<&'a str>) -> Vec<Pair<'a>> {
    let kept = form.iter().copied().filter(|(other, _)| *other != name);
    kept.chain(value.map(|value| (name, value))).collect()
}

pub fn post(path: &str, form: &[Pair<'_>]) -> Request<Bytes> {
    let request = Request::builder().method(Method::POST).uri(format!("{LOGIN}{path}"));
    let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    request.body(encode(form).into()).expect("a request")
}

fn encode<'a>(pairs: impl IntoIterator<Item = &'a Pair<'a>>) -> String {
    let present = pairs.into_iter().filter(|(_, value)| !value.is_empty());
    form_urlencoded::Serializer::new(String::new()).extend_pairs(present).finish()
}

pub fn location(response: &Response<Bytes>) -> &str {
    response.headers().get(LOCATION).expect("it redirects").to_str().expect("it is text")
}

pub fn cookie(response: &Response<Bytes>) -> &str {
    response.headers().get(SET_COOKIE).expect("it sets a cookie").to_str().expect("it is text")
}

pub fn parameter(url: &str, name: &str) -> Option<String> {
    let (_, query) = url.split_once('?')?;
    form_urlencoded::parse(query.as_bytes()).find(|(other, _)| other == name).map(|(_, value)| value.into_owned())
}

pub fn json(response: &Response<Bytes>) -> Value {
    serde_json::from_slice(response.body()).expect("it is JSON")
}

/// Status and `error` of an answer.
pub fn error(response: &Response<Bytes>) -> (u16, String) {
    (response.status().as_u16(), json(response)["error"].as_str().expect("it is an error").to_owned())
}

/// Header and claims of a token.
pub fn decoded(token: &Value) -> [Value; 2] {
    let mut parts = token.as_str().expect("a token is text").split('.').map(|part| {
        let bytes = URL_SAFE_NO_PAD.decode(part).expect("a part is Base64url");
        serde_json::from_slice(&bytes).unwrap_or(Value::Null)
    });
    [(); 2].map(|()| parts.next().expect("a token has three parts"))
}
