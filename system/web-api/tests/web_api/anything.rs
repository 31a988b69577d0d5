//! Whatever comes in, an answer of the contract comes out.

use proptest::prelude::*;
use proptest::sample::select;

use crate::contract::Contract;
use crate::exchange::Ask;
use crate::world::World;

/// A text that a client may send anywhere: from harmless to hostile.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{0,80}",
        "[ -~]{0,80}",
        r#"(title|body|limit|cursor|state|code|from|x)=[%&=+<>"a-z0-9]{0,60}"#,
        r#"\{"(title|body|priority|tags)":[\[\]{}":,0-9ae.-]{0,60}\}?"#,
    ]
}

/// Half of them none, since most routes look no further than one.
fn query() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), text()]
}

/// One in nine is larger than any endpoint takes.
fn body() -> impl Strategy<Value = String> {
    prop_oneof![8 => text(), 1 => (16_384_usize..20_000).prop_map(|size| " ".repeat(size))]
}

fn ask() -> impl Strategy<Value = Ask> {
    let routes: Vec<&'static str> = Contract::load().routes().into_keys().map(|route| &*route.leak()).collect();
    let header = "[ -~]{0,80}";
    (select(routes), query(), text(), body(), (header, header, header), any::<bool>()).prop_map(
        |(route, query, id, body, (cookie, key, correlation), is_base64)| {
            let ask = Ask::new(route).by("user-1", "admin").query(&query).id(&id).of_application();
            let ask = ask.cookie(&cookie).header("idempotency-key", &key).header("x-correlation-id", &correlation);
            let ask = ask.header("content-type", "application/json");
            if is_base64 { ask.base64(&body) } else { ask.text(&body) }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_request_is_answered_by_the_contract(ask in ask()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        let reply = runtime.expect("a runtime").block_on(async { World::new().await.send(ask).await });
        prop_assert!(reply.status < 500, "{reply:?}");
    }
}
