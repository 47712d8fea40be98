//! The settings that choose between readings of the vendor's document.

use std::time::Duration;

use super::SandboxBuilder;
use crate::sandbox::{
    AddressShape, Casing, ErrorShape, FileIds, ListShape, NothingUploaded, RepeatedInitialize,
    SendFlag, StorageKind,
};

/// The longest life of an address: beyond any test's time, and within what the time type holds.
const LONGEST: Duration = Duration::from_secs(1 << 33);

impl SandboxBuilder {
    /// The answer to an initialize (default: a JSON string).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// use erp_files_client::sandbox::AddressShape;
    ///
    /// let shape = AddressShape::Member("Url".to_owned()); // {"Url":"http://..."}
    /// let sandbox = Sandbox::builder().address_shape(shape).start().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn address_shape(mut self, shape: AddressShape) -> Self {
        self.settings.address_shape = shape;
        self
    }

    /// Whether an address has the spaces and the letters outside ASCII of a file's name as they are, for the client to encode
    /// (default no).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// let sandbox = Sandbox::builder().unencoded_addresses(true).start().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn unencoded_addresses(mut self, on: bool) -> Self {
        self.settings.unencoded_addresses = on;
        self
    }

    /// How long an address can be used by the sandbox's clock (default 15 minutes).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// use std::time::Duration;
    ///
    /// let sandbox = Sandbox::builder().address_life(Duration::from_secs(60)).start().await?;
    /// // An address of now is over in a minute; `expire_addresses` does it without moving the clock.
    /// # Ok(())
    /// # }
    /// ```
    pub fn address_life(mut self, life: Duration) -> Self {
        self.settings.address_life = life.min(LONGEST);
        self
    }

    /// What a second initialize of a name gets before the first upload was finished (default: a new address).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// use erp_files_client::sandbox::RepeatedInitialize;
    ///
    /// // The first one reserves the name: whoever loses its answer cannot begin again.
    /// let reserved = RepeatedInitialize::Conflict;
    /// let sandbox = Sandbox::builder().repeated_initialize(reserved).start().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn repeated_initialize(mut self, answer: RepeatedInitialize) -> Self {
        self.settings.repeated_initialize = answer;
        self
    }

    /// What a finalize gets where nothing was uploaded, or was finalized already (default 404).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// use erp_files_client::sandbox::NothingUploaded;
    ///
    /// let sandbox = Sandbox::builder().nothing_uploaded(NothingUploaded::Conflict).start().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn nothing_uploaded(mut self, answer: NothingUploaded) -> Self {
        self.settings.nothing_uploaded = answer;
        self
    }

    /// What is behind the signed address (default: Azure).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// use erp_files_client::sandbox::StorageKind;
    ///
    /// let sandbox = Sandbox::builder().storage(StorageKind::S3).start().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn storage(mut self, kind: StorageKind) -> Self {
        self.settings.storage = kind;
        self
    }

    /// The form of the list (default: a bare array).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// use erp_files_client::sandbox::ListShape;
    ///
    /// let shape = ListShape::Wrapped("items".to_owned()); // {"Items":[...]}
    /// let sandbox = Sandbox::builder().list_shape(shape).start().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn list_shape(mut self, shape: ListShape) -> Self {
        self.settings.list_shape = shape;
        self
    }

    /// How the members of a list are written (default `FileName`).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// use erp_files_client::sandbox::Casing;
    ///
    /// let sandbox = Sandbox::builder().casing(Casing::Camel).start().await?; // fileName
    /// # Ok(())
    /// # }
    /// ```
    pub fn casing(mut self, casing: Casing) -> Self {
        self.settings.casing = casing;
        self
    }

    /// The type of a file's id (default: numbers).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// use erp_files_client::sandbox::FileIds;
    ///
    /// let sandbox = Sandbox::builder().file_ids(FileIds::Texts).start().await?;
    /// let id = sandbox.add_file("7", "12", "result.pdf", "%PDF-1.7 EXAMPLE");
    /// assert_eq!(id, "00000000-0000-4000-8000-000000000001");
    /// # Ok(())
    /// # }
    /// ```
    pub fn file_ids(mut self, ids: FileIds) -> Self {
        self.settings.file_ids = ids;
        self
    }

    /// Where `isSend` is looked for (default: in the query and in a JSON body).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// use erp_files_client::sandbox::SendFlag;
    ///
    /// // The other reading: a client that sends it in the query is answered 400.
    /// let sandbox = Sandbox::builder().send_flag(SendFlag::Body).start().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn send_flag(mut self, place: SendFlag) -> Self {
        self.settings.send_flag = place;
        self
    }

    /// Whether a POST without `Content-Length` is answered 411, as some servers in front of such a vendor do, also where its body is
    /// empty (default yes).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// // For a program of your own that sends none.
    /// let sandbox = Sandbox::builder().length_required(false).start().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn length_required(mut self, required: bool) -> Self {
        self.settings.length_required = required;
        self
    }

    /// The form of the ERP's own errors, 401 and 403 excepted (default: `application/problem+json`).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// use erp_files_client::sandbox::ErrorShape;
    ///
    /// let sandbox = Sandbox::builder().error_shape(ErrorShape::Empty).start().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn error_shape(mut self, shape: ErrorShape) -> Self {
        self.settings.error_shape = shape;
        self
    }
}
