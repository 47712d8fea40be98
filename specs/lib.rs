//! What the tests of every client ask of its OpenAPI document in this folder: that it and the code say the same, and that it
//! is true to itself.
//!
//! The checks give what is wrong as text, one line each, so that a test that fails says all of it:
//!
//! ```ignore
//! #[test]
//! fn the_document_is_true_to_itself() {
//!     assert_eq!(Document::read("gensoft").faults(), [""; 0]);
//! }
//! ```

mod checks;
mod document;
mod schema;
mod sources;

pub use self::document::Document;
