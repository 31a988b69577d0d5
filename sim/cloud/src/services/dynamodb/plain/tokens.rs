//! The words and signs of an expression.

use std::iter::Peekable;
use std::str::CharIndices;

/// Splits an expression; `None` when it has a character that no plain statement has.
pub(super) fn tokens(text: &str) -> Option<Vec<&str>> {
    let mut tokens = Vec::new();
    let mut characters = text.char_indices().peekable();
    while let Some((start, character)) = characters.next() {
        let end = match character {
            character if character.is_ascii_whitespace() => continue,
            '(' | ')' | ',' | '=' => start + 1,
            '<' => end_if(&mut characters, start + 1, |next| matches!(next, '=' | '>')),
            '>' => end_if(&mut characters, start + 1, |next| next == '='),
            '#' | ':' | '_' | 'a'..='z' | 'A'..='Z' => end_of_word(&mut characters, start + 1),
            _ => return None,
        };
        tokens.push(&text[start..end]);
    }
    Some(tokens)
}

fn end_if(characters: &mut Peekable<CharIndices<'_>>, end: usize, belongs: impl Fn(char) -> bool) -> usize {
    end + usize::from(characters.next_if(|(_, next)| belongs(*next)).is_some())
}

fn end_of_word(characters: &mut Peekable<CharIndices<'_>>, mut end: usize) -> usize {
    while characters.next_if(|(_, next)| next.is_ascii_alphanumeric() || *next == '_').is_some() {
        end += 1;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_signs() {
        assert_eq!(
            tokens("SET #a=:b , c<>(d)<=e>=f"),
            Some(["SET", "#a", "=", ":b", ",", "c", "<>", "(", "d", ")", "<=", "e", ">=", "f"].to_vec())
        );
        for not_plain in ["a.b", "a[0]", "a + b", "a - b", "1", "ä"] {
            assert_eq!(tokens(not_plain), None, "{not_plain}");
        }
    }
}
