//! Which route a request takes: the most specific path, and its own method before `ANY`
//! (`http-api-develop-routes`, "Routing API requests").

use std::collections::BTreeMap;

/// The method that stands for all.
const ANY: &str = "ANY";

/// The route that takes what no other takes.
pub const DEFAULT: &str = "$default";

/// All routes of an API, by path segment.
#[derive(Debug, Default)]
pub struct Router {
    root: Node,
    default: Option<usize>,
}

/// What stands at one place of a path.
#[derive(Debug, Default)]
struct Node {
    literals: BTreeMap<String, Node>,
    variable: Option<Box<Node>>,
    /// Of routes that end here, by method.
    ends: BTreeMap<String, End>,
    /// Of routes that take all the rest of the path.
    greedy: BTreeMap<String, End>,
}

#[derive(Debug)]
struct End {
    route: usize,
    /// Names of the route's variables, in the order of the path.
    variables: Vec<String>,
}

/// A route that was found.
#[derive(Debug, PartialEq, Eq)]
pub struct Found<'a> {
    /// Its place in the list that the router was made from.
    pub route: usize,
    pub parameters: Vec<(&'a str, String)>,
}

/// What is wrong with a route's key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    #[error("`{0}` is no route key (expected `METHOD /path` or `$default`)")]
    Key(String),
    #[error("`{0}` has a greedy variable that is not at its end")]
    Greedy(String),
    #[error("route `{0}` is there twice")]
    Twice(String),
}

impl Router {
    /// # Errors
    /// The first key that is none, or that takes the same requests as an earlier one.
    pub fn new<'a>(keys: impl IntoIterator<Item = &'a str>) -> Result<Self, RouteError> {
        let mut router = Self::default();
        for (route, key) in keys.into_iter().enumerate() {
            if router.add(route, key)?.is_some() {
                return Err(RouteError::Twice(key.to_owned()));
            }
        }
        Ok(router)
    }

    /// Answers with the route that stood there before.
    fn add(&mut self, route: usize, key: &str) -> Result<Option<usize>, RouteError> {
        if key == DEFAULT {
            return Ok(self.default.replace(route));
        }
        let wrong = || RouteError::Key(key.to_owned());
        let (method, path) = key.split_once(' ').ok_or_else(wrong)?;
        let path = path.strip_prefix('/').ok_or_else(wrong)?;
        let (mut node, mut variables) = (&mut self.root, Vec::new());
        let mut ends_greedily = false;
        for segment in segments(path) {
            if ends_greedily {
                return Err(RouteError::Greedy(key.to_owned()));
            }
            match segment.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                None => node = node.literals.entry(segment.to_owned()).or_default(),
                Some(name) => {
                    variables.push(name.trim_end_matches('+').to_owned());
                    ends_greedily = name.ends_with('+');
                    if !ends_greedily {
                        node = node.variable.get_or_insert_default();
                    }
                }
            }
        }
        let ends = if ends_greedily { &mut node.greedy } else { &mut node.ends };
        Ok(ends.insert(method.to_owned(), End { route, variables }).map(|end| end.route))
    }

    /// The route for a request, with the values of its variables. `path` begins with a slash and is decoded.
    pub fn find(&self, method: &str, path: &str) -> Option<Found<'_>> {
        let path = path.strip_prefix('/').unwrap_or(path);
        let mut values = Vec::new();
        let Some(end) = self.root.find(method, &segments(path).collect::<Vec<_>>(), &mut values) else {
            return self.default.map(|route| Found { route, parameters: Vec::new() });
        };
        let names = end.variables.iter().map(String::as_str);
        Some(Found { route: end.route, parameters: names.zip(values).collect() })
    }
}

impl Node {
    /// Literal before variable before greedy; what leads nowhere is gone back from.
    fn find(&self, method: &str, segments: &[&str], values: &mut Vec<String>) -> Option<&End> {
        let Some((first, rest)) = segments.split_first() else { return by_method(&self.ends, method) };
        let taken = values.len();
        if let Some(end) = self.literals.get(*first).and_then(|node| node.find(method, rest, values)) {
            return Some(end);
        }
        values.truncate(taken);
        if let Some(node) = self.variable.as_ref().filter(|_| !first.is_empty()) {
            values.push((*first).to_owned());
            if let Some(end) = node.find(method, rest, values) {
                return Some(end);
            }
            values.truncate(taken);
        }
        let end = by_method(&self.greedy, method)?;
        values.push(segments.join("/"));
        Some(end)
    }
}

fn by_method<'a>(ends: &'a BTreeMap<String, End>, method: &str) -> Option<&'a End> {
    ends.get(method).or_else(|| ends.get(ANY))
}

