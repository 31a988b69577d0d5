//! What a path names.

use rez_core::message::MessageId;
use uuid::Uuid;

use crate::error::ApiError;

/// A message's id, in the one form that we hand out: lower-case and hyphenated.
///
/// # Errors
/// `invalid_request` for anything else.
pub fn message_id(text: &str) -> Result<MessageId, ApiError> {
    let id = Uuid::try_parse(text).ok().filter(|id| id.hyphenated().to_string() == text);
    id.map(MessageId).ok_or_else(|| ApiError::field("id", "must be a UUID in lower case with hyphens"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_form_is_taken() {
        let good = "5f0c9d3a-8f7e-5b53-9f0c-3a1f6f5a2d10";
        assert!(message_id(good).is_ok());
        let simple = good.replace('-', "");
        let braced = format!("{{{good}}}");
        for bad in ["", "../config", &good.to_uppercase(), &simple, &braced, &good[1..]] {
            assert!(message_id(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_path_is_an_id_or_refused(text in ".{0,80}") {
            let _ = message_id(&text);
        }
    }
}
