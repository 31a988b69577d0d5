//! The query string as fields, each at most once.

use std::borrow::Cow;
use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

use super::fields::Fields;

/// A query with more parameters than any endpoint knows is not read on: those before are mistakes enough.
const PARAMETERS_MAX: usize = 32;

/// The parameters of a raw query; one that comes twice, or is not UTF-8, is already refused.
pub fn fields(query: &str) -> Fields<String> {
    let mut parameters = BTreeMap::new();
    let mut mistakes = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()).take(PARAMETERS_MAX) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        match (decoded(name), decoded(value)) {
            (Some(name), Some(_)) if parameters.contains_key(&name) => mistakes.push((name, "is given twice")),
            (Some(name), Some(value)) => _ = parameters.insert(name, value),
            (Some(name), None) => mistakes.push((name, "is not UTF-8")),
            (None, _) => mistakes.push((name.to_owned(), "is not UTF-8")),
        }
    }
    let mut fields = Fields::new(parameters);
    for (name, problem) in mistakes {
        fields.refuse(&name, problem);
    }
    fields
}

/// `application/x-www-form-urlencoded`: a plus is a space, the rest is percent-encoded.
fn decoded(text: &str) -> Option<String> {
    let spaced = if text.contains('+') { Cow::Owned(text.replace('+', " ")) } else { Cow::Borrowed(text) };
    percent_decode_str(&spaced).decode_utf8().ok().map(Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a decoder of one parameter `a` makes of a query: the value, and the mistakes.
    fn check(query: &str) -> (Option<String>, Vec<(String, String)>) {
        let mut fields = fields(query);
        let value = fields.optional("a", Ok);
        let details = fields.finish().err().map(|error| error.details).unwrap_or_default();
        (value, details.into_iter().map(|detail| (detail.field, detail.problem.into_owned())).collect())
    }

    #[test]
    fn values_are_decoded() {
        assert_eq!(check("a=1"), (Some("1".into()), vec![]));
        assert_eq!(check("a=2026-11-23T00%3A00%3A00%2B01%3A00&"), (Some("2026-11-23T00:00:00+01:00".into()), vec![]));
        assert_eq!(check("a=x+y"), (Some("x y".into()), vec![]));
        assert_eq!(check("a"), (Some(String::new()), vec![]));
        assert_eq!(check(""), (None, vec![]));
    }

    #[test]
    fn what_is_unknown_doubled_or_not_text_is_refused_by_name() {
        let problem = |name: &str, problem: &str| vec![(name.to_owned(), problem.to_owned())];
        assert_eq!(check("b=1").1, problem("b", "is not known"));
        assert_eq!(check("a=1&a=2").1, problem("a", "is given twice"));
        assert_eq!(check("a=%ff").1, problem("a", "is not UTF-8"));
        assert_eq!(check("%ff=1").1, problem("%ff", "is not UTF-8"));
    }

    proptest! {
        #[test]
        fn any_query_is_read_or_refused(query in ".{0,300}") {
            let _ = check(&query);
        }
    }
}
