//! The admin port: what it refuses, and what it reads back.

use serde_json::json;

use crate::client::ask;
use crate::program::Program;

#[test]
fn a_bad_fault_is_refused_by_name() {
    let program = Program::start(&[]);
    let rows = [
        (r#"{"kind":"explode"}"#, "explode"),
        (r#"{"kind":"lose","cuont":2}"#, "cuont"),
        (r#"{"kind":"lose","when":"during"}"#, "during"),
        (r#"{"count":2}"#, "kind"),
        (r#"{"kind":"refuse","count":2}"#, "`refuse` lasts until it is cleared"),
        (r#"{"kind":"lose","when":"before"}"#, "`when`"),
        (r#"{"kind":"delay"}"#, "`delay_ms`"),
        (r#"{"kind":"lose","delay_ms":5}"#, "`delay_ms`"),
        (r#"{"kind":"lose","status":500}"#, "`status`"),
        (r#"{"kind":"error","status":200}"#, "`status`"),
        (r#"{"kind":"lose","probability":1.5}"#, "`probability`"),
        (r#"{"kind":"lose","count":0}"#, "`count`"),
        ("nonsense", "expected"),
    ];
    for (fault, names) in rows {
        let answer = program.admin("POST /faults", fault);
        let error = answer.json()["error"].to_string();
        assert_eq!(answer.status, 400, "{fault}");
        assert!(error.contains(names), "{fault}: {error}");
    }
    assert_eq!(program.admin("GET /faults", "").json(), json!({ "faults": [] }));
    assert_eq!(program.admin("GET /nothing", "").status, 404);
    assert_eq!(program.admin("PUT /faults", "").status, 405);
}

#[test]
fn faults_in_force_can_be_read() {
    let program = Program::start(&[]);
    program.set(json!({ "kind": "error", "count": 2, "status": 503 }));
    program.publish("one").unwrap();
    let left = json!({ "faults": [{ "kind": "error", "count": 1, "status": 503 }] });
    assert_eq!(program.admin("GET /faults", "").json(), left);
}

#[test]
fn what_arrived_is_read_back() {
    let program = Program::start(&["--request-burst", "2"]);
    program.set(json!({ "kind": "lose", "count": 1 }));
    let headers = [("X-Sequence-ID", "m-1"), ("Title", "Greetings")];
    let _lost = ask(&program.ntfy, "POST /alerts", &headers, b"hello");
    assert_eq!(ask(&program.ntfy, "POST /alerts", &headers, b"hello").unwrap().status, 200);
    assert_eq!(program.publish("too many").unwrap().code(), (429, 42901));
    let received = program.admin("GET /received", "").json();
    assert_eq!((&received["publishes"], &received["accepted"]), (&json!(3), &json!(2)));
    assert_eq!(received["faults_met"], json!({ "lose": 1 }));
    let [first, second] = received["messages"].as_array().unwrap().as_slice() else { panic!("{received}") };
    assert_eq!((&first["sequence_id"], &first["shown_as_new"]), (&json!("m-1"), &json!(true)));
    assert_eq!((&second["sequence_id"], &second["shown_as_new"]), (&json!("m-1"), &json!(false)));
    assert_eq!((&first["message"]["topic"], &first["message"]["title"]), (&json!("alerts"), &json!("Greetings")));
}

#[test]
fn a_reset_starts_anew() {
    let program = Program::start(&["--request-burst", "1"]);
    program.publish("one").unwrap();
    program.set(json!({ "kind": "refuse" }));
    assert_eq!(program.admin("POST /reset", "").json(), json!({ "faults": [] }));
    assert_eq!(program.arrived(), json!([]));
    assert_eq!(program.publish("two").unwrap().status, 200);
}
