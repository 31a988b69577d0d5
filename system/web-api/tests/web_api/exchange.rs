//! One request as the gateway hands it over, and its answer as the gateway gets it.

use serde_json::{Value, json};

/// A request, in the making.
#[derive(Clone, Debug)]
pub struct Ask {
    /// As the gateway names it: `GET /api/messages/{id}`.
    pub route: &'static str,
    event: Value,
}

impl Ask {
    pub fn new(route: &'static str) -> Self {
        let (method, path) = route.split_once(' ').expect("a method and a path");
        let http = json!({"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"});
        let context = json!({"accountId": "123456789012", "apiId": "abc", "domainName": "api.example.com", "http": http,
            "requestId": "JKJaXmPLvHcESHA=", "routeKey": route, "stage": "$default", "timeEpoch": 1_795_435_200_000_i64});
        let event = json!({"version": "2.0", "routeKey": route, "rawPath": path, "rawQueryString": "",
            "headers": {"host": "api.example.com"}, "requestContext": context, "isBase64Encoded": false});
        Self { route, event }
    }

    /// Signed in as a user of `groups`, as jwt-authorizer says it.
    pub fn by(self, sub: &str, groups: &str) -> Self {
        self.context(json!({"sub": sub, "username": sub, "groups": groups, "scope": "rez-agent/api"}))
    }

    pub fn context(mut self, context: Value) -> Self {
        self.event["requestContext"]["authorizer"] = json!({"lambda": context});
        self
    }

    pub fn id(mut self, id: &str) -> Self {
        self.event["pathParameters"] = json!({"id": id});
        self
    }

    pub fn query(mut self, query: &str) -> Self {
        self.event["rawQueryString"] = json!(query);
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.event["headers"][name] = json!(value);
        self
    }

    pub fn cookie(mut self, cookie: &str) -> Self {
        self.event["cookies"] = json!([cookie]);
        self
    }

    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").text(&body.to_string())
    }

    pub fn text(mut self, body: &str) -> Self {
        self.event["body"] = json!(body);
        self
    }

    pub fn base64(mut self, body: &str) -> Self {
        self.event["isBase64Encoded"] = json!(true);
        self.text(body)
    }

    /// The header and the origin without which no cookie counts.
    pub fn of_application(self) -> Self {
        self.header("x-rez-csrf", "1").header("origin", "https://app.example.com")
    }

    pub fn event(&self) -> String {
        self.event.to_string()
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    headers: Value,
    pub cookies: Vec<String>,
    /// Null when there is none.
    pub body: Value,
}

impl Reply {
    pub fn parse(response: &Value) -> Self {
        let text = response["body"].as_str().unwrap_or_default();
        let cookies = response["cookies"].as_array().expect("a list of cookies").iter();
        Self {
            status: response["statusCode"].as_u64().expect("a status") as u16,
            headers: response["headers"].clone(),
            cookies: cookies.map(|cookie| cookie.as_str().expect("a cookie").to_owned()).collect(),
            body: if text.is_empty() { Value::Null } else { serde_json::from_str(text).expect("a body of JSON") },
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers[name.to_lowercase()].as_str()
    }

    pub fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    /// The fields that are refused.
    pub fn fields(&self) -> Vec<&str> {
        let details = self.body["error"]["details"].as_array();
        details.into_iter().flatten().filter_map(|detail| detail["field"].as_str()).collect()
    }

    /// `NAME=VALUE` of a cookie that is set, and its attributes.
    pub fn cookie(&self, name: &str) -> Option<(&str, &str)> {
        let cookie = self.cookies.iter().find(|cookie| cookie.starts_with(&format!("{name}=")))?;
        cookie.split_once("; ")
    }
}