/// The root has none.
fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').take(if path.is_empty() { 0 } else { usize::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of `http-api-develop-routes`, and some more.
    const KEYS: [&str; 9] = [
        "GET /pets/dog/1",
        "GET /pets/dog/{id}",
        "GET /pets/{proxy+}",
        "ANY /{proxy+}",
        "$default",
        "POST /pets/{kind}/{id}",
        "ANY /pets/dog/{id}",
        "GET /",
        "GET /owners/{owner}/pets/{pet}",
    ];

    fn check(method: &str, path: &str, key: &str, parameters: &[(&str, &str)]) {
        let router = Router::new(KEYS).expect("the keys are good");
        let found = router.find(method, path).expect("there is a default");
        assert_eq!(KEYS[found.route], key, "{method} {path}");
        let values: Vec<_> = found.parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(values, parameters, "{method} {path}");
    }

    #[test]
    fn the_most_specific_path_wins() {
        check("GET", "/pets/dog/1", "GET /pets/dog/1", &[]);
        check("GET", "/pets/dog/2", "GET /pets/dog/{id}", &[("id", "2")]);
        check("GET", "/pets/cat/1", "GET /pets/{proxy+}", &[("proxy", "cat/1")]);
        check("POST", "/test/5", "ANY /{proxy+}", &[("proxy", "test/5")]);
        check("GET", "/owners/ada/pets/7", "GET /owners/{owner}/pets/{pet}", &[("owner", "ada"), ("pet", "7")]);
        check("GET", "/", "GET /", &[]);
    }

    #[test]
    fn a_method_of_its_own_comes_before_any() {
        check("DELETE", "/pets/dog/2", "ANY /pets/dog/{id}", &[("id", "2")]);
        check("POST", "/pets/dog/1", "ANY /pets/dog/{id}", &[("id", "1")]);
        check("POST", "/pets/cat/1", "POST /pets/{kind}/{id}", &[("kind", "cat"), ("id", "1")]);
    }

    #[test]
    fn what_nobody_takes_is_the_defaults() {
        check("DELETE", "/", "$default", &[]);
        let without = Router::new(["GET /a"]).expect("the key is good");
        assert_eq!(without.find("GET", "/b"), None);
        assert_eq!(without.find("POST", "/a"), None);
    }

    #[test]
    fn a_variable_is_never_empty() {
        let router = Router::new(["GET /a/{id}"]).expect("the key is good");
        assert_eq!(router.find("GET", "/a/"), None);
        assert_eq!(router.find("GET", "/a"), None);
        assert_eq!(router.find("GET", "/a/b/"), None);
    }

    #[test]
    fn mistakes_are_named() {
        let error = |keys: &[&str]| Router::new(keys.iter().copied()).expect_err("it is wrong").to_string();
        assert!(error(&["GET"]).contains("`GET` is no route key"));
        assert!(error(&["GET pets"]).contains("`GET pets` is no route key"));
        assert!(error(&["GET /{all+}/pets"]).contains("not at its end"));
        assert!(error(&["GET /a/{b}", "GET /a/{c}"]).contains("`GET /a/{c}` is there twice"));
    }

    /// What the order means, written down without a thought for speed: each route's rank for this request.
    fn by_rank(keys: &[String], method: &str, path: &str) -> Option<usize> {
        let rank = |key: &String| {
            let (of, pattern) = key.split_once(' ')?;
            let own = (of == "ANY") as u8;
            let (mut ranks, path) = (Vec::new(), path.split('/').collect::<Vec<_>>());
            let pattern: Vec<_> = pattern.split('/').collect();
            for (at, segment) in pattern.iter().enumerate() {
                let given = path.get(at)?;
                ranks.push(match *segment {
                    "{rest+}" => 2,
                    "{x}" if !given.is_empty() => 1,
                    literal if literal == *given => 0,
                    _ => return None,
                });
            }
            let fits = pattern.len() == path.len() || pattern.last() == Some(&"{rest+}");
            ((of == method || own == 1) && fits).then_some((ranks, own))
        };
        let ranked = keys.iter().enumerate().filter_map(|(index, key)| Some((rank(key)?, index)));
        ranked.min().map(|(_, index)| index)
    }

    proptest::proptest! {
        #[test]
        fn the_order_is_that_of_the_ranks(
            keys in proptest::collection::btree_set("(GET|ANY) /(a|b|\\{x\\})(/(a|b|\\{x\\})){0,2}(/\\{rest\\+\\})?", 1..12),
            path in "/(a|b|c)(/(a|b|c)){0,3}",
        ) {
            let keys: Vec<String> = keys.into_iter().collect();
            let router = Router::new(keys.iter().map(String::as_str)).expect("no two keys are the same");
            let found = router.find("GET", &path).map(|found| found.route);
            proptest::prop_assert_eq!(found, by_rank(&keys, "GET", &path));
        }
    }
}
