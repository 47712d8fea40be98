//! Checks for the OpenAPI documents in this folder, used by the tests of each client.
//!
//! They compare a document with the code, and check that the document is consistent in itself. Each
//! check returns the faults that it finds as texts, one per fault, so that a failing test shows all
//! of them:
//!
//! ```ignore
//! #[test]
//! fn the_document_is_true_to_itself() {
//!     assert_eq!(Document::read("gensoft").faults(), [""; 0]);
//! }
//! ```

mod answers;
mod checks;
mod document;
mod schema;
mod sources;

pub use self::answers::DocumentedAnswer;
pub use self::document::Document;
