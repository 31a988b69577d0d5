//! All children of a cloud, so that none outlives it.

use std::sync::{Arc, Mutex, Weak};

use super::group::Group;

/// Knows every child, and ends them together.
#[derive(Debug, Default)]
pub struct Nursery(Mutex<Children>);

#[derive(Debug, Default)]
struct Children {
    groups: Vec<Weak<Group>>,
    closed: bool,
}

impl Nursery {
    /// A child that was born after the end is killed at once.
    pub fn add(&self, group: &Arc<Group>) {
        let mut children = self.0.lock().expect("no holder panics");
        if children.closed {
            return group.kill();
        }
        children.groups.retain(|group| group.strong_count() > 0);
        children.groups.push(Arc::downgrade(group));
    }

    fn close(&self) {
        let mut children = self.0.lock().expect("no holder panics");
        children.closed = true;
        children.groups.drain(..).filter_map(|group| group.upgrade()).for_each(|group| group.kill());
    }
}

/// Ends all children when it is dropped, even if tasks of the cloud live on for a while and hold its functions.
#[derive(Debug)]
pub struct EndWithCloud(pub Arc<Nursery>);

impl Drop for EndWithCloud {
    fn drop(&mut self) {
        self.0.close();
    }
}
