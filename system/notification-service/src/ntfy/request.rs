//! A notification as ntfy's request.

use aws_smithy_types::base64;
use rez_core::http::Request;
use rez_core::notification::Notification;

use super::settings::Settings;

/// The POST that publishes it. The message id goes along as sequence id: a newer server shows a message once that it
/// accepted twice, and an older one ignores the header.
pub(super) fn publish(settings: &Settings, notification: &Notification) -> Request {
    let mut headers = vec![
        ("content-type", "text/plain; charset=utf-8".to_owned()),
        ("x-title", encoded(&notification.title)),
        ("x-priority", notification.priority.to_string()),
        ("x-sequence-id", notification.message_id.to_string()),
    ];
    if !notification.tags.is_empty() {
        headers.push(("x-tags", encoded(&notification.tags.join(","))));
    }
    if let Some(token) = &settings.token {
        headers.push(("authorization", format!("Bearer {}", token.as_str())));
    }
    Request {
        method: "POST",
        path: format!("/{}", settings.topic.as_str()),
        headers,
        body: notification.body.clone().into_bytes().into(),
    }
}

/// A header's value: as it is where it is ASCII, by RFC 2047 where it is not. What looks like an encoded word already
/// is encoded, or the server would decode it.
fn encoded(text: &str) -> String {
    if text.is_ascii() && !text.contains("=?") {
        return text.to_owned();
    }
    // An encoded word has at most 75 characters: 45 bytes are 60 in base 64, and 12 stand around them.
    let words = chunks(text, 45).map(|chunk| format!("=?UTF-8?B?{}?=", base64::encode(chunk)));
    words.collect::<Vec<_>>().join(" ")
}

/// The text in pieces of at most `bytes_max`, none of which splits a character.
fn chunks(mut text: &str, bytes_max: usize) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let end = text.floor_char_boundary(bytes_max);
        let (chunk, rest) = text.split_at(end);
        text = rest;
        (!chunk.is_empty()).then_some(chunk)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decoded(header: &str) -> String {
        let word = |word: &str| {
            let text = word.strip_prefix("=?UTF-8?B?")?.strip_suffix("?=")?.to_owned();
            Some(String::from_utf8(base64::decode(text).unwrap()).unwrap())
        };
        header.split(' ').map(word).collect::<Option<String>>().unwrap_or_else(|| header.to_owned())
    }

    #[test]
    fn ascii_stays_as_it_is() {
        assert_eq!(encoded("Hello, world!"), "Hello, world!");
        assert_eq!(encoded("Grüße"), "=?UTF-8?B?R3LDvMOfZQ==?=");
    }

    proptest! {
        #[test]
        fn a_header_keeps_any_title(title in "\\PC{1,250}") {
            let header = encoded(&title);
            prop_assert!(header.is_ascii());
            prop_assert_eq!(decoded(&header), title);
            if header.starts_with("=?UTF-8?B?") {
                prop_assert!(header.split(' ').all(|word| word.len() <= 75));
            }
        }
    }
}
