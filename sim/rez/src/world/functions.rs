//! The functions that are deployed, by their logical ids in the template.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use rez_cloud::CloudBuilder;
use rez_cloud::host::lambda::child::Binary;
use rez_cloud::program::Program;

use super::program;

pub const SCHEDULER: &str = "Scheduler";
pub const MESSAGE_PROCESSOR: &str = "MessageProcessor";
pub const NOTIFICATION_SERVICE: &str = "NotificationService";
pub const WEB_API: &str = "WebApi";
pub const JWT_AUTHORIZER: &str = "JwtAuthorizer";

/// The names of their binaries.
const BINARIES: [(&str, &str); 5] = [
    (SCHEDULER, "scheduler"),
    (MESSAGE_PROCESSOR, "message-processor"),
    (NOTIFICATION_SERVICE, "notification-service"),
    (WEB_API, "web-api"),
    (JWT_AUTHORIZER, "jwt-authorizer"),
];

/// As the binaries in `folder`, which find AWS at `aws_endpoint`. In real time only.
pub fn deploy_binaries(builder: CloudBuilder, folder: &Path, aws_endpoint: SocketAddr) -> CloudBuilder {
    BINARIES.iter().fold(builder, |builder, (function, binary)| {
        builder.child(*function, Binary::new(folder.join(binary), aws_endpoint))
    })
}

/// Within this process.
pub fn deploy(builder: CloudBuilder) -> CloudBuilder {
    programs().into_iter().fold(builder, |builder, (id, program)| builder.function(id, program))
}

/// The functions themselves.
pub fn programs() -> [(&'static str, Arc<dyn Program>); 5] {
    let scheduler = program::Program {
        start: |ambient| Box::pin(scheduler::start(ambient)),
        handle: |deps, event| Box::pin(scheduler::handle(deps, event)),
    };
    let message_processor = program::Program {
        start: |ambient| Box::pin(message_processor::start(ambient)),
        handle: |deps, event| Box::pin(message_processor::handle(deps, event)),
    };
    let notification_service = program::Program {
        start: |ambient| Box::pin(notification_service::start(ambient)),
        handle: |deps, event| Box::pin(notification_service::handle(deps, event)),
    };
    let web_api = program::Program {
        start: |ambient| Box::pin(web_api::start(ambient)),
        handle: |deps, event| Box::pin(async { Ok::<_, Infallible>(web_api::handle(deps, event).await) }),
    };
    let jwt_authorizer = program::Program {
        start: |ambient| Box::pin(jwt_authorizer::start(ambient)),
        handle: |deps, event| Box::pin(async { Ok::<_, Infallible>(jwt_authorizer::handle(deps, event).await) }),
    };
    [
        (SCHEDULER, Arc::new(scheduler)),
        (MESSAGE_PROCESSOR, Arc::new(message_processor)),
        (NOTIFICATION_SERVICE, Arc::new(notification_service)),
        (WEB_API, Arc::new(web_api)),
        (JWT_AUTHORIZER, Arc::new(jwt_authorizer)),
    ]
}
