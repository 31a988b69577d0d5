//! The state machine under whatever a process may do, and a host that follows the rules.

use proptest::prelude::*;

use super::*;

fn invocation(number: u32) -> Invocation {
    Invocation {
        request_id: format!("request-{number}"),
        invocation_id: format!("try-{number}"),
        deadline_ms: 0,
        function_arn: String::new(),
        trace_header: String::new(),
        payload: Bytes::new(),
    }
}

fn returned(text: &str) -> Outcome {
    Outcome::Returned(Bytes::copy_from_slice(text.as_bytes()))
}

#[derive(Clone, Debug)]
enum Step {
    /// The host has an invocation, and gives it if the process is ready.
    Invoke,
    Next,
    /// The process answers invocation 0, 1, … with a number of its own, perhaps with an id of a try.
    Answer {
        request: u32,
        attempt: Option<u32>,
        own: u32,
    },
    InitError,
    Exit,
}

fn step() -> impl Strategy<Value = Step> {
    let attempt = prop::option::of(0..4_u32);
    prop_oneof![
        4 => Just(Step::Invoke),
        4 => Just(Step::Next),
        6 => (0..4_u32, attempt, any::<u32>()).prop_map(|(request, attempt, own)| Step::Answer { request, attempt, own }),
        1 => Just(Step::InitError),
        1 => Just(Step::Exit),
    ]
}

/// What a host may rely on, told by a model that only counts.
#[derive(Default)]
struct Model {
    /// Invocations that were handed over.
    given: u32,
    /// The last of them has no answer yet.
    open: bool,
    answer: Option<Outcome>,
    initialized: bool,
    failed: bool,
    exited: bool,
}

impl Model {
    fn check(&mut self, api: &mut RuntimeApi, step: &Step) {
        match step {
            Step::Invoke => {
                if api.condition() == Condition::Ready {
                    assert!(self.initialized && !self.open && !self.exited && !self.failed);
                    api.invoke(invocation(self.given));
                    (self.given, self.open, self.answer) = (self.given + 1, true, None);
                }
            }
            Step::Next => {
                assert_eq!(api.next().is_err(), self.failed);
                self.initialized |= !self.failed;
                let expected = self.open.then(|| invocation(self.given - 1));
                assert_eq!(api.invocation(), expected.as_ref());
            }
            Step::Answer { request, attempt, own } => {
                let (invoked, outcome) = (invocation(*request), returned(&own.to_string()));
                let id = attempt.map(|attempt| invocation(attempt).invocation_id);
                let taken = api.answer(&invoked.request_id, id.as_deref(), outcome.clone()).is_ok();
                let current = self.open && *request == self.given - 1 && attempt.is_none_or(|id| id == *request);
                assert_eq!(taken, current);
                if taken {
                    (self.open, self.answer) = (false, Some(outcome));
                }
            }
            Step::InitError => {
                let taken = api.init_error(Outcome::failed("Own", "")).is_ok();
                assert_eq!(taken, !self.initialized && !self.failed);
                self.failed |= taken;
            }
            Step::Exit => {
                api.exited(Exit::KILLED);
                self.exited = true;
            }
        }
    }
}

proptest! {
    #[test]
    fn an_invocation_has_one_answer_and_only_its_own(steps in prop::collection::vec(step(), 0..60)) {
        let (mut api, mut model) = (RuntimeApi::default(), Model::default());
        for step in &steps {
            model.check(&mut api, step);
            let gone = model.exited.then_some(Outcome::Exited(Exit::KILLED));
            prop_assert_eq!(api.outcome(), model.answer.clone().or(gone));
            prop_assert_eq!(api.condition() == Condition::Gone, model.exited || model.failed);
            let init_is_over = model.initialized || model.failed || model.exited;
            prop_assert_eq!(api.init_result().is_some(), init_is_over);
        }
    }
}

/// At work on `request-0`.
fn busy() -> RuntimeApi {
    let mut api = RuntimeApi::default();
    api.next().unwrap();
    api.invoke(invocation(0));
    api
}

#[test]
fn it_comes_back_from_an_invocation_once() {
    let mut api = busy();
    assert_eq!(api.next(), Ok(false));
    api.answer("request-0", None, returned("1")).unwrap();
    assert_eq!((api.next(), api.next()), (Ok(true), Ok(false)));
}

#[test]
fn refusals_say_what_is_wrong() {
    let check = |refused: Result<(), Refusal>, status, error_type: &str| {
        let (actual, body) = refused.unwrap_err().response();
        assert_eq!((actual, body["errorType"].as_str()), (status, Some(error_type)));
    };
    let mut api = busy();
    check(api.answer("request-1", None, returned("1")), 400, "InvalidRequestID");
    check(api.answer("request-0", Some("try-1"), returned("1")), 410, "InvalidInvocationID");
    check(api.init_error(returned("1")), 403, "InvalidStateTransition");
    let large = Outcome::Returned(vec![0; SYNC_PAYLOAD_MAX + 1].into());
    check(api.answer("request-0", None, large), 413, "RequestEntityTooLarge");
    check(api.answer("request-0", None, returned("1")), 403, "InvalidStateTransition");
    assert_eq!(api.outcome(), Some(Outcome::too_large()));
}

#[test]
fn an_answer_counts_although_its_process_died_right_after() {
    let mut api = busy();
    api.answer("request-0", None, returned("1")).unwrap();
    api.exited(Exit::Silent);
    assert_eq!((api.outcome(), api.condition()), (Some(returned("1")), Condition::Gone));
}

#[test]
fn an_error_without_a_readable_body_goes_by_its_header() {
    let check = |header, body: &'static str, expected: &str| {
        let outcome = reported(header, Bytes::from_static(body.as_bytes()));
        assert_eq!(outcome.error_type(), expected);
    };
    check(Some("Header"), r#"{"errorType":"Body"}"#, "Body");
    check(Some("Header"), "{}", "Header");
    check(Some("Header"), "no JSON", "Header");
    check(None, "", "Runtime.Unknown");
}
