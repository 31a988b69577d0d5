//! Names of things in AWS: account, region, ARNs and queue URLs.

/// The account of the simulated AWS.
pub const ACCOUNT: &str = "123456789012";

/// Its region.
pub const REGION: &str = "us-east-1";

/// `arn:aws:{service}:{region}:{account}:{rest}`.
pub fn arn(service: &str, rest: &str) -> String {
    format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}")
}

pub fn queue_arn(name: &str) -> String {
    arn("sqs", name)
}

/// The name in a queue's ARN; `None` when it is none of this account's.
pub fn queue_of_arn(arn: &str) -> Option<&str> {
    arn.strip_prefix(&queue_arn("")).filter(|name| !name.is_empty())
}

pub fn queue_url(name: &str) -> String {
    format!("https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}")
}

pub fn topic_arn(name: &str) -> String {
    arn("sns", name)
}

pub fn table_arn(name: &str) -> String {
    arn("dynamodb", &format!("table/{name}"))
}

pub fn function_arn(name: &str) -> String {
    arn("lambda", &format!("function:{name}"))
}

/// A function as callers may address it (`name`, `name:live`, or an ARN with or without `:live`): its plain name, and the
/// version or alias that is asked for.
pub fn function(address: &str) -> (&str, Option<&str>) {
    let name = address.split_once("function:").map_or(address, |(_, name)| name);
    name.split_once(':').map_or((name, None), |(name, qualifier)| (name, Some(qualifier)))
}

/// A function's name with the alias that is meant, `name:live`: what [`function`] takes apart.
pub fn qualified(name: &str, alias: Option<&str>) -> String {
    alias.map_or_else(|| name.to_owned(), |alias| format!("{name}:{alias}"))
}

/// A parameter's ARN; the slash that begins a path is not doubled.
pub fn parameter_arn(name: &str) -> String {
    arn("ssm", &format!("parameter/{}", name.trim_start_matches('/')))
}

/// The plain name of a queue, topic, table or function that is addressed by name, ARN or URL.
pub fn plain(address: &str) -> &str {
    address.rsplit(['/', ':']).next().unwrap_or(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_address_has_the_same_plain_name() {
        for address in ["orders".to_owned(), queue_arn("orders"), queue_url("orders"), table_arn("orders")] {
            assert_eq!(plain(&address), "orders");
        }
        assert_eq!(plain(&function_arn("orders")), "orders");
    }

    #[test]
    fn a_queue_is_named_by_its_own_arn_alone() {
        assert_eq!(queue_of_arn(&queue_arn("orders")), Some("orders"));
        let foreign = queue_arn("orders").replace(ACCOUNT, "999999999999");
        for other in ["orders", &queue_url("orders"), &topic_arn("orders"), &queue_arn(""), &foreign] {
            assert_eq!(queue_of_arn(other), None, "{other}");
        }
    }

    #[test]
    fn a_function_may_be_asked_for_by_alias() {
        for address in ["orders", "123456789012:function:orders", &function_arn("orders")] {
            assert_eq!(function(address), ("orders", None), "{address}");
            assert_eq!(function(&format!("{address}:live")), ("orders", Some("live")), "{address}");
        }
    }

    #[test]
    fn a_parameter_path_has_one_slash() {
        assert_eq!(parameter_arn("/a/b"), "arn:aws:ssm:us-east-1:123456789012:parameter/a/b");
        assert_eq!(parameter_arn("plain"), "arn:aws:ssm:us-east-1:123456789012:parameter/plain");
    }
}
