//! A person and a browser, as far as signing in needs them.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, LOCATION};
use http::{Request, Response, StatusCode, Uri};

use super::authority;

/// What somebody who tried to sign in saw instead of the application.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SignInError {
    #[error("`{0}` is no URL")]
    NotAUrl(String),
    #[error("the sign-in page answered {0}")]
    Page(StatusCode),
    #[error("incorrect username or password")]
    Password,
}

/// Opens `authorize_url`, fills in the form, and returns where the application gets its answer. An error of the
/// authorization endpoint arrives there too.
pub fn sign_in(
    mut send: impl FnMut(&Request<Bytes>) -> Response<Bytes>,
    authorize_url: &str,
    username: &str,
    password: &str,
) -> Result<String, SignInError> {
    let opened = send(&get(authorize_url)?);
    let login_page = location(&opened).ok_or(SignInError::Page(opened.status()))?;
    if !is_login_page(&login_page, authorize_url) {
        return Ok(login_page);
    }
    let form = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("username", username), ("password", password)])
        .finish();
    location(&send(&post(&login_page, form)?)).ok_or(SignInError::Password)
}

/// The application's callback may have the same path, but not on the same host.
fn is_login_page(url: &str, authorize_url: &str) -> bool {
    authority(url) == authority(authorize_url) && url.parse::<Uri>().is_ok_and(|url| url.path() == "/login")
}

fn get(url: &str) -> Result<Request<Bytes>, SignInError> {
    Request::get(url).body(Bytes::new()).map_err(|_| SignInError::NotAUrl(url.to_owned()))
}

fn post(url: &str, form: String) -> Result<Request<Bytes>, SignInError> {
    let request = Request::post(url).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    request.body(form.into()).map_err(|_| SignInError::NotAUrl(url.to_owned()))
}

fn location(response: &Response<Bytes>) -> Option<String> {
    response.headers().get(LOCATION)?.to_str().ok().map(str::to_owned)
}
