//! What a message says, and the checks that it must pass before it is written.

use std::fmt;

use super::Kind;

/// ntfy turns a longer body into an attachment, and answers 200.
pub const BODY_BYTES_MAX: usize = 4096;
pub const TITLE_CHARS_MAX: usize = 250;
pub const TAGS_MAX: usize = 10;
pub const TAG_CHARS_MAX: usize = 50;
pub const PRIORITY_DEFAULT: u8 = 3;

/// What is shown to the person. Its `Debug` hides title and body.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    pub title: String,
    pub body: String,
    /// 1 (least) to 5.
    pub priority: u8,
    pub tags: Vec<String>,
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content")
            .field("body_bytes", &self.body.len())
            .field("priority", &self.priority)
            .field("tags", &self.tags)
            .finish_non_exhaustive()
    }
}

/// A message that is not written yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub created_by: String,
    pub kind: Kind,
    pub content: Content,
}

/// A field that is not acceptable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` {problem}")]
pub struct InvalidField {
    pub field: &'static str,
    /// What was expected, as the end of a sentence that begins with the field's name.
    pub problem: String,
}

/// Everything that is wrong with a draft.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct InvalidContent(pub Vec<InvalidField>);

impl Draft {
    /// # Errors
    /// Every field that is not acceptable.
    pub fn validate(&self) -> Result<(), InvalidContent> {
        let Content { title, body, priority, tags } = &self.content;
        let title_fits = !title.trim().is_empty() && title.chars().count() <= TITLE_CHARS_MAX;
        // ntfy trims a body, and shows an empty one as "triggered".
        let body_fits = !body.trim().is_empty() && body.len() <= BODY_BYTES_MAX;
        let tags_fit = tags.len() <= TAGS_MAX && tags.iter().all(|tag| is_tag(tag));
        let checks = [
            ("created_by", !self.created_by.is_empty(), "must not be empty".to_owned()),
            ("title", title_fits, format!("must have 1 to {TITLE_CHARS_MAX} characters")),
            ("title", !title.contains(char::is_control), "must not contain control characters".to_owned()),
            ("body", body_fits, format!("must have 1 to {BODY_BYTES_MAX} bytes, and more than white space")),
            ("priority", (1..=5).contains(priority), "must be 1 to 5".to_owned()),
            ("tags", tags_fit, format!("must be at most {TAGS_MAX}, of 1 to {TAG_CHARS_MAX} characters, no commas")),
        ];
        let wrong: Vec<_> = checks
            .into_iter()
            .filter(|(_, fits, _)| !fits)
            .map(|(field, _, problem)| InvalidField { field, problem })
            .collect();
        if wrong.is_empty() { Ok(()) } else { Err(InvalidContent(wrong)) }
    }
}

fn is_tag(tag: &str) -> bool {
    !tag.trim().is_empty()
        && tag.chars().count() <= TAG_CHARS_MAX
        && !tag.contains(|character: char| character == ',' || character.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(change: impl FnOnce(&mut Content)) -> Draft {
        let mut content =
            Content { title: "Hello".into(), body: "world".into(), priority: 3, tags: vec!["wave".into()] };
        change(&mut content);
        Draft { created_by: "somebody".into(), kind: Kind::Manual, content }
    }

    #[track_caller]
    fn check(change: impl FnOnce(&mut Content), wrong: &[&str]) {
        let fields = match draft(change).validate() {
            Ok(()) => Vec::new(),
            Err(InvalidContent(fields)) => fields.iter().map(|field| field.field).collect(),
        };
        assert_eq!(fields, wrong);
    }

    #[test]
    fn each_field_has_its_bounds() {
        check(|_| {}, &[]);
        check(|content| content.body = "x".repeat(4096), &[]);
        check(|content| content.body = "x".repeat(4097), &["body"]);
        check(|content| content.body = "ü".repeat(2049), &["body"]);
        check(|content| content.body = " \n".into(), &["body"]);
        check(|content| content.title = "ü".repeat(250), &[]);
        check(|content| content.title = String::new(), &["title"]);
        check(|content| content.title = "a\r\nX-Priority: 5".into(), &["title"]);
        check(|content| content.priority = 0, &["priority"]);
        check(|content| content.priority = 6, &["priority"]);
        check(|content| content.tags = vec!["a,b".into()], &["tags"]);
        check(|content| content.tags = vec!["a".into(); 11], &["tags"]);
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        check(|content| (content.body, content.priority) = (String::new(), 9), &["body", "priority"]);
    }

    #[test]
    fn what_a_message_says_does_not_reach_a_log() {
        let shown = format!("{:?}", draft(|content| content.body = "secret".into()));
        assert!(!shown.contains("secret") && !shown.contains("Hello"), "{shown}");
    }
}
