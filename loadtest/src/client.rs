//! HTTP clients that go nowhere by themselves: a redirect could lead the load to a machine that nobody said he owns.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder};

/// For requests that are the load: longer than API Gateway waits for anything.
pub const LOAD_TIMEOUT: Duration = Duration::from_secs(35);
/// For those before it: nobody waits longer for a page.
pub const PAGE_TIMEOUT: Duration = Duration::from_secs(10);

pub fn builder(timeout: Duration) -> ClientBuilder {
    Client::builder().redirect(Policy::none()).timeout(timeout)
}

/// One with default settings.
pub fn client(timeout: Duration) -> Client {
    builder(timeout).build().expect("TLS is built in")
}
