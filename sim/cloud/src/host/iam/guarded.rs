//! One role: what it was found to allow, and which of its permissions that took.

use std::collections::{BTreeSet, HashSet};
use std::sync::Mutex;

use rez_topology::{Role, Statement};

use super::UnusedPermission;
use super::policy::{Decision, decide, matches_action, matches_resource};
use crate::services::wire::Permission;

/// How many findings are kept. A system asks for the same few over and over; the bound is for one that makes up names.
const KNOWN_MAX: usize = 4_096;

pub struct Guarded {
    role: Role,
    found: Mutex<Found>,
}

#[derive(Default)]
struct Found {
    /// What was allowed. Looked up, never listed, so its order does not matter.
    allowed: HashSet<Permission>,
    /// Places of statement, action and resource.
    used: BTreeSet<(usize, usize, usize)>,
}

impl Guarded {
    pub fn new(role: Role) -> Self {
        Self { role, found: Mutex::default() }
    }

    pub fn name(&self) -> &str {
        &self.role.name
    }

    pub fn decide(&self, permission: &Permission) -> Decision {
        let mut found = self.found.lock().expect("no holder panics");
        if found.allowed.contains(permission) {
            return Decision::Allowed;
        }
        let decision = decide(&self.role.statements, &permission.action, &permission.resource);
        if decision == Decision::Allowed {
            found.learn(permission, &self.role.statements);
        }
        decision
    }

    pub fn unused(&self, id: &str) -> Vec<UnusedPermission> {
        let found = self.found.lock().expect("no holder panics");
        let all = places(&self.role.statements);
        let unused = all.filter(|(place, ..)| !found.used.contains(place));
        let unused = unused.map(|(_, action, resource)| UnusedPermission {
            role: id.to_owned(),
            action: action.to_owned(),
            resource: resource.to_owned(),
        });
        unused.collect()
    }
}

impl Found {
    fn learn(&mut self, permission: &Permission, statements: &[Statement]) {
        let took = places(statements).filter(|(_, action, resource)| {
            matches_action(action, &permission.action) && matches_resource(resource, &permission.resource)
        });
        self.used.extend(took.map(|(place, ..)| place));
        if self.allowed.len() >= KNOWN_MAX {
            self.allowed.clear();
        }
        self.allowed.insert(permission.clone());
    }
}

/// Each action of each statement that allows, with each of its resources.
fn places(statements: &[Statement]) -> impl Iterator<Item = ((usize, usize, usize), &str, &str)> {
    let allowing = statements.iter().enumerate().filter(|(_, statement)| statement.allow);
    allowing.flat_map(|(at, statement)| {
        statement.actions.iter().enumerate().flat_map(move |(action_at, action)| {
            let resources = statement.resources.iter().enumerate();
            resources
                .map(move |(resource_at, resource)| ((at, action_at, resource_at), action.as_str(), resource.as_str()))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(items: &[&str]) -> Vec<String> {
        items.iter().map(|item| (*item).to_owned()).collect()
    }

    fn guarded() -> Guarded {
        let statement = |allow, actions: &[&str], resources: &[&str]| Statement {
            allow,
            actions: texts(actions),
            resources: texts(resources),
            principals: Vec::new(),
            source_arns: Vec::new(),
        };
        Guarded::new(Role {
            name: "clerk".to_owned(),
            arn: String::new(),
            trusted: Vec::new(),
            statements: vec![
                statement(true, &["dynamodb:GetItem", "dynamodb:Query"], &["arn:table/a", "arn:table/a/index/*"]),
                statement(true, &["dynamodb:*"], &["arn:table/a"]),
                statement(false, &["*"], &["arn:table/secret"]),
            ],
        })
    }

    fn unused(guarded: &Guarded) -> Vec<(String, String)> {
        guarded.unused("Clerk").into_iter().map(|unused| (unused.action, unused.resource)).collect()
    }

    fn ask(guarded: &Guarded, action: &str, resource: &str) -> Decision {
        guarded.decide(&Permission { action: action.to_owned(), resource: resource.to_owned() })
    }

    #[test]
    fn a_use_takes_every_permission_that_covers_it() {
        let guarded = guarded();
        assert_eq!(unused(&guarded).len(), 5);
        assert_eq!(ask(&guarded, "dynamodb:GetItem", "arn:table/a"), Decision::Allowed);
        assert_eq!(ask(&guarded, "dynamodb:Query", "arn:table/a/index/due"), Decision::Allowed);
        let left = [("dynamodb:GetItem", "arn:table/a/index/*"), ("dynamodb:Query", "arn:table/a")];
        assert_eq!(unused(&guarded), left.map(|(action, resource)| (action.to_owned(), resource.to_owned())));
    }

    #[test]
    fn what_was_refused_used_nothing() {
        let guarded = guarded();
        for _ in 0..2 {
            assert_eq!(ask(&guarded, "dynamodb:GetItem", "arn:table/b"), Decision::NotAllowed);
            assert_eq!(ask(&guarded, "dynamodb:GetItem", "arn:table/secret"), Decision::ExplicitlyDenied);
        }
        assert_eq!(unused(&guarded).len(), 5);
    }

    #[test]
    fn made_up_names_take_a_bounded_room() {
        let guarded = guarded();
        for name in 0..2 * KNOWN_MAX {
            ask(&guarded, "dynamodb:Query", &format!("arn:table/a/index/{name}"));
        }
        assert!(guarded.found.lock().expect("no holder panics").allowed.len() <= KNOWN_MAX);
    }
}
