//! Keys of KMS.

use super::Statement;

/// A symmetric key that encrypts and decrypts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EncryptionKey {
    /// A UUID that AWS draws; here it follows from the stack and the logical id.
    pub id: String,
    pub arn: String,
    /// Other names for it, such as `alias/secrets`.
    pub aliases: Vec<String>,
    /// Whether AWS makes new key material every year.
    pub rotation: bool,
    /// Its policy. `*` as a resource is this key.
    pub statements: Vec<Statement>,
}
