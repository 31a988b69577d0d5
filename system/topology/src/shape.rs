//! How an attribute of a resource follows from its name, its logical id, and the place where it is deployed.

use crate::scope::Place;

#[derive(Clone, Copy)]
pub(crate) enum Shape {
    Name,
    /// A pattern with `{region}`, `{account}` and `{name}` in it.
    Made(&'static str),
    /// The same, and `{drawn}`: so many characters that AWS draws when it creates the resource.
    Drawn(&'static str, usize),
}

impl Shape {
    pub fn of(self, logical_id: &str, name: &str, place: &Place) -> String {
        match self {
            Shape::Name => name.to_owned(),
            Shape::Made(pattern) => fill(pattern, name, place),
            Shape::Drawn(pattern, length) => {
                fill(pattern, name, place).replace("{drawn}", &drawn(logical_id, length, place))
            }
        }
    }
}

/// A pattern with `{region}`, `{account}` and `{name}` in it, filled in.
pub(crate) fn fill(pattern: &str, name: &str, place: &Place) -> String {
    pattern.replace("{region}", &place.region).replace("{account}", &place.account).replace("{name}", name)
}

const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// Stands in for an id that nobody can know before the deployment: the same for the same resource of the same stack.
fn drawn(logical_id: &str, length: usize, place: &Place) -> String {
    let owner = [&place.account, &place.region, &place.stack, logical_id].join("/");
    // FNV-1a, then Knuth's linear congruential generator: short, and fixed for ever.
    let mut state = owner
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let mut character = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(ALPHABET[(state >> 33) as usize % ALPHABET.len()])
    };
    (0..length).map(|_| character()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(stack: &str) -> Place {
        Place { region: "us-east-1".into(), account: "123456789012".into(), stack: stack.into() }
    }

    #[test]
    fn what_is_drawn_is_the_resources_own() {
        let shape = Shape::Drawn("https://{drawn}.execute-api.{region}.amazonaws.com", 10);
        let url = shape.of("Api", "shop", &place("one"));
        assert_eq!(url, shape.of("Api", "another name", &place("one")));
        assert_ne!(url, shape.of("OtherApi", "shop", &place("one")));
        assert_ne!(url, shape.of("Api", "shop", &place("two")));
        let id = url.strip_prefix("https://").and_then(|rest| rest.split('.').next()).unwrap_or_default();
        assert!(id.len() == 10 && id.bytes().all(|byte| ALPHABET.contains(&byte)), "{url}");
    }
}
