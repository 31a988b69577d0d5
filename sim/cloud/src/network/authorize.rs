//! Whether a function's role allows a call.

use bytes::Bytes;

use super::{Caller, Network};
use crate::services::ServiceError;
use crate::services::wire::{Call, permissions};

impl Network {
    /// # Errors
    /// AWS's refusal, when the caller is a function whose role does not allow all that the call needs.
    pub(super) fn authorize(&self, caller: &Caller, call: &Call, body: &Bytes) -> Result<(), ServiceError> {
        let Caller::Function(process) = caller else { return Ok(()) };
        self.iam.authorize(&process.role, &process.function, call.service, &permissions(call, body))
    }
}
