//! Who the load signs in as: a token that somebody has, or a name and a password. Neither is ever an argument, which
//! everybody on the machine could read.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::target::Target;

/// The environment's names for them.
pub const TOKEN_VARIABLE: &str = "REZ_TOKEN";
pub const PASSWORD_VARIABLE: &str = "REZ_PASSWORD";

/// Whom `rez serve` lets in.
const LOCAL_USER: &str = "user@example.com";
const LOCAL_PASSWORD: &str = "rez-agent";

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credentials {
    Token(Secret),
    Login { user: String, password: Secret },
}

/// Where to look for them.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    pub token: Option<String>,
    pub token_file: Option<PathBuf>,
    pub user: Option<String>,
    pub password: Option<String>,
    pub password_file: Option<PathBuf>,
}

#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    #[error("`{path}` cannot be read: {error}")]
    Unreadable { path: PathBuf, error: std::io::Error },
    #[error(
        "nobody to sign in as (set `{TOKEN_VARIABLE}`, or give `--token-file`, or `--login` with `{PASSWORD_VARIABLE}`)"
    )]
    Nobody,
    #[error("the access token is not one word of ASCII letters (is it the right file?)")]
    NoToken,
    #[error("there is no password for `{0}` (set `{PASSWORD_VARIABLE}`, or give `--password-file`)")]
    NoPassword(String),
}

impl Sources {
    /// A token goes before a login. On this machine nobody need say anything: it is the user of `rez serve`.
    ///
    /// # Errors
    /// When something is missing, or a file cannot be read.
    pub fn credentials(self, target: &Target) -> Result<Credentials, CredentialsError> {
        if let Some(token) = self.token_file.as_deref().map(read).transpose()?.or(self.token) {
            let one_word = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
            return one_word.then(|| Credentials::Token(token.into())).ok_or(CredentialsError::NoToken);
        }
        let password = self.password_file.as_deref().map(read).transpose()?.or(self.password);
        let local = |text: &str| target.is_here().then(|| text.to_owned());
        let user = self.user.or_else(|| local(LOCAL_USER)).ok_or(CredentialsError::Nobody)?;
        let password = password.or_else(|| local(LOCAL_PASSWORD));
        let password = password.ok_or_else(|| CredentialsError::NoPassword(user.clone()))?;
        Ok(Credentials::Login { user, password: password.into() })
    }
}

fn read(path: &Path) -> Result<String, CredentialsError> {
    let read = std::fs::read_to_string(path);
    let text = read.map_err(|error| CredentialsError::Unreadable { path: path.to_owned(), error })?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn target(url: &str) -> Target {
        Target::parse(url, true).unwrap()
    }

    #[test]
    fn on_this_machine_the_user_of_rez_serve_signs_in() {
        let found = Sources::default().credentials(&target("http://127.0.0.1:8080")).unwrap();
        assert_eq!(found, Credentials::Login { user: LOCAL_USER.into(), password: LOCAL_PASSWORD.to_owned().into() });
    }

    #[test]
    fn elsewhere_everything_must_be_said() {
        let away = target("https://api.example.com");
        assert!(matches!(Sources::default().credentials(&away), Err(CredentialsError::Nobody)));
        let user = Sources { user: Some("me".into()), ..Sources::default() };
        assert!(matches!(user.credentials(&away), Err(CredentialsError::NoPassword(_))));
        let token = Sources { token: Some("eyJ".into()), user: Some("me".into()), ..Sources::default() };
        assert_eq!(token.credentials(&away).unwrap(), Credentials::Token("eyJ".to_owned().into()));
    }

    #[test]
    fn a_file_that_holds_no_token_is_refused() {
        for wrong in ["", "two words", "eyJ\neyJ", "{\"token\": \"eyJ\"}"] {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(wrong.as_bytes()).unwrap();
            let sources = Sources { token_file: Some(file.path().to_owned()), ..Sources::default() };
            let error = sources.credentials(&target("http://127.0.0.1:8080")).expect_err(wrong);
            assert!(matches!(error, CredentialsError::NoToken), "{wrong}: {error}");
        }
    }

    #[test]
    fn secrets_are_never_shown() {
        let secret = Credentials::Login { user: "me".into(), password: "hunter2".to_owned().into() };
        assert!(!format!("{secret:?}").contains("hunter2"));
    }
}
