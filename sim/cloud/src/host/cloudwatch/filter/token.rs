//! The words and signs of a pattern.

use super::parse::PatternError;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// `(`, `)`, `&&`, `||`, `=`, `!=`, `<`, `<=`, `>`, `>=`.
    Sign(&'static str),
    /// What stood in quotation marks.
    Quoted(String),
    /// Anything else: a selector, a number, `IS`, or text.
    Word(String),
}

/// Longer signs before those that they begin with.
const SIGNS: [&str; 10] = ["&&", "||", "!=", "<=", ">=", "(", ")", "=", "<", ">"];

/// Takes a pattern apart.
pub(super) fn tokens(pattern: &str) -> Result<Vec<Token>, PatternError> {
    let mut tokens = Vec::new();
    let mut rest = pattern.trim_start();
    while !rest.is_empty() {
        let (token, after) = next(rest)
            .ok_or_else(|| PatternError::Expected { what: "a closing quotation mark", at: rest.to_owned() })?;
        tokens.push(token);
        rest = after.trim_start();
    }
    Ok(tokens)
}

/// The first token and what follows it; `None` when a quotation mark is not closed.
fn next(text: &str) -> Option<(Token, &str)> {
    if let Some(quoted) = text.strip_prefix('"') {
        return quotation(quoted);
    }
    if let Some(sign) = SIGNS.into_iter().find(|sign| text.starts_with(sign)) {
        return Some((Token::Sign(sign), &text[sign.len()..]));
    }
    let ends = |character: char| character.is_whitespace() || "()=<>&|\"".contains(character);
    let first = text.chars().next()?.len_utf8();
    let end = text[first..].find(ends).map_or(text.len(), |end| first + end);
    // In `a!=b` the sign begins before the `=`.
    let end = if end > first && text[..end].ends_with('!') && text[end..].starts_with('=') { end - 1 } else { end };
    Some((Token::Word(text[..end].to_owned()), &text[end..]))
}

/// What stands before the closing quotation mark; a backslash takes the meaning from what follows.
fn quotation(text: &str) -> Option<(Token, &str)> {
    let mut quoted = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((Token::Quoted(quoted), &text[at + 1..])),
            '\\' => quoted.push(characters.next()?.1),
            other => quoted.push(other),
        }
    }
    None
}
