//! What an `Idempotency-Key` stands for in the table of keys.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rez_core::message::Content;
use rez_core::store::OnceKey;
use ring::digest::{Context, SHA256};

/// The record's key is a hash, so that whatever users choose has one short form; and of the request, which may be
/// private, the table holds no more than a hash either.
pub fn once_key(table: &str, user: &str, key: &str, content: &Content) -> OnceKey {
    let priority = content.priority.to_string();
    let said = [content.title.as_str(), &content.body, &priority].into_iter();
    OnceKey {
        table: table.to_owned(),
        key: hash([user, key].into_iter()),
        fingerprint: hash(said.chain(content.tags.iter().map(String::as_str))),
    }
}

/// A hash of texts, each preceded by its length, so that no two lists of texts are the same input.
fn hash<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let mut context = Context::new(&SHA256);
    for text in texts {
        context.update(&(text.len() as u64).to_be_bytes());
        context.update(text.as_bytes());
    }
    URL_SAFE_NO_PAD.encode(context.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content() -> Content {
        Content { title: "t".into(), body: "b".into(), priority: 3, tags: vec!["x".into()] }
    }

    #[test]
    fn users_do_not_share_keys() {
        let key = |user, key| once_key("table", user, key, &content()).key;
        assert_eq!(key("a", "1"), key("a", "1"));
        assert_ne!(key("a", "1"), key("b", "1"));
        assert_ne!(key("a1", "1"), key("a", "11"));
    }

    #[test]
    fn every_field_is_part_of_what_was_asked() {
        let of = |content: Content| once_key("table", "a", "1", &content).fingerprint;
        let others = [
            Content { title: "tb".into(), body: String::new(), ..content() },
            Content { body: "c".into(), ..content() },
            Content { priority: 4, ..content() },
            Content { tags: vec![], ..content() },
            Content { tags: vec!["x".into(), "".into()], ..content() },
        ];
        for other in others {
            assert_ne!(of(other.clone()), of(content()), "{other:?}");
        }
    }
}
