//! Where the outside reaches what AWS would give a host name of its own.

use std::collections::BTreeMap;

use rez_topology::Topology;

/// Addresses in place of AWS's own: `http://127.0.0.1:8080` for `https://ID.execute-api.REGION.amazonaws.com`. Functions
/// and browsers are told the former, as they would be after a move to another domain, and need not know why.
#[derive(Clone, Debug, Default)]
pub(super) struct Addresses(BTreeMap<String, String>);

impl Addresses {
    /// What is at `own` is reached at `url`; both without a slash at the end.
    pub fn add(&mut self, own: String, url: String) {
        self.0.insert(own, url);
    }

    /// `text` with every address of AWS's own replaced.
    pub fn tell(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (own, url)| text.replace(own, url))
    }

    /// Replaces them wherever the template's functions, user pools and APIs name them.
    pub fn put_into(&self, topology: &mut Topology) {
        if self.0.is_empty() {
            return;
        }
        for function in topology.functions.values_mut() {
            function.environment.values_mut().for_each(|value| *value = self.tell(value));
        }
        for pool in topology.user_pools.values_mut() {
            pool.issuer = self.tell(&pool.issuer);
            for client in pool.clients.values_mut() {
                client.callbacks.iter_mut().for_each(|callback| *callback = self.tell(callback));
            }
        }
        topology.http_apis.values_mut().for_each(|api| api.endpoint = self.tell(&api.endpoint));
    }
}
