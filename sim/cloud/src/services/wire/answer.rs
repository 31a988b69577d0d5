//! An answer on its way back.

use bytes::Bytes;

/// What a service answers over HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Bytes,
    /// The AWS error code; empty for a success.
    pub code: String,
}

impl Answer {
    pub fn ok(content_type: &str, body: impl Into<Bytes>) -> Self {
        let headers = vec![("content-type", content_type.to_owned())];
        Self { status: 200, headers, body: body.into(), code: String::new() }
    }

    /// Whether the operation was refused because this cloud does not know it.
    pub fn is_not_modelled(&self) -> bool {
        self.status == 501
    }

    /// The answer as an HTTP response.
    pub fn into_response(self) -> http::Response<Bytes> {
        let mut builder = http::Response::builder().status(self.status);
        for (name, value) in &self.headers {
            builder = builder.header(*name, value);
        }
        builder.body(self.body).expect("answers are made of legal headers")
    }
}
