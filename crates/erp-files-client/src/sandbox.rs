//! An in-process ERP to test against (feature `sandbox`).
//!
//! [`Sandbox`] is two HTTP servers on the loopback interface: the clinic's ERP with its token
//! endpoint, and, as another host, the storage to which signed URLs lead. They follow the vendor's
//! document and our readings of its holes, keep state (tokens, uploads, files), refuse what the
//! vendor would refuse, and fail in the ways that you ask for. They share no type with the client,
//! so that a mistake in the client's models shows.
//!
//! The ERP knows every patient and every analysis. All data is synthetic. **Exempt from semver**:
//! this module may change in any release. It is meant for tests only.
//!
//! ```
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! use std::time::Duration;
//!
//! use erp_files_client::sandbox::{Fault, Sandbox, Settings, StorageKind};
//!
//! let sandbox = Sandbox::with(Settings { storage: StorageKind::S3, ..Settings::default() }).await?;
//! // Point the program under test at these, or use `sandbox.client()`.
//! println!("ERP_BASE_URL={}", sandbox.url());
//! println!("ERP_TOKEN_URL={}", sandbox.token_url());
//! println!("ERP_CLIENT_ID={}", sandbox.settings.client_id);
//! // Break a transfer, and lose the answer to the last step.
//! sandbox.fail_next("erp.files.transfer", Fault::ResetBeforeEffect)?;
//! sandbox.fail_next("erp.files.finalize", Fault::ResetAfterRequest)?;
//! // Take a name, now or between two steps. `Clinic` has what can be done.
//! sandbox.add_file("7", "12", "old.pdf", "%PDF-1.7 EXAMPLE");
//! // Let all tokens and signed URLs expire.
//! sandbox.clock().advance(Duration::from_secs(3600));
//! // See what there is, and what was really sent.
//! assert_eq!(sandbox.files("7", "12")[0].name, "old.pdf");
//! assert_eq!(sandbox.count("erp.files.transfer"), 0);
//! # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
//! ```

mod address;
mod errors;
mod files;
mod ledger;
mod readings;
mod routes;
mod sessions;
mod settings;
mod state;
mod storage;
mod tokens;
mod uploads;

#[doc(inline)]
pub use common_http::sandbox::{Fault, HeaderCase, RecordedRequest, SandboxClock, SandboxError};

pub use self::readings::{
    AddressShape, Casing, ErrorShape, FileIds, ListShape, NothingUploaded, RepeatedInitialize,
    SendFlag, StorageKind,
};
pub use self::settings::Settings;
pub use self::state::{Clinic, StoredFile};

/// A running ERP sandbox with its storage, whose state is a [`Clinic`]. Dropping it stops both.
pub type Sandbox = common_http::sandbox::Sandbox<Clinic>;
