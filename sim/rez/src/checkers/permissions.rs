//! The roles of the template fit the system: nobody asks for what the role does not give.

use std::time::SystemTime;

use rez_cloud::history::{Cause, Fact, RequestEnd};

use super::{Checker, End, Findings, Seen};

/// How the services word a refusal by IAM.
const DENIED: [&str; 3] = ["AccessDeniedException", "AccessDenied", "AuthorizationError"];

#[derive(Default)]
pub struct Permissions(Findings);

impl Checker for Permissions {
    fn name(&self) -> &'static str {
        "every call is within its role"
    }

    fn observe(&mut self, _at: SystemTime, seen: &Seen<'_>) {
        let Seen::Fact(Fact::Request(request)) = seen else { return };
        if let (Cause::Function { name, .. }, RequestEnd::Answered { code, .. }) = (request.cause, request.end)
            && DENIED.contains(&code)
        {
            let (service, operation, resource) = (request.service, request.operation, request.resource);
            self.0.add(|| format!("`{name}` may not {service}:{operation} on `{resource}`"));
        }
    }

    fn judges_from_outside(&self) -> bool {
        true
    }

    fn finish(&mut self, _end: &End) -> Findings {
        std::mem::take(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{request, run};
    use super::*;

    #[test]
    fn a_role_that_lacks_a_permission_is_caught() {
        let found = run(Permissions::default(), |checker| {
            request(checker, 1, "dynamodb", RequestEnd::Answered { status: 400, code: "AccessDeniedException" });
            request(checker, 2, "dynamodb", RequestEnd::Answered { status: 200, code: "" });
        });
        assert_eq!(found.examples, ["`NotificationService` may not dynamodb:POST /topic on `config`"]);
    }
}
