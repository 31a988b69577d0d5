//! People sign in, stay signed in, and may do what their group may.

use serde_json::json;

use super::browser::{Browser, PASSWORD};
use super::system::System;

const MESSAGES: &str = "/api/messages";

fn refresh_cookie(browser: &Browser) -> String {
    let (_, value) = browser.cookies().iter().find(|(name, _)| name.contains("refresh")).expect("a refresh token");
    value.clone()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Docker: cargo test -p rez-localstack -- --ignored"]
async fn people_sign_in_and_a_viewer_may_not_write() {
    let Some(system) = System::start("end_to_end::sign_in::people_sign_in_and_a_viewer_may_not_write").await else {
        return;
    };
    let mut browser = system.browser();
    assert_eq!(browser.get(MESSAGES).await.status, 401, "nobody has signed in");
    assert!(browser.log_in("viewer@example.com", "guessed").await.is_none(), "a wrong password");
    let back = browser.log_in("viewer@example.com", PASSWORD).await.expect("the right password");
    assert_eq!((back.status, back.header("location")), (303, Some("http://localhost:3000")));

    assert_eq!(browser.refresh().await.status, 200);
    assert_eq!(browser.get(MESSAGES).await.json(), json!({ "messages": [] }));
    let (first_token, first_cookie) = (browser.access_token.clone(), refresh_cookie(&browser));
    assert_eq!(browser.refresh().await.status, 200);
    assert_ne!(refresh_cookie(&browser), first_cookie, "refresh tokens rotate");
    assert_ne!(browser.access_token, first_token);
    assert_eq!(browser.get(MESSAGES).await.status, 200);

    let refused = browser.post(MESSAGES, &json!({ "title": "Hello", "body": "world" })).await;
    assert_eq!((refused.status, refused.code()), (403, "forbidden".to_owned()));
    assert_eq!(browser.get(MESSAGES).await.json(), json!({ "messages": [] }));

    assert_eq!(browser.post_with_cookies("/api/auth/logout").await.status, 204);
    assert_eq!(browser.refresh().await.status, 401, "signed out");
}
