//! One item at a time.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};

use super::super::Difference;
use super::super::subject::Subject;
use super::{Item, get, item, key, note, notes, number, put, text};

pub async fn what_was_put_is_got(subject: &Subject) {
    let table = notes(subject).await;
    let nested = AttributeValue::M(item([("tags", AttributeValue::L(vec![text("a"), AttributeValue::Null(true)]))]));
    let whole = note(
        "ann",
        1,
        [
            ("nested", nested),
            ("done", AttributeValue::Bool(false)),
            ("set", AttributeValue::Ss(vec!["x".to_owned()])),
            ("raw", AttributeValue::B(aws_sdk_dynamodb::primitives::Blob::new([0, 255]))),
            ("empty", text("")),
        ],
    );
    put(subject, &table, whole.clone()).await;
    assert_eq!(get(subject, &table, "ann", 1).await, Some(whole));
    assert_eq!(get(subject, &table, "ann", 2).await, None);
    // A put replaces the item as a whole.
    put(subject, &table, note("ann", 1, [("text", text("new"))])).await;
    assert_eq!(get(subject, &table, "ann", 1).await, Some(note("ann", 1, [("text", text("new"))])));
}

pub async fn an_update_answers_with_what_was_asked_for(subject: &Subject) {
    let table = notes(subject).await;
    put(subject, &table, note("ann", 1, [("text", text("old")), ("day", text("mon"))])).await;
    let update = |returned: ReturnValue, new: &str| {
        let update = subject.dynamodb.update_item().table_name(&table).set_key(Some(key("ann", 1)));
        let update = update.update_expression("SET #t = :t").expression_attribute_names("#t", "text");
        update.expression_attribute_values(":t", text(new)).return_values(returned).send()
    };
    let answer = async |returned: ReturnValue, new: &str| update(returned, new).await.unwrap().attributes;
    let nothing = subject.expects(None, Difference::EmptyAttributes, Some(Item::new()));
    assert_eq!(answer(ReturnValue::None, "1").await, nothing);
    assert_eq!(answer(ReturnValue::UpdatedOld, "2").await, Some(item([("text", text("1"))])));
    assert_eq!(answer(ReturnValue::UpdatedNew, "3").await, Some(item([("text", text("3"))])));
    let old = note("ann", 1, [("text", text("3")), ("day", text("mon"))]);
    assert_eq!(answer(ReturnValue::AllOld, "4").await, Some(old));
    let new = note("ann", 1, [("text", text("5")), ("day", text("mon"))]);
    assert_eq!(answer(ReturnValue::AllNew, "5").await, Some(new));
}

pub async fn an_update_has_its_words(subject: &Subject) {
    let table = notes(subject).await;
    let update = subject.dynamodb.update_item().table_name(&table).set_key(Some(key("ann", 1)));
    let expression = "SET hits = if_not_exists(hits, :zero) + :one, entries = list_append(:list, :list), gone = :one ADD visits :one";
    let update = update.update_expression(expression);
    let update = update.expression_attribute_values(":zero", number(0)).expression_attribute_values(":one", number(1));
    update.expression_attribute_values(":list", AttributeValue::L(vec![text("a")])).send().await.unwrap();
    let expected = note(
        "ann",
        1,
        [
            ("hits", number(1)),
            ("entries", AttributeValue::L(vec![text("a"), text("a")])),
            ("gone", number(1)),
            ("visits", number(1)),
        ],
    );
    assert_eq!(get(subject, &table, "ann", 1).await, Some(expected));
    let update = subject.dynamodb.update_item().table_name(&table).set_key(Some(key("ann", 1)));
    let update = update.update_expression("REMOVE gone, entries SET hits = hits - :one ADD visits :one");
    update.expression_attribute_values(":one", number(1)).send().await.unwrap();
    let expected = note("ann", 1, [("hits", number(0)), ("visits", number(2))]);
    assert_eq!(get(subject, &table, "ann", 1).await, Some(expected));
}

pub async fn a_delete_shows_what_was(subject: &Subject) {
    let table = notes(subject).await;
    put(subject, &table, note("ann", 1, [("text", text("old"))])).await;
    let delete = || {
        let delete = subject.dynamodb.delete_item().table_name(&table).set_key(Some(key("ann", 1)));
        delete.return_values(ReturnValue::AllOld).send()
    };
    assert_eq!(delete().await.unwrap().attributes, Some(note("ann", 1, [("text", text("old"))])));
    let nothing = subject.expects(None, Difference::EmptyAttributes, Some(Item::new()));
    assert_eq!(delete().await.unwrap().attributes, nothing);
    assert_eq!(get(subject, &table, "ann", 1).await, None);
}

pub async fn numbers_are_kept_exactly(subject: &Subject) {
    let table = notes(subject).await;
    let exact = "12345678901234567890123456789012345678";
    put(subject, &table, note("ann", 1, [("exact", number(exact)), ("padded", number("1.10"))])).await;
    let found = get(subject, &table, "ann", 1).await.unwrap();
    assert_eq!(found["exact"], number(exact));
    assert_eq!(found["padded"], number(subject.expects("1.1", Difference::NumberAsWritten, "1.10")));
}
