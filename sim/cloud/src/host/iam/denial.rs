//! AccessDenied, as each service words it.

use super::policy::Decision;
use crate::services::wire::Permission;
use crate::services::{Service, ServiceError, names};

/// The shape's full name, where a service writes it out: access is refused in front of it.
const SHAPE: &str = "com.amazon.coral.service#AccessDeniedException";

/// The refusal of `missing` to a session of a role ("Troubleshoot access denied error messages", IAM guide).
pub fn denied(service: Service, role: &str, session: &str, missing: &Permission, why: Decision) -> ServiceError {
    let user = format!("arn:aws:sts::{}:assumed-role/{role}/{session}", names::ACCOUNT);
    let Permission { action, resource } = missing;
    let (status, code, action) = match service {
        Service::Sqs => (403, "AccessDenied", action.to_lowercase()),
        Service::Sns => (403, "AuthorizationError", action.replacen("sns", "SNS", 1)),
        Service::Lambda => (403, "AccessDeniedException", action.clone()),
        _ => (400, "AccessDeniedException", action.clone()),
    };
    let because = match why {
        Decision::ExplicitlyDenied => "with an explicit deny in an identity-based policy".to_owned(),
        _ => format!("because no identity-based policy allows the {action} action"),
    };
    let message = format!("User: {user} is not authorized to perform: {action} on resource: {resource} {because}");
    let error = ServiceError::new(code, message).with_status(status);
    match service {
        Service::DynamoDb | Service::Sqs => error.with_shape(SHAPE),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(service: Service, action: &str, why: Decision, code: &str, expected: &str) {
        let missing = Permission { action: action.to_owned(), resource: "arn:thing".to_owned() };
        let error = denied(service, "clerk-role", "clerk", &missing, why);
        let user = "User: arn:aws:sts::123456789012:assumed-role/clerk-role/clerk is not authorized to perform: ";
        assert_eq!((&*error.code, error.message), (code, format!("{user}{expected}")));
    }

    #[test]
    fn each_service_has_its_code_and_its_way_to_write_an_action() {
        for (service, action, code, written) in [
            (Service::DynamoDb, "dynamodb:GetItem", "AccessDeniedException", "dynamodb:GetItem"),
            (Service::Parameters, "ssm:GetParameter", "AccessDeniedException", "ssm:GetParameter"),
            (Service::Lambda, "lambda:InvokeFunction", "AccessDeniedException", "lambda:InvokeFunction"),
            (Service::Sqs, "sqs:SendMessage", "AccessDenied", "sqs:sendmessage"),
            (Service::Sns, "sns:Publish", "AuthorizationError", "SNS:Publish"),
        ] {
            let tail = format!("because no identity-based policy allows the {written} action");
            let expected = format!("{written} on resource: arn:thing {tail}");
            check(service, action, Decision::NotAllowed, code, &expected);
        }
    }

    #[test]
    fn an_explicit_denial_is_told_apart() {
        let expected = "dynamodb:GetItem on resource: arn:thing with an explicit deny in an identity-based policy";
        let (code, why) = ("AccessDeniedException", Decision::ExplicitlyDenied);
        check(Service::DynamoDb, "dynamodb:GetItem", why, code, expected);
    }
}
