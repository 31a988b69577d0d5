//! IAM: the roles of the template. Functions call under theirs, and what a role does not allow is refused in AWS's words;
//! what it allows and nobody used can be listed.
//!
//! Not modelled: permission boundaries, service control policies, sessions with policies of their own, conditions of a
//! role's statements, and resource policies for callers that have a role.

mod denial;
mod guarded;
mod policy;

use std::collections::BTreeMap;

use rez_topology::Topology;

pub(crate) use self::policy::{allows_service, matches_resource};

use self::denial::denied;
use self::guarded::Guarded;
use self::policy::Decision;
use crate::services::wire::Permission;
use crate::services::{Service, ServiceError};

/// A permission of a role that nobody used: one action of a statement on one of its resources, as they stand there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnusedPermission {
    /// Logical id of the role.
    pub role: String,
    /// Such as `dynamodb:Query`.
    pub action: String,
    /// An ARN, maybe with wildcards.
    pub resource: String,
}

/// All roles, by logical id.
pub struct Iam {
    roles: BTreeMap<String, Guarded>,
    secrets_key: Option<String>,
}

impl Iam {
    /// `secrets_key` is the ARN of the key that SecureStrings are encrypted with; `None` for Parameter Store's own, which
    /// asks for no permission.
    pub(crate) fn new(topology: &Topology, secrets_key: Option<String>) -> Self {
        let roles = topology.roles.iter().map(|(id, role)| (id.clone(), Guarded::new(role.clone())));
        Self { roles: roles.collect(), secrets_key }
    }

    pub(crate) fn secrets_key(&self) -> Option<&str> {
        self.secrets_key.as_deref()
    }

    /// Whether `session` (a function's name) may do all of `needed` under a role, and that it now has.
    ///
    /// # Errors
    /// AWS's refusal, in the words of `service`.
    pub(crate) fn authorize(
        &self,
        role: &str,
        session: &str,
        service: Service,
        needed: &[Permission],
    ) -> Result<(), ServiceError> {
        let guarded = self.roles.get(role);
        let decide = |permission| guarded.map_or(Decision::NotAllowed, |role| role.decide(permission));
        let refused = needed.iter().map(|permission| (permission, decide(permission)));
        match refused.into_iter().find(|(_, decision)| *decision != Decision::Allowed) {
            None => Ok(()),
            Some((permission, decision)) => {
                let role = guarded.map_or("no-role", Guarded::name);
                Err(denied(service, role, session, permission, decision))
            }
        }
    }

    /// Something that AWS does under a role. Whether it may, and that it now has.
    pub(crate) fn uses(&self, role: &str, action: &str, resource: &str) -> bool {
        let permission = Permission { action: action.to_owned(), resource: resource.to_owned() };
        self.roles.get(role).is_some_and(|role| role.decide(&permission) == Decision::Allowed)
    }

    /// In the order of roles and their statements.
    pub fn unused(&self) -> Vec<UnusedPermission> {
        let of_role = |(id, role): (&String, &Guarded)| role.unused(id);
        self.roles.iter().flat_map(of_role).collect()
    }
}
