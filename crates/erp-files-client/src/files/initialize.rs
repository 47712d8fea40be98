//! The operation `erp.files.initialize`.

use common_http::{Answer, Call, Delivery, ForeignHosts, Operation, Result, Secret};
use serde_json::Value;

use crate::files::transfer::UploadTarget;
use crate::files::{Files, reads};

/// `POST .../files/initialize/{fileName}`: requests a signed URL to upload the file to.
pub(crate) static INITIALIZE: Operation = Operation::post(
    "erp.files.initialize",
    "/api/erp/v1/patients/{patientId}/analysis/{analysisId}/files/initialize/{fileName}",
);

impl Files {
    /// First step of an upload by hand: requests a signed URL.
    ///
    /// The body is empty (documented), so `Content-Length` is 0. The document says only that the
    /// answer's body "will hold the url". It is read as plain text, as a JSON string, or from a
    /// JSON object's `url`, `uri` or `uploadUrl`, in any case.
    ///
    /// It has an effect (it may reserve the name): it is repeated only if it was not sent or was
    /// refused. A cancelled call may have started an upload.
    ///
    /// ```
    /// # erp_files_client::sandbox::Sandbox::story(async |sandbox| {
    /// use erp_files_client::Body;
    ///
    /// // The three steps by hand. `files.upload(..)` does them as one.
    /// let files = sandbox.client().files(&7.into(), &12.into());
    /// let target = files.initialize("result.pdf").await?;
    /// files.transfer(&target, Body::from("%PDF-1.7 ...")).await?;
    /// files.finalize("result.pdf").await?;
    /// assert_eq!(files.list().await?.len(), 1);
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// - `conflict`: a file of this name exists (documented), or an upload of it was started
    /// - `permission_denied`: the token lacks the scope `gambit:erp` (documented)
    /// - `decode`: the answer has no URL, or one that cannot be sent as it is.
    ///   [`Error::body`](crate::Error::body) has the answer
    /// - `config`: the settings do not allow the URL's host
    /// - `server`, `timeout`, `interrupted`: it may have had its effect
    /// - the others of [`list`](Self::list)
    pub fn initialize(&self, name: impl Into<String>) -> Call<UploadTarget> {
        let hosts = self.settings.hosts.clone();
        let request = self.request(&INITIALIZE).path("fileName", name);
        reads(request, move |answer| Issued::read(answer)?.target(&hosts))
    }

    /// The same, with the URL as it was issued.
    pub(super) fn initialize_unchecked(&self, name: &str) -> Call<Issued> {
        let request = self.request(&INITIALIZE).path("fileName", name);
        reads(request, Issued::read)
    }
}

/// The answer, with a URL that is not checked yet.
pub(super) struct Issued {
    pub(super) url: Secret,
    answer: Answer,
}

impl Issued {
    fn read(answer: Answer) -> Result<Self> {
        match url_in(&answer) {
            Some(url) => Ok(Self {
                url: Secret::from(url),
                answer,
            }),
            None => Err(answer
                .unreadable()
                .with_detail("the answer has no upload URL")),
        }
    }

    pub(super) fn target(&self, hosts: &ForeignHosts) -> Result<UploadTarget> {
        UploadTarget::parse(self.url.expose(), hosts).map_err(|error| {
            error
                .with_operation(INITIALIZE.id())
                .with_status(self.answer.status())
                .with_attempts(self.answer.attempts())
                .with_delivery(Delivery::Answered)
                .with_body(self.answer.body().clone())
        })
    }
}

/// The members that may hold the URL, in any case.
const MEMBERS: [&str; 3] = ["url", "uri", "uploadUrl"];

fn url_in(answer: &Answer) -> Option<String> {
    let url = match answer.json() {
        Ok(Value::String(url)) => url,
        Ok(Value::Object(members)) => {
            let named = MEMBERS.iter().flat_map(|name| {
                let members = members.iter();
                members.filter(|(key, _)| key.eq_ignore_ascii_case(name))
            });
            let mut texts = named.filter_map(|(_, value)| value.as_str());
            texts.find(|text| text.contains("://"))?.to_owned()
        }
        Ok(_) => return None,
        Err(_) => {
            let text = std::str::from_utf8(answer.body()).ok()?;
            text.trim_start_matches('\u{feff}').to_owned()
        }
    };
    // A byte of it that was lost in reading would break its signature.
    (url.contains("://") && !url.contains('\u{fffd}')).then_some(url)
}

#[cfg(test)]
mod tests {
    use common_http::Answer;
    use http::Response;

    fn url_in(body: &'static [u8]) -> Option<String> {
        super::url_in(&Answer::from(Response::new(body.into())))
    }

    const URL: &str = "https://storage.example/c/result%201.pdf?sv=2030-01-01&sig=EXAMPLE%3D";

    #[test]
    fn each_form_of_the_closed_list_is_read() {
        let mut forms = vec![
            URL.to_owned(),
            format!("\u{feff} {URL}\r\n"),
            format!("\"{URL}\""),
        ];
        for member in ["url", "Url", "URL", "uri", "Uri", "uploadUrl", "UploadUrl"] {
            forms.push(format!(r#"{{"id":1,"{member}":"{URL}"}}"#));
        }
        for other in ["null", "\"\"", "\"files/result.pdf\""] {
            forms.push(format!(r#"{{"url":{other},"uploadUrl":"{URL}"}}"#));
        }
        for form in forms {
            let url = url_in(form.clone().leak().as_bytes());
            assert_eq!(url.as_deref().map(str::trim), Some(URL), "{form}");
        }
    }

    #[test]
    fn anything_else_is_not_a_url() {
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
            assert_eq!(url_in(body.as_bytes()), None, "{body}");
        }
        assert_eq!(url_in(b"\xff\xfe"), None);
    }
}
