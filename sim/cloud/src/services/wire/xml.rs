//! The query protocol's answers: XML with one result element, and errors with code and message.

use std::fmt::Write;

use quick_xml::escape::escape;

use super::Answer;
use crate::services::ServiceError;

const CONTENT_TYPE: &str = "text/xml";
/// Of SNS.
pub(super) const SNS: &str = "http://sns.amazonaws.com/doc/2010-03-31/";

/// No caller reads it, so it can be the same everywhere.
const REQUEST_ID: &str = "00000000-0000-0000-0000-000000000000";

/// Writes elements one after another.
#[derive(Default)]
pub(super) struct Xml(String);

impl Xml {
    /// An element with text in it.
    pub fn text(mut self, name: &str, text: &str) -> Self {
        write!(self.0, "<{name}>{}</{name}>", escape(text)).expect("writing to a string succeeds");
        self
    }

    /// An element with elements in it.
    pub fn element(mut self, name: &str, inside: Self) -> Self {
        write!(self.0, "<{name}>{}</{name}>", inside.0).expect("writing to a string succeeds");
        self
    }

    /// A list: one `member` for each item.
    pub fn members(self, name: &str, items: impl IntoIterator<Item = Self>) -> Self {
        let list = items.into_iter().fold(Self::default(), |list, item| list.element("member", item));
        self.element(name, list)
    }
}

/// The answer to `operation` in the service's `namespace`, with `result` inside its result element. It is there even when it
/// is empty: botocore looks for it.
pub(super) fn ok(namespace: &str, operation: &str, result: Xml) -> Answer {
    let result = Xml::default().element(&format!("{operation}Result"), result);
    let metadata = Xml::default().element("ResponseMetadata", Xml::default().text("RequestId", REQUEST_ID));
    let body = format!("<{operation}Response xmlns=\"{namespace}\">{}{}</{operation}Response>", result.0, metadata.0);
    Answer::ok(CONTENT_TYPE, body)
}

pub(super) fn error(namespace: &str, error: &ServiceError) -> Answer {
    let fault = if error.status < 500 { "Sender" } else { "Receiver" };
    let inside = Xml::default().text("Type", fault).text("Code", &error.code).text("Message", &error.message);
    let inside = Xml::default().element("Error", inside).text("RequestId", REQUEST_ID);
    let body = format!("<ErrorResponse xmlns=\"{namespace}\">{}</ErrorResponse>", inside.0);
    Answer { status: error.status, code: error.code.to_string(), ..Answer::ok(CONTENT_TYPE, body) }
}
