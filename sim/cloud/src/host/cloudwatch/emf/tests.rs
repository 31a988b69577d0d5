//! What is written is read, and what is broken is just a line.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn line(dimensions: Value, members: Value) -> String {
    let mut line = json!({
        "_aws": {
            "Timestamp": 1_795_392_000_000_u64,
            "CloudWatchMetrics": [{
                "Namespace": "shop",
                "Dimensions": dimensions,
                "Metrics": [{ "Name": "Sales", "Unit": "Count" }, { "Name": "Wait", "StorageResolution": 1 }],
            }],
        },
    });
    line.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    line.to_string()
}

/// Metric, dimensions, values.
type Found<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [f64]);

fn check(line: &str, expected: &[Found<'_>]) {
    let decoded = decode(line).unwrap();
    let found: Vec<_> = decoded
        .values
        .iter()
        .map(|found| {
            let dimensions: Vec<_> = found.dimensions.iter().map(|(name, value)| (&**name, &**value)).collect();
            (&*found.metric, dimensions, found.values.clone())
        })
        .collect();
    let expected: Vec<_> =
        expected.iter().map(|(metric, dimensions, values)| (*metric, dimensions.to_vec(), values.to_vec())).collect();
    assert_eq!(found, expected, "{line}");
}

#[test]
fn each_set_of_dimensions_is_a_metric() {
    let members = json!({ "Sales": 2, "Wait": [1.5, 2.5], "shop": "a \"b\"", "till": "3", "other": { "Sales": 1 } });
    let shop = ("shop", "a \"b\"");
    check(
        &line(json!([["shop"], ["shop", "till"], []]), members),
        &[
            ("Sales", &[shop], &[2.0]),
            ("Wait", &[shop], &[1.5, 2.5]),
            ("Sales", &[shop, ("till", "3")], &[2.0]),
            ("Wait", &[shop, ("till", "3")], &[1.5, 2.5]),
            ("Sales", &[], &[2.0]),
            ("Wait", &[], &[1.5, 2.5]),
        ],
    );
}

#[test]
fn what_a_line_lacks_it_does_not_count() {
    check(&line(json!([["shop"], []]), json!({ "Sales": 1 })), &[("Sales", &[], &[1.0])]);
    check(&line(json!([["shop"]]), json!({ "Sales": 1, "shop": 7 })), &[]);
    check(&line(json!([[]]), json!({ "Sales": "1", "Wait": [1, "2"] })), &[]);
    check(&line(json!([[]]), json!({ "Wait": vec![1; 101] })), &[]);
}

#[test]
fn a_line_that_is_not_quite_it_has_no_metrics() {
    for line in [
        "",
        "\"_aws\"",
        "[\"_aws\"]",
        r#"{"_aws":1}"#,
        r#"{"_aws":{"Timestamp":1}}"#,
        r#"{"_aws":{"Timestamp":"1","CloudWatchMetrics":[]}}"#,
        r#"{"_aws":{"Timestamp":1,"CloudWatchMetrics":[]}"#,
        r#"{"message":"says \"_aws\" and nothing more"}"#,
    ] {
        assert_eq!(decode(line), None, "{line}");
    }
    let names: Vec<String> = (0..31).map(|number| format!("d{number}")).collect();
    assert_eq!(decode(&line(json!([names]), json!({ "Sales": 1 }))), None);
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        metrics in prop::collection::btree_map("[A-Z][a-z\"\\\\é ]{0,8}", (-1_000_000_i32..1_000_000).prop_map(|number| f64::from(number) / 8.0), 1..8),
        dimensions in prop::collection::btree_map("[a-z]{1,8}", ".{0,12}", 0..4),
        timestamp in 0..4_000_000_000_000_u64,
    ) {
        let names: Vec<&String> = dimensions.keys().collect();
        let definitions: Vec<Value> = metrics.keys().map(|name| json!({ "Name": name })).collect();
        let mut root = json!({
            "_aws": {
                "CloudWatchMetrics": [{ "Namespace": "n", "Dimensions": [names], "Metrics": definitions }],
                "Timestamp": timestamp,
            },
        });
        let members = root.as_object_mut().unwrap();
        members.extend(metrics.iter().map(|(name, value)| (name.clone(), json!(value))));
        members.extend(dimensions.iter().map(|(name, value)| (name.clone(), json!(value))));
        let line = root.to_string();
        let decoded = decode(&line).unwrap();
        prop_assert_eq!(decoded.timestamp_ms, timestamp);
        prop_assert_eq!(decoded.values.len(), metrics.len());
        for (found, (name, value)) in decoded.values.iter().zip(&metrics) {
            prop_assert_eq!(&*found.metric, name);
            prop_assert_eq!(&found.values, &[*value]);
            let shown: Vec<_> = found.dimensions.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
            prop_assert_eq!(shown, dimensions.clone().into_iter().collect::<Vec<_>>());
        }
    }

    #[test]
    fn no_line_makes_it_panic(line in ".{0,40}\"_aws\".{0,200}") {
        decode(&line);
    }
}
