//! Writes that depend on what is there.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use futures_util::future::join_all;

use super::super::subject::Subject;
use super::super::{Refusal, refusal};
use super::{get, key, note, notes, number, put, text};

fn failed() -> Refusal {
    Refusal::new(400, "ConditionalCheckFailedException", "The conditional request failed")
}

pub async fn an_item_is_put_once(subject: &Subject) {
    let table = notes(subject).await;
    let once = |value: &str| {
        let put =
            subject.dynamodb.put_item().table_name(&table).set_item(Some(note("ann", 1, [("text", text(value))])));
        put.condition_expression("attribute_not_exists(#o)").expression_attribute_names("#o", "owner").send()
    };
    once("first").await.unwrap();
    assert_eq!(refusal(once("second").await), failed());
    assert_eq!(get(subject, &table, "ann", 1).await.unwrap()["text"], text("first"));
    let update = subject.dynamodb.update_item().table_name(&table).set_key(Some(key("bob", 1)));
    let update = update.update_expression("SET hits = :one").expression_attribute_values(":one", number(1));
    let update = update.condition_expression("attribute_exists(#o)").expression_attribute_names("#o", "owner");
    assert_eq!(refusal(update.send().await), failed());
    assert_eq!(get(subject, &table, "bob", 1).await, None);
}

pub async fn a_failed_condition_shows_the_item_when_asked(subject: &Subject) {
    let table = notes(subject).await;
    let there = note("ann", 1, [("text", text("there"))]);
    put(subject, &table, there.clone()).await;
    let again = subject.dynamodb.put_item().table_name(&table).set_item(Some(key("ann", 1)));
    let again = again.condition_expression("attribute_not_exists(#o)").expression_attribute_names("#o", "owner");
    let error = again.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    let Err(SdkError::ServiceError(error)) = error.send().await else { panic!("it must be refused") };
    let PutItemError::ConditionalCheckFailedException(error) = error.err() else { panic!("{error:?}") };
    assert_eq!(error.item(), Some(&there));
}

/// The claim of a message: whoever is first has it, however many try at the same time.
pub async fn only_one_of_many_claims(subject: &Subject) {
    let table = notes(subject).await;
    put(subject, &table, note("ann", 1, [("text", text("queued"))])).await;
    let claim = |_| {
        let claim = subject.dynamodb.update_item().table_name(&table).set_key(Some(key("ann", 1)));
        let claim = claim.update_expression("SET #t = :new").condition_expression("#t = :old");
        let claim = claim.expression_attribute_names("#t", "text").expression_attribute_values(":old", text("queued"));
        claim.expression_attribute_values(":new", text("processing")).send()
    };
    let claims = join_all((0..20).map(claim)).await;
    assert_eq!(claims.iter().filter(|claim| claim.is_ok()).count(), 1);
}

pub async fn conditions_have_their_words(subject: &Subject) {
    let table = notes(subject).await;
    let list = AttributeValue::L(vec![text("x"), text("y")]);
    put(subject, &table, note("ann", 1, [("text", text("hello")), ("hits", number(3)), ("entries", list)])).await;
    let holds = async |condition: &str| {
        let delete = subject.dynamodb.put_item().table_name(&table);
        let list = AttributeValue::L(vec![text("x"), text("y")]);
        let whole = note("ann", 1, [("text", text("hello")), ("hits", number(3)), ("entries", list)]);
        let mut put = delete.set_item(Some(whole)).condition_expression(condition);
        for (name, value) in [("text", "#t")].map(|(name, alias)| (alias, name)) {
            if condition.contains(name) {
                put = put.expression_attribute_names(name, value);
            }
        }
        for (name, value) in
            [(":he", text("he")), (":x", text("x")), (":two", number(2)), (":four", number(4)), (":s", text("S"))]
        {
            if condition.contains(name) {
                put = put.expression_attribute_values(name, value);
            }
        }
        match put.send().await {
            Ok(_) => true,
            Err(error) => refusal::<(), _>(Err(error)) != failed() && panic!("`{condition}` is refused"),
        }
    };
    for condition in [
        "begins_with(#t, :he)",
        "contains(entries, :x)",
        "size(entries) = :two",
        "hits BETWEEN :two AND :four",
        "hits > :two AND NOT hits > :four",
        "hits < :two OR attribute_exists(hits)",
        "attribute_type(#t, :s)",
        "hits <> :four",
    ] {
        assert!(holds(condition).await, "`{condition}`");
    }
    for condition in
        ["contains(#t, :x)", "hits IN (:two, :four)", "nowhere = :two", "NOT attribute_exists(hits)", "hits = :x"]
    {
        assert!(!holds(condition).await, "`{condition}`");
    }
}
