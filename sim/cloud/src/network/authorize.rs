//! Whether a function's role allows a call.

use bytes::Bytes;
use http::request::Parts;

use super::{Caller, Network};
use crate::services::ServiceError;
use crate::services::wire::{Call, decryption, permissions};

impl Network {
    /// # Errors
    /// AWS's refusal, when the caller is a function whose role does not allow all that the call needs.
    pub(super) fn authorize(
        &self,
        caller: &Caller,
        call: &Call,
        parts: &Parts,
        body: &Bytes,
    ) -> Result<(), ServiceError> {
        let Caller::Function(process) = caller else { return Ok(()) };
        let mut needed = permissions(call, body);
        if let Some(key) = self.iam.secrets_key() {
            let is_secret = |name: &str| self.services.parameters.is_secret(name);
            needed.extend(decryption(call, parts, body, key, is_secret));
        }
        self.iam.authorize(&process.role, &process.function, call.service, &needed)
    }
}
