//! Whether a function's role allows a call, by the statements of the template.

use bytes::Bytes;
use rez_topology::{Role, Statement};

use super::{Caller, Network};
use crate::services::wire::{Call, Permission, permissions};
use crate::services::{Service, ServiceError, names};

impl Network {
    /// # Errors
    /// AWS's refusal, when the caller is a function whose role does not allow all that the call needs.
    pub(super) fn authorize(&self, caller: &Caller, call: &Call, body: &Bytes) -> Result<(), ServiceError> {
        let Caller::Function(process) = caller else { return Ok(()) };
        let role = self.roles.get(&*process.role);
        let allows =
            |needed: &Permission| role.is_some_and(|role| allows(&role.statements, &needed.action, &needed.resource));
        match permissions(call, body).into_iter().find(|needed| !allows(needed)) {
            None => Ok(()),
            Some(missing) => Err(denied(call.service, &user(role, &process.function), &missing)),
        }
    }
}

/// A statement that denies outdoes any that allows; without one that allows, the answer is no.
pub(crate) fn allows(statements: &[Statement], action: &str, resource: &str) -> bool {
    let matching = |statement: &&Statement| {
        statement.actions.iter().any(|pattern| matches_action(pattern, action))
            && statement.resources.iter().any(|pattern| matches_resource(pattern, resource))
    };
    let mut found = statements.iter().filter(matching).peekable();
    found.peek().is_some() && found.all(|statement| statement.allow)
}

/// Resources are told apart by case.
fn matches_resource(pattern: &str, resource: &str) -> bool {
    matches(pattern, resource, |pattern, byte| pattern == byte)
}

/// Actions are not.
fn matches_action(pattern: &str, action: &str) -> bool {
    matches(pattern, action, |pattern, byte| pattern.eq_ignore_ascii_case(&byte))
}

/// IAM's wildcards: `*` for any text, `?` for one character.
fn matches(pattern: &str, text: &str, same: impl Fn(u8, u8) -> bool) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut in_text) = (0, 0);
    // Where the last star stood, and how much of the text it has taken so far.
    let mut star = None;
    while in_text < text.len() {
        if pattern.get(at) == Some(&b'*') {
            star = Some((at, in_text));
            at += 1;
        } else if pattern.get(at).is_some_and(|&byte| byte == b'?' || same(byte, text[in_text])) {
            at += 1;
            in_text += 1;
        } else if let Some((star_at, taken)) = star {
            star = Some((star_at, taken + 1));
            (at, in_text) = (star_at + 1, taken + 1);
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|&byte| byte == b'*')
}

fn user(role: Option<&Role>, function: &str) -> String {
    let role = role.map_or("no-role", |role| role.name.as_str());
    format!("arn:aws:sts::{}:assumed-role/{role}/{function}", names::ACCOUNT)
}

/// Each service has its own code, and its own way to write an action.
fn denied(service: Service, user: &str, missing: &Permission) -> ServiceError {
    let Permission { action, resource } = missing;
    let (status, code, action) = match service {
        Service::Sqs => (403, "AccessDenied", action.to_lowercase()),
        Service::Sns => (403, "AuthorizationError", action.replacen("sns", "SNS", 1)),
        Service::Lambda => (403, "AccessDeniedException", action.clone()),
        _ => (400, "AccessDeniedException", action.clone()),
    };
    let message = format!(
        "User: {user} is not authorized to perform: {action} on resource: {resource} because no identity-based policy \
         allows the {action} action"
    );
    ServiceError::new(code, message).with_status(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(allow: bool, action: &str, resource: &str) -> Statement {
        let (actions, resources) = (vec![action.to_owned()], vec![resource.to_owned()]);
        Statement { allow, actions, resources, principals: Vec::new(), source_arns: Vec::new() }
    }

    fn check(statements: &[Statement], action: &str, resource: &str, expected: bool) {
        assert_eq!(allows(statements, action, resource), expected, "{action} on {resource}");
    }

    #[test]
    fn nothing_is_allowed_that_no_statement_allows() {
        let statements = [statement(true, "dynamodb:GetItem", "arn:table/a")];
        check(&statements, "dynamodb:GetItem", "arn:table/a", true);
        check(&statements, "dynamodb:PutItem", "arn:table/a", false);
        check(&statements, "dynamodb:GetItem", "arn:table/ab", false);
        check(&[], "dynamodb:GetItem", "arn:table/a", false);
    }

    #[test]
    fn a_denial_wins() {
        let statements = [statement(true, "*", "*"), statement(false, "sqs:*", "arn:queue/secret")];
        check(&statements, "sqs:SendMessage", "arn:queue/open", true);
        check(&statements, "sqs:SendMessage", "arn:queue/secret", false);
    }

    #[test]
    fn wildcards_match_as_in_iam() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("a*", "abc", true),
            ("a*c", "abc", true),
            ("a*c", "abcd", false),
            ("*b*b*", "abab", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("", "a", false),
        ] {
            assert_eq!(matches_resource(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn actions_are_compared_without_case() {
        check(&[statement(true, "SNS:publish", "*")], "sns:Publish", "arn:topic", true);
    }

    /// What the wildcards mean, written down without a thought for speed.
    fn meaning(pattern: &[u8], text: &[u8]) -> bool {
        match (pattern, text) {
            ([], []) => true,
            ([b'*', rest @ ..], _) => meaning(rest, text) || !text.is_empty() && meaning(pattern, &text[1..]),
            ([byte, rest @ ..], [first, others @ ..]) => (*byte == b'?' || byte == first) && meaning(rest, others),
            _ => false,
        }
    }

    proptest::proptest! {
        #[test]
        fn wildcards_mean_what_they_say(pattern in "[ab*?]{0,8}", text in "[ab]{0,8}") {
            let expected = meaning(pattern.as_bytes(), text.as_bytes());
            proptest::prop_assert_eq!(matches_resource(&pattern, &text), expected);
        }
    }
}
