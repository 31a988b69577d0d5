//! Refusals.

use super::super::subject::Subject;
use super::super::{Refusal, refusal};
use super::{item, key, note, notes, number, text};

pub async fn a_table_that_is_not_there(subject: &Subject) {
    let get = subject.dynamodb.get_item().table_name("nowhere").set_key(Some(key("ann", 1)));
    let expected = Refusal::new(400, "ResourceNotFoundException", "Requested resource not found");
    assert_eq!(refusal(get.send().await), expected);
    let describe = subject.dynamodb.describe_table().table_name("nowhere");
    let expected =
        Refusal::new(400, "ResourceNotFoundException", "Requested resource not found: Table: nowhere not found");
    assert_eq!(refusal(describe.send().await), expected);
}

pub async fn a_request_must_make_sense(subject: &Subject) {
    let table = notes(subject).await;
    let invalid = (400, "ValidationException");
    let half = item([("owner", text("ann"))]);
    let get = subject.dynamodb.get_item().table_name(&table).set_key(Some(half.clone()));
    assert_eq!(refusal(get.send().await).kind(), invalid, "half a key");
    let put = subject.dynamodb.put_item().table_name(&table).set_item(Some(half));
    assert_eq!(refusal(put.send().await).kind(), invalid, "an item with half a key");
    let wrong = item([("owner", text("ann")), ("number", text("one"))]);
    let put = subject.dynamodb.put_item().table_name(&table).set_item(Some(wrong));
    assert_eq!(refusal(put.send().await).kind(), invalid, "a key of another type");
    let update = || subject.dynamodb.update_item().table_name(&table).set_key(Some(key("ann", 1)));
    let unknown = update().update_expression("SET hits = :none");
    assert_eq!(refusal(unknown.send().await).kind(), invalid, "a value that is not given");
    let unused = update().update_expression("SET hits = :one").expression_attribute_values(":one", number(1));
    let unused = unused.expression_attribute_values(":two", number(2));
    assert_eq!(refusal(unused.send().await).kind(), invalid, "a value that is not used");
    let reserved = update().update_expression("SET status = :one").expression_attribute_values(":one", number(1));
    assert_eq!(refusal(reserved.send().await).kind(), invalid, "a reserved word");
    let of_key = update().update_expression("SET #n = :one").expression_attribute_names("#n", "number");
    let of_key = of_key.expression_attribute_values(":one", number(7));
    assert_eq!(refusal(of_key.send().await).kind(), invalid, "a part of the key");
}

pub async fn an_item_has_its_limits(subject: &Subject) {
    let table = notes(subject).await;
    let put = |bytes: usize| {
        let item = note("ann", 1, [("text", text(&"a".repeat(bytes)))]);
        subject.dynamodb.put_item().table_name(&table).set_item(Some(item)).send()
    };
    put(400_000).await.unwrap();
    let refused = refusal(put(409_601).await);
    assert_eq!(refused, Refusal::new(400, "ValidationException", "Item size has exceeded the maximum allowed size"));
}
