//! The four clients behind one interface, for tests of every operation.

mod biologix;
mod erp;
mod gensoft;
mod medreader;

use common_http::{HttpOptions, Operation, Result};
use serde_json::Value;

pub(crate) use self::erp::Erp;

/// A vendor's client, and how it is called.
pub(crate) trait Client: Sized {
    const DOCUMENT: &str;
    const OPERATIONS: &[&Operation];

    fn new(url: &str, http: HttpOptions) -> Self;

    /// Does what goes before a call of this operation.
    async fn prepare(&mut self, operation: &str);

    /// Calls an operation. Returns the typed answer, in the document's words.
    ///
    /// # Panics
    /// There is no case for this operation.
    async fn call(&self, operation: &str) -> Result<Value>;

    /// The part of an example that the typed answer has, in the same words.
    fn expected(operation: &str, example: Value) -> Value;
}
