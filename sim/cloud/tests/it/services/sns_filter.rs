//! Filter policies: one row for each operator, with attributes that pass and attributes that do not.

use rez_cloud::services::attribute::{AttributeValue, Attributes, MessageAttribute};
use rez_cloud::services::sns::filter::FilterPolicy;

fn attribute(data_type: &str, value: &str) -> Attributes {
    let value = AttributeValue::Text(value.to_owned());
    Attributes::from([("key".to_owned(), MessageAttribute { data_type: data_type.to_owned(), value })])
}

fn text(value: &str) -> Attributes {
    attribute("String", value)
}

fn number(value: &str) -> Attributes {
    attribute("Number", value)
}

#[track_caller]
fn check(policy: &str, passes: &[Attributes], fails: &[Attributes]) {
    let parsed = FilterPolicy::parse(policy).unwrap();
    passes.iter().for_each(|attributes| assert!(parsed.accepts(attributes), "{policy} stops {attributes:?}"));
    fails.iter().for_each(|attributes| assert!(!parsed.accepts(attributes), "{policy} passes {attributes:?}"));
}

#[test]
fn operators() {
    let none = Attributes::new();
    check(r#"{"key":["a","b"]}"#, &[text("a"), text("b")], &[text("c"), text("A"), none.clone()]);
    check(r#"{"key":[3]}"#, &[number("3"), number("3.0")], &[number("4"), text("3")]);
    check(r#"{"key":[{"prefix":"ab"}]}"#, &[text("abc")], &[text("xab"), none.clone()]);
    check(r#"{"key":[{"suffix":"bc"}]}"#, &[text("abc")], &[text("bcd")]);
    check(r#"{"key":[{"equals-ignore-case":"AbC"}]}"#, &[text("aBc")], &[text("abcd")]);
    check(r#"{"key":[{"anything-but":"a"}]}"#, &[text("b")], &[text("a"), none.clone()]);
    check(r#"{"key":[{"anything-but":["a",7]}]}"#, &[text("b"), number("8")], &[text("a"), number("7")]);
    check(r#"{"key":[{"anything-but":{"prefix":"ab"}}]}"#, &[text("ba")], &[text("abc")]);
    check(r#"{"key":[{"exists":true}]}"#, &[text("a"), number("1")], std::slice::from_ref(&none));
    check(r#"{"key":[{"exists":false}]}"#, &[none], &[text("a")]);
    check(r#"{"key":[{"numeric":["=",301.5]}]}"#, &[number("301.5")], &[number("301"), text("301.5")]);
    check(r#"{"key":[{"numeric":[">",0,"<=",5]}]}"#, &[number("5"), number("0.1")], &[number("0"), number("5.1")]);
}

#[test]
fn an_array_passes_by_any_of_its_values() {
    let array = attribute("String.Array", r#"["a", 7, null]"#);
    check(r#"{"key":["a"]}"#, std::slice::from_ref(&array), &[]);
    check(r#"{"key":[7]}"#, std::slice::from_ref(&array), &[]);
    check(r#"{"key":[null]}"#, std::slice::from_ref(&array), &[]);
    check(r#"{"key":["b"]}"#, &[], &[array]);
}

#[test]
fn every_key_must_pass_by_one_of_its_conditions() {
    let policy = FilterPolicy::parse(r#"{"key":["a",{"prefix":"b"}],"other":[{"exists":false}]}"#).unwrap();
    assert!(policy.accepts(&text("bcd")));
    let mut both = text("a");
    both.insert("other".to_owned(), MessageAttribute::string("x"));
    assert!(!policy.accepts(&both));
}

#[test]
fn what_is_not_modelled_is_refused_by_name() {
    for (policy, name) in [(r#"{"$or":[]}"#, "$or"), (r#"{"key":[{"cidr":"10.0.0.0/24"}]}"#, "cidr")] {
        let refusal = FilterPolicy::parse(policy).unwrap_err();
        assert_eq!(refusal.status, 501);
        assert!(refusal.message.contains(name), "{refusal}");
    }
}
