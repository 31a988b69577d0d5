//! Many items, without any promise that they change together.

use aws_sdk_dynamodb::types::{DeleteRequest, KeysAndAttributes, PutRequest, WriteRequest};

use super::super::subject::Subject;
use super::super::{Difference, Refusal, outcome};
use super::{get, key, note, notes, numbers, put, text};

fn putting(owner: &str, at: u32) -> WriteRequest {
    let put = PutRequest::builder().set_item(Some(note(owner, at, [("text", text("batch"))]))).build().unwrap();
    WriteRequest::builder().put_request(put).build()
}

fn deleting(owner: &str, at: u32) -> WriteRequest {
    let delete = DeleteRequest::builder().set_key(Some(key(owner, at))).build().unwrap();
    WriteRequest::builder().delete_request(delete).build()
}

pub async fn many_items_are_written_and_read(subject: &Subject) {
    let table = notes(subject).await;
    put(subject, &table, key("ann", 99)).await;
    let mut writes: Vec<_> = (0..24).map(|at| putting("ann", at)).collect();
    writes.push(deleting("ann", 99));
    let written = subject.dynamodb.batch_write_item().request_items(&table, writes).send().await.unwrap();
    assert!(written.unprocessed_items().is_none_or(|left| left.is_empty()));
    assert_eq!(get(subject, &table, "ann", 99).await, None);

    let keys = (0..30).map(|at| key("ann", at)).collect();
    let keys = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build().unwrap();
    let read = subject.dynamodb.batch_get_item().request_items(&table, keys).send().await.unwrap();
    assert!(read.unprocessed_keys().is_none_or(|left| left.is_empty()));
    let mut found = numbers(&read.responses().unwrap()[&table]);
    found.sort_unstable();
    assert_eq!(found, (0..24).collect::<Vec<_>>(), "what is not there is left out");
}

pub async fn a_batch_must_be_one(subject: &Subject) {
    let table = notes(subject).await;
    let write = |writes: Vec<WriteRequest>| {
        let write = subject.dynamodb.batch_write_item().request_items(&table, writes);
        async move { outcome(write.send().await) }
    };
    // The words of this refusal are not recorded.
    let too_many = write((10..36).map(|at| putting("ann", at)).collect()).await.map_err(|refused| refused.code);
    let expected = Err("ValidationException".to_owned());
    assert_eq!(too_many, subject.expects(expected, Difference::BatchOfAnySize, Ok(())));
    let text = "Provided list of item keys contains duplicates";
    let twice = Err(Refusal::new(400, "ValidationException", text));
    let expected = subject.expects(twice, Difference::BatchNamesItemTwice, Ok(()));
    assert_eq!(write(vec![putting("ann", 1), deleting("ann", 1)]).await, expected);
    assert_eq!(get(subject, &table, "ann", 1).await, None);
}
