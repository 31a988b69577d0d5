//! What a list of statements says of an action on a resource ("Policy evaluation logic", IAM guide).

use rez_topology::Statement;

/// What the statements come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Allowed,
    /// No statement allows it.
    NotAllowed,
    /// A statement denies it, whatever others allow.
    ExplicitlyDenied,
}

/// A statement that denies outdoes any that allows; without one that allows, the answer is no.
pub fn decide<'a>(statements: impl IntoIterator<Item = &'a Statement>, action: &str, resource: &str) -> Decision {
    let matching = |statement: &&Statement| {
        statement.actions.iter().any(|pattern| matches_action(pattern, action))
            && statement.resources.iter().any(|pattern| matches_resource(pattern, resource))
    };
    let found: Vec<_> = statements.into_iter().filter(matching).collect();
    if found.iter().any(|statement| !statement.allow) {
        return Decision::ExplicitlyDenied;
    }
    if found.is_empty() { Decision::NotAllowed } else { Decision::Allowed }
}

/// Whether the policy of `resource` lets a `service` of AWS do something to it on behalf of `source`, an ARN.
pub fn allows_service<'a>(
    policy: impl IntoIterator<Item = &'a Statement>,
    service: &str,
    source: &str,
    action: &str,
    resource: &str,
) -> bool {
    let of_service = |statement: &&Statement| {
        let mut sources = statement.source_arns.iter();
        statement.principals.iter().any(|principal| principal == service || principal == "*")
            && (statement.source_arns.is_empty() || sources.any(|pattern| matches_resource(pattern, source)))
    };
    decide(policy.into_iter().filter(of_service), action, resource) == Decision::Allowed
}

/// Resources are told apart by case.
pub fn matches_resource(pattern: &str, resource: &str) -> bool {
    matches(pattern, resource, |pattern, byte| pattern == byte)
}

/// Actions are not.
pub fn matches_action(pattern: &str, action: &str) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(allow: bool, action: &str, resource: &str) -> Statement {
        let (actions, resources) = (vec![action.to_owned()], vec![resource.to_owned()]);
        Statement { allow, actions, resources, principals: Vec::new(), source_arns: Vec::new() }
    }

    fn check(statements: &[Statement], action: &str, resource: &str, expected: bool) {
        assert_eq!(decide(statements, action, resource) == Decision::Allowed, expected, "{action} on {resource}");
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
        assert_eq!(decide(&statements, "sqs:SendMessage", "arn:queue/secret"), Decision::ExplicitlyDenied);
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
