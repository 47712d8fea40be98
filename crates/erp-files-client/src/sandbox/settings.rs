//! The settings of a sandbox.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use common_http::safe_debug;
use common_http::sandbox::HeaderCase;

use crate::sandbox::readings::{
    AddressShape, Casing, ErrorShape, FileIds, ListShape, NothingUploaded, RepeatedInitialize,
    SendFlag, StorageKind,
};

/// The scope that the files need (documented).
pub(super) const SCOPE: &str = "gambit:erp";

/// What a test can set.
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use std::sync::Arc;
///
/// use erp_files_client::ErrorKind;
/// use erp_files_client::sandbox::{Casing, ListShape, Sandbox, Settings};
///
/// // Another form of the list, and a storage to which the program must not send files.
/// let sandbox = Sandbox::with(Settings {
///     list_shape: ListShape::Wrapped("items".to_owned()),
///     casing: Casing::Camel,
///     upload_addresses: Some(Arc::new(|_| "https://192.168.0.1/result.pdf".to_owned())),
///     ..Settings::default()
/// })
/// .await?;
/// let files = sandbox.client().files(&7.into(), &12.into());
/// let error = files.initialize("result.pdf").await.unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Config);
/// # Ok::<(), std::io::Error>(()) }).unwrap();
/// ```
#[derive(Clone)]
#[allow(clippy::exhaustive_structs, reason = "a test builds it with `..`")]
pub struct Settings {
    /// The client id that the token endpoint accepts: `EXAMPLE-CLIENT` by default.
    pub client_id: String,
    /// The client secret that the token endpoint accepts: `EXAMPLE-SECRET` by default.
    pub client_secret: String,
    /// The scopes that the client may request. Any other is answered 400 `invalid_scope`. By
    /// default `gambit:erp` and the three others that the vendor's pages name.
    pub scopes: Vec<String>,
    /// How long a token lives by the sandbox's clock: an hour by default.
    pub token_life: Duration,
    /// The analyses that exist, each as patient and analysis. Any other is answered 404. By default
    /// every patient has every analysis.
    pub analyses: Option<Vec<(String, String)>>,
    /// The answer to an initialize: a JSON string by default.
    pub address_shape: AddressShape,
    /// Whether a signed URL has the spaces and non-ASCII letters of a file's name unencoded, for
    /// the client to encode. Not by default.
    pub unencoded_addresses: bool,
    /// How long a signed URL lives by the sandbox's clock: 15 minutes by default.
    pub address_life: Duration,
    /// Makes the URLs that initialize issues, for a real object store or a proxy.
    ///
    /// It is given the URL at the sandbox's own storage, whose path, for example
    /// `/storage/EXAMPLE-0001/result.pdf`, differs for every name of an analysis. The sandbox
    /// cannot see an upload elsewhere: with this setting, a finalize is taken at its word, and a
    /// file that went elsewhere is listed with a size of 0. By default the sandbox's own storage is
    /// used.
    #[allow(
        clippy::type_complexity,
        reason = "another public name would say no more"
    )]
    pub upload_addresses: Option<Arc<dyn Fn(&str) -> String + Send + Sync>>,
    /// The answer to a second initialize of a name, before the first upload is finished: a new URL
    /// by default.
    pub repeated_initialize: RepeatedInitialize,
    /// The answer to a finalize if nothing was uploaded, or it was finalized before: 404 by
    /// default.
    pub nothing_uploaded: NothingUploaded,
    /// The storage behind the signed URL: Azure by default.
    pub storage: StorageKind,
    /// Whether a signed URL may only create a file: a second PUT is answered 403 by Azure and 412
    /// by S3. Not by default.
    pub create_only: bool,
    /// The form of the list: a bare array by default.
    pub list_shape: ListShape,
    /// How the members of a list are written: `FileName` by default.
    pub casing: Casing,
    /// The type of a file's id: numbers by default.
    pub file_ids: FileIds,
    /// Where `isSend` is looked for: in the query and in a JSON body by default.
    pub send_flag: SendFlag,
    /// Whether a POST without `Content-Length` is answered 411, also if its body is empty, as some
    /// servers in front of such a vendor do. It is by default.
    pub length_required: bool,
    /// The form of the ERP's errors, except 401 and 403: `application/problem+json` by default.
    pub error_shape: ErrorShape,
    /// The largest file that the storage accepts, in bytes: 1 GiB by default.
    pub largest_file: usize,
    /// How header names are written. Lower case by default, as HTTP/2 has them.
    pub header_case: HeaderCase,
    /// The port of the ERP on 127.0.0.1. 0, the default, takes a free one.
    pub port: u16,
    /// The port of the storage on 127.0.0.1. 0, the default, takes a free one.
    pub storage_port: u16,
}

safe_debug!(Settings {
    storage,
    address_shape,
    repeated_initialize,
    list_shape
});

impl Default for Settings {
    fn default() -> Self {
        let scopes = [
            SCOPE,
            "gambit:erp:users",
            "gambit:erp:salepack",
            "gambit:static_data",
        ];
        Self {
            client_id: "EXAMPLE-CLIENT".to_owned(),
            client_secret: "EXAMPLE-SECRET".to_owned(),
            scopes: scopes.map(str::to_owned).into(),
            token_life: Duration::from_secs(3600),
            analyses: None,
            address_shape: AddressShape::default(),
            unencoded_addresses: false,
            address_life: Duration::from_secs(900),
            upload_addresses: None,
            repeated_initialize: RepeatedInitialize::default(),
            nothing_uploaded: NothingUploaded::default(),
            storage: StorageKind::default(),
            create_only: false,
            list_shape: ListShape::default(),
            casing: Casing::default(),
            file_ids: FileIds::default(),
            send_flag: SendFlag::default(),
            length_required: true,
            error_shape: ErrorShape::default(),
            largest_file: 1 << 30,
            header_case: HeaderCase::Lower,
            port: 0,
            storage_port: 0,
        }
    }
}

impl Settings {
    /// Refuses settings that make no sense.
    pub(super) fn check(&self) -> io::Result<()> {
        let address = matches!(&self.address_shape, AddressShape::Member(name) if name.is_empty());
        let list = matches!(&self.list_shape, ListShape::Wrapped(name) if name.is_empty());
        if address || list {
            let why = "a member must have a name";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        Ok(())
    }
}
