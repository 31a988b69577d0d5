//! A global secondary index. It may lag behind its table, so it is asked until it shows.

use std::time::Duration;

use super::super::refusal;
use super::super::subject::{Subject, pass};
use super::{Item, note, notes, number, put, text};

/// Notes of a color in the index, once there are as many as `count`.
async fn by_color(subject: &Subject, table: &str, color: &str, count: usize) -> Vec<Item> {
    for _ in 0..50 {
        let query = subject.dynamodb.query().table_name(table).index_name("by-color");
        let query = query.key_condition_expression("color = :c").expression_attribute_values(":c", text(color));
        let items = query.send().await.unwrap().items.unwrap_or_default();
        if items.len() == count {
            return items;
        }
        pass(Duration::from_millis(100)).await;
    }
    panic!("the index does not come to show {count} of {color}");
}

pub async fn an_index_is_queried(subject: &Subject) {
    let table = notes(subject).await;
    for (at, color, day) in
        [(1, "red", "2026-03"), (2, "blue", "2026-01"), (3, "red", "2026-01"), (4, "red", "2026-02")]
    {
        put(subject, &table, note("ann", at, [("color", text(color)), ("day", text(day))])).await;
    }
    let red = by_color(subject, &table, "red", 3).await;
    assert_eq!(super::numbers(&red), [3, 4, 1], "in the order of the index");
    let query = subject.dynamodb.query().table_name(&table).index_name("by-color").scan_index_forward(false);
    let query = query.key_condition_expression("color = :c AND begins_with(#d, :d)");
    let query = query.expression_attribute_names("#d", "day").expression_attribute_values(":d", text("2026-0"));
    let query = query.expression_attribute_values(":c", text("red")).limit(2).send().await.unwrap();
    assert_eq!(super::numbers(query.items()), [1, 4]);
}

pub async fn an_index_holds_what_it_projects(subject: &Subject) {
    let table = notes(subject).await;
    let red = [("color", text("red")), ("day", text("mon")), ("text", text("seen")), ("hits", number(1))];
    put(subject, &table, note("ann", 1, red)).await;
    let found = by_color(subject, &table, "red", 1).await.remove(0);
    let mut names: Vec<_> = found.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["color", "day", "number", "owner", "text"]);
}

pub async fn an_item_without_the_key_is_not_in_it(subject: &Subject) {
    let table = notes(subject).await;
    put(subject, &table, note("ann", 1, [("color", text("red"))])).await;
    put(subject, &table, note("ann", 2, [("color", text("red")), ("day", text("mon"))])).await;
    assert_eq!(super::numbers(&by_color(subject, &table, "red", 1).await), [2]);
    // It leaves the index with its key.
    put(subject, &table, note("ann", 2, [("day", text("mon"))])).await;
    by_color(subject, &table, "red", 0).await;
}

pub async fn an_index_is_never_read_consistently(subject: &Subject) {
    let table = notes(subject).await;
    let query = subject.dynamodb.query().table_name(&table).index_name("by-color").consistent_read(true);
    let query = query.key_condition_expression("color = :c").expression_attribute_values(":c", text("red"));
    let refused = refusal(query.send().await);
    assert_eq!(refused.kind(), (400, "ValidationException"));
    assert_eq!(refused.message, "Consistent reads are not supported on global secondary indexes");
}
