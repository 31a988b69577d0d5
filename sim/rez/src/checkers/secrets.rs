//! No token, secret or message text is in any log line.

use std::collections::BTreeSet;
use std::time::SystemTime;

use rez_cloud::history::Fact;

use super::{Checker, End, Findings, Names, Seen};

/// How every JSON Web Token of RS256 begins, whatever it says: base64url of `{"`, and a dot further on.
const TOKEN_START: &str = "eyJ";
/// A shorter word is no token.
const TOKEN_BYTES_MIN: usize = 60;
/// A body's own token stands in these, after its number.
const BODY_SIGN: &str = "Message ";

pub struct Secrets {
    secrets: BTreeSet<String>,
    findings: Findings,
}

impl Secrets {
    pub fn new(names: &Names) -> Self {
        Self { secrets: names.secrets.clone(), findings: Findings::default() }
    }

    fn what_is_told(&self, line: &str) -> Option<&'static str> {
        if self.secrets.iter().any(|secret| line.contains(secret.as_str())) {
            Some("a secret")
        } else if has_token(line) {
            Some("a token")
        } else if has_body(line) {
            Some("the text of a message")
        } else {
            None
        }
    }
}

fn has_token(line: &str) -> bool {
    line.match_indices(TOKEN_START).any(|(start, _)| {
        let word =
            line[start..].bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte)).count();
        word >= TOKEN_BYTES_MIN && line[start..start + word].contains('.')
    })
}

/// `Message 12 [0123456789abcdef].`, as the workload begins every body.
fn has_body(line: &str) -> bool {
    line.match_indices(BODY_SIGN).any(|(start, sign)| {
        let rest = line[start + sign.len()..].trim_start_matches(|character: char| character.is_ascii_digit());
        rest.strip_prefix(" [").is_some_and(|rest| rest.bytes().take(16).all(|byte| byte.is_ascii_hexdigit()))
    })
}

impl Checker for Secrets {
    fn name(&self) -> &'static str {
        "no log line tells a secret"
    }

    fn observe(&mut self, _at: SystemTime, seen: &Seen<'_>) {
        let (writer, line) = match seen {
            Seen::Fact(Fact::Log { function, line, .. }) => (function, line),
            Seen::Fact(Fact::AccessLog { log_group, line, .. }) => (log_group, line),
            _ => return,
        };
        if let Some(what) = self.what_is_told(line) {
            // The line itself would carry the secret on into the report.
            self.findings.add(|| format!("a log line of `{writer}` has {what} in it"));
        }
    }

    fn judges_from_outside(&self) -> bool {
        true
    }

    fn finish(&mut self, _end: &End) -> Findings {
        std::mem::take(&mut self.findings)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{at, run};
    use super::*;

    fn found(line: &str) -> Findings {
        run(Secrets::new(&Names::for_test()), |checker| {
            checker.observe(at(1), &Seen::Fact(&Fact::Log { function: "WebApi", environment: 1, line }));
        })
    }

    #[test]
    fn a_system_that_logs_what_it_must_not_is_caught() {
        let token = format!("{{\"message\":\"Bearer eyJhbGciOiJSUzI1NiJ9.{}\"}}", "a".repeat(60));
        for (line, what) in [
            ("{\"url\":\"https://tk_secret@ntfy\"}", "a secret"),
            (token.as_str(), "a token"),
            ("{\"body\":\"Message 12 [0123456789abcdef]. The quick\"}", "the text of a message"),
        ] {
            assert_eq!(found(line).examples, [format!("a log line of `WebApi` has {what} in it")]);
        }
    }

    #[test]
    fn an_access_log_must_not_tell_them_either() {
        let line = format!("GET /messages eyJhbGciOiJSUzI1NiJ9.{}", "a".repeat(60));
        let found = run(Secrets::new(&Names::for_test()), |checker| {
            let fact = Fact::AccessLog { api_id: "api", log_group: "/http-api", line: &line };
            checker.observe(at(1), &Seen::Fact(&fact));
        });
        assert_eq!(found.examples, ["a log line of `/http-api` has a token in it"]);
    }

    #[test]
    fn ordinary_lines_tell_nothing() {
        for line in ["{\"message\":\"Message 12 was settled\"}", "{\"id\":\"eyJx\"}", "{\"message\":\"eyJ.short\"}"] {
            assert_eq!(found(line), Findings::default(), "{line}");
        }
    }
}
