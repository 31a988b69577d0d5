//! What `template.yaml` tells this function. A missing or wrong value stops the cold start.

use rez_core::config::Variables;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// `https://cognito-idp.REGION.amazonaws.com/POOL`, as in a token's `iss`. The key server is below it.
    pub issuer: String,
    /// The app client that tokens must have been issued to.
    pub client_id: String,
    /// What tokens must be good for. Cognito gives it to who signed in at its own page, not to who used its API.
    pub scope: String,
}

impl Config {
    pub fn read(variables: &mut Variables<'_>) -> Self {
        let issuer = variables.text("SIGN_IN_ISSUER");
        if !issuer.is_empty() && !is_issuer(&issuer) {
            variables
                .mistake(format!("`SIGN_IN_ISSUER` is `{issuer}` (expected `https://…` without a slash at its end)"));
        }
        Self { issuer, client_id: variables.text("SIGN_IN_CLIENT_ID"), scope: variables.text("SIGN_IN_SCOPE") }
    }
}

/// Whoever answers for the issuer decides who may pass: HTTPS, or plain HTTP to this very machine, for development.
fn is_issuer(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| local(text));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && !rest.ends_with('/'))
}

fn local(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("http://")?;
    let host = rest.split(['/', ':']).next()?;
    ["localhost", "127.0.0.1"].contains(&host).then_some(rest)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn check(issuer: &str, client_id: &str) -> Result<Config, String> {
        let values = [("SIGN_IN_ISSUER", issuer), ("SIGN_IN_CLIENT_ID", client_id), ("SIGN_IN_SCOPE", "app/use")];
        let values = values.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let values = BTreeMap::from(values);
        let mut variables = Variables::new(&values);
        let config = Config::read(&mut variables);
        variables.finish().map(|()| config).map_err(|error| error.to_string())
    }

    #[test]
    fn an_issuer_is_https_or_local() {
        for issuer in ["https://cognito-idp.us-east-1.amazonaws.com/us-east-1_a", "http://localhost:9000/pool"] {
            assert_eq!(check(issuer, "client").expect("good").issuer, issuer);
        }
    }

    #[test]
    fn mistakes_are_named() {
        for issuer in ["", "cognito", "https://", "https:///pool", "https://host/pool/", "http://example.com/pool"] {
            assert!(check(issuer, "client").expect_err(issuer).contains("SIGN_IN_ISSUER"));
        }
        for lookalike in ["http://localhost.example.com/pool", "http://127.0.0.1.example.com"] {
            assert!(check(lookalike, "client").expect_err(lookalike).contains("SIGN_IN_ISSUER"));
        }
        assert!(check("https://host/pool", "").expect_err("no client").contains("`SIGN_IN_CLIENT_ID` is missing"));
    }
}
