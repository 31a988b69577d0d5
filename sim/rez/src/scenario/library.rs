//! The scenarios that are part of the program, and others by their path.

use std::fs;
use std::path::Path;

use super::error::{Place, ScenarioError};
use super::{Scenario, parse};

/// Name and text, in the order in which `rez scenarios` lists them.
const SHIPPED: [(&str, &str); 10] = [
    ("minute", include_str!("../../../scenarios/minute.toml")),
    ("hiccup", include_str!("../../../scenarios/hiccup.toml")),
    ("smoke", include_str!("../../../scenarios/smoke.toml")),
    ("month", include_str!("../../../scenarios/month.toml")),
    ("ntfy-outage", include_str!("../../../scenarios/ntfy-outage.toml")),
    ("duplicates", include_str!("../../../scenarios/duplicates.toml")),
    ("front-door", include_str!("../../../scenarios/front-door.toml")),
    ("poison", include_str!("../../../scenarios/poison.toml")),
    ("redrive", include_str!("../../../scenarios/redrive.toml")),
    ("alarms", include_str!("../../../scenarios/alarms.toml")),
];

pub fn names() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|(name, _)| *name)
}

/// Every scenario that is part of the program.
///
/// # Errors
/// A mistake in one of them, which a test would have found.
pub fn shipped() -> Result<Vec<Scenario>, ScenarioError> {
    SHIPPED.iter().map(|(name, text)| parse_shipped(name, text)).collect()
}

/// A scenario by its name, or by the path of its file.
///
/// # Errors
/// When there is none, or when there is a mistake in it.
pub fn find(name_or_path: &str) -> Result<Scenario, ScenarioError> {
    if let Some((name, text)) = SHIPPED.iter().find(|(name, _)| *name == name_or_path) {
        return parse_shipped(name, text);
    }
    let path = Path::new(name_or_path);
    if path.extension().is_none_or(|extension| extension != "toml") {
        let known = names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        return Err(ScenarioError::Unknown { name: name_or_path.to_owned(), known });
    }
    let bytes = fs::read(path).map_err(|source| ScenarioError::Unreadable { path: name_or_path.to_owned(), source })?;
    let text = text(&bytes, name_or_path)?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    parse::parse(&name, name_or_path, name_or_path, text)
}

fn text<'a>(bytes: &'a [u8], path: &str) -> Result<&'a str, ScenarioError> {
    str::from_utf8(bytes).map_err(|error| {
        let read = str::from_utf8(&bytes[..error.valid_up_to()]).expect("it was found valid so far");
        let place = Place::of(path, read, read.len());
        ScenarioError::Mistake { place, problem: "a byte that is not UTF-8 (expected a TOML file)".to_owned() }
    })
}

fn parse_shipped(name: &str, text: &str) -> Result<Scenario, ScenarioError> {
    parse::parse(name, name, &format!("sim/scenarios/{name}.toml"), text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_scenario_is_sound_and_its_own_file() {
        for (scenario, name) in shipped().unwrap().iter().zip(names()) {
            assert_eq!(scenario.name, name);
        }
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios");
        assert_eq!(fs::read_dir(folder).unwrap().count(), names().count(), "a file that nobody ships");
    }

    #[test]
    fn a_path_is_read_and_named_after_its_file() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios/poison.toml");
        let scenario = find(path).unwrap();
        assert_eq!((scenario.name.as_str(), scenario.source.as_str()), ("poison", path));
    }

    #[test]
    fn what_is_no_text_is_told_with_its_line() {
        let problem = text(b"about = \"x\"\nduration = \"\xff\"", "x.toml").unwrap_err().to_string();
        assert_eq!(problem, "x.toml:2: a byte that is not UTF-8 (expected a TOML file)");
    }

    #[test]
    fn what_is_not_there_is_told() {
        let unknown = find("yesterday").unwrap_err().to_string();
        assert!(unknown.starts_with("unknown scenario `yesterday` (expected one of `minute`, "), "{unknown}");
        assert_eq!(
            find("no/such.toml").unwrap_err().to_string(),
            "cannot read `no/such.toml` (expected a readable file)"
        );
    }
}
