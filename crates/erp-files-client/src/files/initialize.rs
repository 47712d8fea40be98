//! The operation `erp.files.initialize`.

use common_http::{
    Answer, CallOptions, Delivery, ForeignHosts, Request, Result, Secret, safe_debug,
};
use serde_json::Value;

use super::transfer::UploadTarget;
use super::{Files, INITIALIZE, send};

/// Asks for a signed address. Made by [`Files::initialize`].
#[must_use = "nothing is sent before `send`"]
pub struct InitializeUpload {
    files: Files,
    name: String,
    options: CallOptions,
}

safe_debug!(InitializeUpload {});

impl InitializeUpload {
    pub(super) fn new(files: Files, name: String) -> Self {
        Self {
            files,
            name,
            options: CallOptions::default(),
        }
    }

    /// Sets the settings of this call.
    ///
    /// ```
    /// # fn example(files: erp_files_client::files::Files) {
    /// use std::time::Duration;
    /// use erp_files_client::CallOptions;
    ///
    /// let call = files.initialize("result.pdf").options(CallOptions::default().deadline(Duration::from_secs(20)));
    /// # let _ = call;
    /// # }
    /// ```
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// What would be sent.
    #[doc(hidden)]
    pub fn request(&self) -> Request {
        self.files
            .request(&INITIALIZE, &self.options)
            .path("fileName", &*self.name)
    }

    /// Asks for the signed address, with an empty body (documented) and so `Content-Length: 0`.
    ///
    /// The answer is read in a closed list of shapes, since the document says only that its body "will hold the url": the
    /// address as bare text, as a JSON string, or in an object under `url`, `uri` or `uploadUrl`, in any case.
    ///
    /// It has an effect (a name may be reserved): repeated only when it was not sent or was refused.
    ///
    /// # Errors
    /// - `conflict`: a file of this name exists (documented), or an upload of it was begun
    /// - `permission_denied`: the token lacks the scope `gambit:erp` (documented)
    /// - `decode`: the answer has no address, or one that would not be sent as given; [`Error::body`](crate::Error::body)
    ///   has the answer
    /// - `config`: the address leads where the settings do not allow
    /// - `server`, `timeout`, `interrupted`: its fate is unknown
    /// - the others of [`ListFiles::send`](super::ListFiles::send)
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = erp_files_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// use erp_files_client::Body;
    ///
    /// // The three steps by hand; `files.upload(..)` does them as one.
    /// let files = client.files(&7.into(), &12.into());
    /// let target = files.initialize("result.pdf").send().await?;
    /// files.transfer(&target, Body::from("%PDF-1.7 ...")).send().await?;
    /// files.finalize("result.pdf").send().await?;
    /// # assert_eq!(files.list().send().await?.len(), 1);
    /// # Ok::<(), erp_files_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub async fn send(self) -> Result<UploadTarget> {
        let hosts = self.files.settings.hosts.clone();
        self.ask().await?.target(&hosts)
    }

    /// Asks for the address, and leaves it as it is.
    pub(super) async fn ask(self) -> Result<Given> {
        let answer = send(self.request()).await?;
        match address(answer.body()) {
            Some(address) => Ok(Given {
                address: Secret::from(address),
                answer,
            }),
            None => Err(answer
                .unreadable()
                .with_detail("the answer has no upload address")),
        }
    }
}

/// An address as the ERP gave it, not checked yet.
pub(super) struct Given {
    pub(super) address: Secret,
    answer: Answer,
}

impl Given {
    pub(super) fn target(&self, hosts: &ForeignHosts) -> Result<UploadTarget> {
        UploadTarget::parse(self.address.expose(), hosts).map_err(|error| {
            error
                .with_operation(INITIALIZE.id())
                .with_status(self.answer.status())
                .with_attempts(self.answer.attempts())
                .with_delivery(Delivery::Answered)
                .with_body(self.answer.body().clone())
        })
    }
}

/// The members that may hold the address, in any case.
const MEMBERS: [&str; 3] = ["url", "uri", "uploadUrl"];

fn address(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    let text = text.trim_start_matches('\u{feff}').trim();
    let address = match serde_json::from_str(text) {
        Ok(Value::String(address)) => address,
        Ok(Value::Object(members)) => MEMBERS.iter().find_map(|name| {
            let (_, value) = members
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))?;
            value.as_str().map(str::to_owned)
        })?,
        Ok(_) => return None,
        Err(_) => text.to_owned(),
    };
    address.contains("://").then_some(address)
}

#[cfg(test)]
mod tests {
    use super::address;

    const ADDRESS: &str = "https://storage.example/c/result%201.pdf?sv=2030-01-01&sig=EXAMPLE%3D";

    #[test]
    fn each_shape_of_the_closed_list() {
        let mut shapes = vec![
            ADDRESS.to_owned(),
            format!("\u{feff} {ADDRESS}\r\n"),
            format!("\"{ADDRESS}\""),
        ];
        for member in ["url", "Url", "URL", "uri", "Uri", "uploadUrl", "UploadUrl"] {
            shapes.push(format!(r#"{{"id":1,"{member}":"{ADDRESS}"}}"#));
        }
        for shape in shapes {
            assert_eq!(
                address(shape.as_bytes()).as_deref(),
                Some(ADDRESS),
                "{shape}"
            );
        }
    }

    #[test]
    fn anything_else_is_no_address() {
        for body in [
            "",
            "null",
            "\"\"",
            "[]",
            "{}",
            "ok",
            "true",
            r#"{"link":"https://storage.example"}"#,
            r#"{"url":1}"#,
            r#"{"url":null}"#,
        ] {
            assert_eq!(address(body.as_bytes()), None, "{body}");
        }
        assert_eq!(address(b"\xff\xfe"), None);
    }
}
