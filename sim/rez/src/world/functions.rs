//! The functions that are deployed, by their logical ids in the template.

use std::sync::Arc;

use rez_cloud::CloudBuilder;

use super::program::Program;

pub const SCHEDULER: &str = "Scheduler";
pub const MESSAGE_PROCESSOR: &str = "MessageProcessor";
pub const NOTIFICATION_SERVICE: &str = "NotificationService";

pub fn deploy(builder: CloudBuilder) -> CloudBuilder {
    let scheduler = Program {
        start: |ambient| Box::pin(scheduler::start(ambient)),
        handle: |deps, event| Box::pin(scheduler::handle(deps, event)),
    };
    let message_processor = Program {
        start: |ambient| Box::pin(message_processor::start(ambient)),
        handle: |deps, event| Box::pin(message_processor::handle(deps, event)),
    };
    let notification_service = Program {
        start: |ambient| Box::pin(notification_service::start(ambient)),
        handle: |deps, event| Box::pin(notification_service::handle(deps, event)),
    };
    builder
        .function(SCHEDULER, Arc::new(scheduler))
        .function(MESSAGE_PROCESSOR, Arc::new(message_processor))
        .function(NOTIFICATION_SERVICE, Arc::new(notification_service))
}
