//! What may be said beside the body, as headers or in the query: each under several names, case-insensitive.

use http::HeaderMap;
use serde::Deserialize;

use crate::NtfyError;
use crate::message::Attachment;

const DELAY_SECONDS_MIN: u64 = 10;
const DELAY_SECONDS_MAX: u64 = 3 * 24 * 3_600;

/// Parameters of one publish, decoded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameters {
    pub title: Option<String>,
    pub message: Option<String>,
    pub priority: Option<u8>,
    pub tags: Vec<String>,
    pub click: Option<String>,
    pub icon: Option<String>,
    pub attachment: Option<Attachment>,
    /// With it the body is a file, however short it is, unless the file is elsewhere.
    pub filename: Option<String>,
    pub sequence_id: Option<String>,
}

/// Where parameters come from: the headers first, then the query.
pub struct Source<'a> {
    pub headers: &'a HeaderMap,
    pub query: &'a [(String, String)],
}

impl Source<'_> {
    pub fn read(&self, names: &[&str]) -> Option<String> {
        let header = names.iter().find_map(|name| self.headers.get(*name));
        if let Some(value) = header {
            let raw = String::from_utf8_lossy(value.as_bytes()).trim().to_owned();
            return Some(rfc2047_decoder::decode(raw.as_bytes()).unwrap_or(raw));
        }
        names
            .iter()
            .find_map(|name| self.query.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)))
            .map(|(_, value)| value.trim().to_owned())
    }

    /// # Errors
    /// The refusal of the first parameter that is wrong, in the server's order.
    pub fn parameters(&self) -> Result<Parameters, NtfyError> {
        let filename = self.read(&["x-filename", "filename", "file", "f"]).filter(|name| !name.is_empty());
        let attachment = self.read(&["x-attach", "attach", "a"]).map(|url| attachment(&url)).transpose()?;
        let attachment = attachment.map(|it| Attachment { name: filename.clone().unwrap_or(it.name.clone()), ..it });
        let priority =
            self.read(&["x-priority", "priority", "prio", "p"]).map(|text| priority(&text)).transpose()?.flatten();
        if let Some(delay) = self.read(&["x-delay", "delay", "x-at", "at", "x-in", "in"]) {
            self.check_delay(&delay)?;
        }
        if let Some(actions) = self.read(&["x-actions", "actions", "action"]) {
            check_actions(&actions)?;
        }
        Ok(Parameters {
            title: self.read(&["x-title", "title", "t"]),
            message: self.read(&["x-message", "message", "m"]),
            priority,
            tags: self.read(&["x-tags", "tags", "tag", "ta"]).map(|text| tags(&text)).unwrap_or_default(),
            click: self.read(&["x-click", "click"]),
            icon: self.read(&["x-icon", "icon"]),
            attachment,
            filename,
            sequence_id: self.read(&["x-sequence-id", "sequence-id", "sid"]),
        })
    }

    fn check_delay(&self, delay: &str) -> Result<(), NtfyError> {
        let cached = self.read(&["x-cache", "cache"]).is_none_or(|value| value != "no" && value != "0");
        if !cached {
            return Err(NtfyError::DELAY_NO_CACHE);
        }
        match delay_seconds(delay) {
            None => Err(NtfyError::DELAY_CANNOT_PARSE),
            Some(seconds) if seconds < DELAY_SECONDS_MIN => Err(NtfyError::DELAY_TOO_SMALL),
            Some(seconds) if seconds > DELAY_SECONDS_MAX => Err(NtfyError::DELAY_TOO_LARGE),
            Some(_) => Ok(()),
        }
    }
}

/// 1 to 5, or a name; empty is the default priority.
fn priority(text: &str) -> Result<Option<u8>, NtfyError> {
    match text.to_ascii_lowercase().as_str() {
        "" => Ok(None),
        "1" | "min" => Ok(Some(1)),
        "2" | "low" => Ok(Some(2)),
        "3" | "default" => Ok(Some(3)),
        "4" | "high" => Ok(Some(4)),
        "5" | "max" | "urgent" => Ok(Some(5)),
        _ => Err(NtfyError::PRIORITY_INVALID),
    }
}

fn tags(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect()
}

/// A duration (`30s`, `10m`, `2h`, `1d`, or plain seconds). Natural-language times are not modelled and are refused.
fn delay_seconds(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let count: u64 = digits.trim().parse().ok()?;
    let unit = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "s" | "sec" | "secs" => 1,
        "m" | "min" | "mins" => 60,
        "h" | "hour" | "hours" => 3_600,
        "d" | "day" | "days" => 24 * 3_600,
        _ => return None,
    };
    count.checked_mul(unit)
}

fn attachment(url: &str) -> Result<Attachment, NtfyError> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let name = rest.filter(|rest| !rest.is_empty()).ok_or(NtfyError::ATTACHMENT_URL_INVALID)?.rsplit('/').next();
    let name = name.filter(|name| !name.is_empty()).unwrap_or("attachment").to_owned();
    Ok(Attachment { name, url: url.to_owned(), size: None })
}

/// Actions are JSON objects, or `view, label, url; …`: a known kind and a label are all that is checked.
fn check_actions(text: &str) -> Result<(), NtfyError> {
    #[derive(Deserialize)]
    struct Action {
        action: String,
        label: String,
    }
    let kinds: Vec<(String, String)> = if text.trim_start().starts_with('[') {
        let actions: Vec<Action> = serde_json::from_str(text).map_err(|_| NtfyError::ACTIONS_INVALID)?;
        actions.into_iter().map(|action| (action.action, action.label)).collect()
    } else {
        text.split(';')
            .map(|action| {
                let mut parts = action.split(',').map(|part| part.trim().to_owned());
                (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
            })
            .collect()
    };
    let known = |kind: &str| matches!(kind, "view" | "broadcast" | "http");
    if kinds.len() <= 3 && kinds.iter().all(|(kind, label)| known(kind) && !label.is_empty()) {
        Ok(())
    } else {
        Err(NtfyError::ACTIONS_INVALID)
    }
}
