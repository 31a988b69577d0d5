//! Queries and scans, page by page.

use std::time::Duration;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::Select;

use super::super::Difference;
use super::super::subject::{Subject, pass};
use super::{Item, note, notes, number, numbers, put, text};

/// A table with ten notes of Ann's, all red, and one of Bob's.
async fn eleven(subject: &Subject) -> String {
    let table = notes(subject).await;
    for at in 0..10 {
        let day = format!("day-{at}");
        put(subject, &table, note("ann", at, [("color", text("red")), ("day", text(&day)), ("hits", number(at % 3))]))
            .await;
    }
    put(subject, &table, note("bob", 1, [])).await;
    table
}

fn of_ann(subject: &Subject, table: &str) -> QueryFluentBuilder {
    let query = subject.dynamodb.query().table_name(table).key_condition_expression("#o = :o");
    query.expression_attribute_names("#o", "owner").expression_attribute_values(":o", text("ann"))
}

pub async fn a_query_is_sorted_and_ranged(subject: &Subject) {
    let table = eleven(subject).await;
    let all = of_ann(subject, &table).send().await.unwrap();
    assert_eq!(numbers(all.items()), (0..10).collect::<Vec<_>>());
    assert_eq!((all.count, all.scanned_count, all.last_evaluated_key), (10, 10, None));
    let down = of_ann(subject, &table).scan_index_forward(false).limit(3).send().await.unwrap();
    assert_eq!(numbers(down.items()), [9, 8, 7]);
    let ranged = |condition: &str| {
        let query = of_ann(subject, &table).key_condition_expression(format!("#o = :o AND #n {condition}"));
        query.expression_attribute_names("#n", "number").expression_attribute_values(":a", number(3))
    };
    assert_eq!(numbers(ranged("< :a").send().await.unwrap().items()), [0, 1, 2]);
    assert_eq!(numbers(ranged("= :a").send().await.unwrap().items()), [3]);
    let between = ranged("BETWEEN :a AND :b").expression_attribute_values(":b", number(5)).send().await.unwrap();
    assert_eq!(numbers(between.items()), [3, 4, 5]);
}

/// The numbers on each page.
async fn pages(query: impl Fn(Option<Item>) -> QueryFluentBuilder) -> Vec<Vec<u32>> {
    let (mut pages, mut from) = (Vec::new(), None);
    loop {
        let page = query(from).send().await.unwrap();
        pages.push(numbers(page.items()));
        from = page.last_evaluated_key;
        if from.is_none() {
            return pages;
        }
    }
}

pub async fn pages_go_on_where_they_ended(subject: &Subject) {
    let table = eleven(subject).await;
    let found = pages(|from| of_ann(subject, &table).limit(4).set_exclusive_start_key(from)).await;
    assert_eq!(found, [vec![0, 1, 2, 3], vec![4, 5, 6, 7], vec![8, 9]]);
    // A page that ends with the last item does not know that it does.
    let found = pages(|from| of_ann(subject, &table).limit(5).set_exclusive_start_key(from)).await;
    let mut expected = vec![vec![0, 1, 2, 3, 4], vec![5, 6, 7, 8, 9]];
    expected.extend(subject.expects(Some(vec![]), Difference::LastPageIsKnown, None));
    assert_eq!(found, expected);
}

pub async fn a_filter_counts_what_it_hides(subject: &Subject) {
    let table = eleven(subject).await;
    let filtered = || {
        let query = of_ann(subject, &table).filter_expression("hits = :h");
        query.expression_attribute_values(":h", number(0))
    };
    let found = filtered().send().await.unwrap();
    assert_eq!(numbers(found.items()), [0, 3, 6, 9]);
    assert_eq!((found.count, found.scanned_count), (4, 10));
    // The limit is on what is read, not on what is left.
    let page = filtered().limit(2).send().await.unwrap();
    assert_eq!((page.count, page.scanned_count), (1, 2));
    let counted = filtered().select(Select::Count).send().await.unwrap();
    assert_eq!((counted.count, counted.items), (4, None));
}

pub async fn a_scan_sees_everything(subject: &Subject) {
    let table = eleven(subject).await;
    let (mut count, mut from) = (0, None);
    loop {
        let scan = subject.dynamodb.scan().table_name(&table).limit(4).set_exclusive_start_key(from);
        let page = scan.send().await.unwrap();
        assert!(page.count <= 4);
        count += page.count;
        from = page.last_evaluated_key;
        if from.is_none() {
            break;
        }
    }
    assert_eq!(count, 11);
}

pub async fn pages_of_an_index_go_on_where_they_ended(subject: &Subject) {
    let table = eleven(subject).await;
    let red = |from: Option<Item>| {
        let query = subject.dynamodb.query().table_name(&table).index_name("by-color").set_exclusive_start_key(from);
        query.key_condition_expression("color = :c").expression_attribute_values(":c", text("red")).limit(6)
    };
    // An index lags.
    for _ in 0..50 {
        let shown: usize = pages(&red).await.iter().map(Vec::len).sum();
        if shown == 10 {
            break;
        }
        pass(Duration::from_millis(100)).await;
    }
    assert_eq!(pages(&red).await, [vec![0, 1, 2, 3, 4, 5], vec![6, 7, 8, 9]]);
    let mut key: Vec<_> = red(None).send().await.unwrap().last_evaluated_key.unwrap().into_keys().collect();
    key.sort_unstable();
    assert_eq!(key, ["color", "day", "number", "owner"], "the index's key and the table's");
}
