//! What `template.yaml` tells this function. A missing or wrong value stops the cold start.

use http::HeaderValue;
use rez_core::config::Variables;

/// How users sign in.
#[derive(Clone, Debug)]
pub struct SignInConfig {
    /// The user pool's domain, `https://….auth.REGION.amazoncognito.com`, without a slash at its end.
    pub domain: String,
    pub client_id: String,
    /// `https://…/api/auth/callback`, as the user pool's client knows it.
    pub redirect_url: String,
}

#[derive(Clone, Debug)]
pub struct Config {
    pub sign_in: SignInConfig,
    /// Where the browser goes once it is signed in.
    pub application_url: HeaderValue,
    /// Origins that may use a cookie: the gateway's CORS allow-list.
    pub origins_allowed: Vec<String>,
    pub config_table: String,
    pub idempotency_table: String,
}

/// The parameter that holds the key of [`crate::seal::Seal`].
pub const SEAL_KEY: &str = "web-api-key";

impl Config {
    pub fn read(variables: &mut Variables<'_>) -> Self {
        let sign_in = SignInConfig {
            domain: url(variables, "SIGN_IN_DOMAIN"),
            client_id: variables.text("SIGN_IN_CLIENT_ID"),
            redirect_url: url(variables, "SIGN_IN_REDIRECT_URL"),
        };
        let application_url = url(variables, "APPLICATION_URL");
        let application_url = HeaderValue::from_str(&application_url).unwrap_or_else(|_| {
            variables.mistake("`APPLICATION_URL` has characters that no header can have".to_owned());
            HeaderValue::from_static("")
        });
        Self {
            sign_in,
            application_url,
            origins_allowed: origins(variables, "ALLOWED_ORIGINS"),
            config_table: variables.text("CONFIG_TABLE"),
            idempotency_table: variables.text("IDEMPOTENCY_TABLE"),
        }
    }
}

/// An address of the web, without a slash at its end.
fn url(variables: &mut Variables<'_>, name: &str) -> String {
    let text = variables.text(name);
    if !text.is_empty() && !is_web_address(&text) {
        variables.mistake(format!("`{name}` is `{text}` (expected `https://…`)"));
    }
    text.trim_end_matches('/').to_owned()
}

/// Origins, separated by commas. `*` is none: it would let every page in.
fn origins(variables: &mut Variables<'_>, name: &str) -> Vec<String> {
    let origins: Vec<String> = variables.text(name).split(',').map(|origin| origin.trim().to_owned()).collect();
    for origin in origins.iter().filter(|origin| !origin.is_empty() && !is_origin(origin)) {
        variables.mistake(format!("`{name}` has `{origin}` (expected `https://HOST`, separated by commas)"));
    }
    origins
}

/// HTTPS, or plain HTTP to this very machine, for development.
fn is_web_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| local(text));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
}

fn local(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("http://")?;
    let host = rest.split(['/', ':']).next()?;
    ["localhost", "127.0.0.1"].contains(&host).then_some(rest)
}

fn is_origin(text: &str) -> bool {
    is_web_address(text) && text.matches('/').count() == 2 && !text.contains('*')
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn check(change: (&str, &str)) -> Result<Config, String> {
        let mut values: BTreeMap<String, String> = [
            ("SIGN_IN_DOMAIN", "https://rez.auth.us-east-1.amazoncognito.com/"),
            ("SIGN_IN_CLIENT_ID", "client"),
            ("SIGN_IN_REDIRECT_URL", "https://api.example.com/api/auth/callback"),
            ("APPLICATION_URL", "https://app.example.com/"),
            ("ALLOWED_ORIGINS", "https://app.example.com, http://localhost:3000"),
            ("CONFIG_TABLE", "config"),
            ("IDEMPOTENCY_TABLE", "idempotency"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        values.insert(change.0.to_owned(), change.1.to_owned());
        let mut variables = Variables::new(&values);
        let config = Config::read(&mut variables);
        variables.finish().map(|()| config).map_err(|error| error.to_string())
    }

    #[test]
    fn addresses_lose_the_slash_at_their_end() {
        let config = check(("OTHER", "")).expect("all is there");
        assert_eq!(config.sign_in.domain, "https://rez.auth.us-east-1.amazoncognito.com");
        assert_eq!(config.origins_allowed, ["https://app.example.com", "http://localhost:3000"]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (name, value) in [
            ("SIGN_IN_DOMAIN", ""),
            ("SIGN_IN_DOMAIN", "http://rez.example.com"),
            ("SIGN_IN_DOMAIN", "http://localhost.example.com"),
            ("SIGN_IN_CLIENT_ID", ""),
            ("SIGN_IN_REDIRECT_URL", "/api/auth/callback"),
            ("APPLICATION_URL", "https://"),
            ("APPLICATION_URL", "https://app\n"),
            ("ALLOWED_ORIGINS", ""),
            ("ALLOWED_ORIGINS", "*"),
            ("ALLOWED_ORIGINS", "https://*.example.com"),
            ("ALLOWED_ORIGINS", "https://app.example.com/path"),
        ] {
            let mistakes = check((name, value)).expect_err(value);
            assert!(mistakes.contains(name), "{mistakes}");
        }
    }
}
