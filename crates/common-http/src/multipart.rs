//! `multipart/form-data` with a known length, which can be sent again.

use bytes::Bytes;

use crate::body::Body;
use crate::path::encode_where;

/// A form with fields and files (RFC 7578).
///
/// It is replayable if its files are. Files are streamed, never held in memory. `Debug` shows the
/// number of parts.
///
/// ```
/// use common_http::{Body, Multipart};
///
/// let form = Multipart::new()
///     .text("folder_id", "00000000-0000-4000-8000-00000000000a")
///     .file("file", "receita.pdf", "application/pdf", Body::from("%PDF-1.7 ..."));
/// let (content_type, body) = form.into_body();
/// assert!(content_type.starts_with("multipart/form-data; boundary="));
/// assert!(body.len().is_some() && body.is_replayable());
/// ```
#[must_use = "a form does nothing until it is sent"]
pub struct Multipart {
    boundary: String,
    parts: usize,
    segments: Vec<Body>,
}

impl Default for Multipart {
    fn default() -> Self {
        Self::new()
    }
}

impl Multipart {
    /// An empty form with a boundary of 128 random bits.
    pub fn new() -> Self {
        Self {
            boundary: format!("form-{:032x}", fastrand::u128(..)),
            parts: 0,
            segments: Vec::new(),
        }
    }

    /// Adds a field.
    pub fn text(self, name: &str, value: impl Into<String>) -> Self {
        let head = format!(r#"Content-Disposition: form-data; name="{}""#, quoted(name));
        self.part(&head, Body::from(value.into()))
    }

    /// Adds a file with this name and media type; control characters in the media type are removed.
    pub fn file(
        self,
        name: &str,
        file_name: &str,
        content_type: impl AsRef<str>,
        body: Body,
    ) -> Self {
        let head = format!(
            "Content-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\nContent-Type: {}",
            quoted(name),
            quoted(file_name),
            content_type.as_ref().replace(char::is_control, ""),
        );
        self.part(&head, body)
    }

    fn part(mut self, head: &str, body: Body) -> Self {
        let line_end = if self.parts == 0 { "" } else { "\r\n" };
        let lead = format!("{line_end}--{}\r\n{head}\r\n\r\n", self.boundary);
        self.segments.push(Body::from(Bytes::from(lead)));
        self.segments.push(body);
        self.parts += 1;
        self
    }

    /// Returns the `Content-Type`, which has the boundary, and the body.
    #[must_use]
    pub fn into_body(mut self) -> (String, Body) {
        let line_end = if self.parts == 0 { "" } else { "\r\n" };
        let end = format!("{line_end}--{}--\r\n", self.boundary);
        self.segments.push(Body::from(Bytes::from(end)));
        let content_type = format!("multipart/form-data; boundary={}", self.boundary);
        (content_type, Body::sequence(self.segments))
    }
}

/// Encodes a name as browsers do: UTF-8, with `"` and line ends percent-encoded. See
/// <https://html.spec.whatwg.org/#multipart-form-data>.
///
/// Other control characters are encoded too, and so is `\`, which some parsers read as an escape:
/// with a raw one at the end of the name, Django and werkzeug read the part as a field without a
/// file. `\\` does not help: others read it as two, and Django still loses the file. How parsers
/// read these names is in `tests/components/forms.rs`.
fn quoted(name: &str) -> String {
    encode_where(name, |c| matches!(c, '"' | '\\') || c.is_control())
}

crate::safe_debug!(Multipart { parts });

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;
    use proptest::prelude::*;

    use super::*;
    use crate::transport::OutgoingBody;

    async fn wire(body: &Body) -> Vec<u8> {
        let opened = body.open().await.unwrap();
        let (outgoing, _sending) = OutgoingBody::new(opened, body.len(), 1, None);
        outgoing.collect().await.unwrap().to_bytes().to_vec()
    }

    fn boundary(content_type: &str) -> &str {
        content_type.split_once("boundary=").unwrap().1
    }

    #[tokio::test]
    async fn is_encoded_as_the_standard_says() {
        let form = Multipart::new().text("folder_id", "1").file(
            "file",
            "a\"b\r\nç\\.pdf",
            String::from("application/pdf\r\n"),
            Body::from("%PDF"),
        );
        assert_eq!(format!("{form:?}"), "Multipart { parts: 2, .. }");
        let (content_type, body) = form.into_body();
        let mark = boundary(&content_type);
        let expected = format!(
            "--{mark}\r\nContent-Disposition: form-data; name=\"folder_id\"\r\n\r\n1\r\n\
             --{mark}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a%22b%0D%0Aç%5C.pdf\"\r\n\
             Content-Type: application/pdf\r\n\r\n%PDF\r\n--{mark}--\r\n"
        );
        assert_eq!(String::from_utf8(wire(&body).await).unwrap(), expected);
        assert_eq!(body.len(), Some(expected.len() as u64));
    }

    #[tokio::test]
    async fn a_single_pass_file_is_sent_once_and_its_length_may_be_unknown() {
        let file = Body::single_pass(&b"once"[..], None);
        let (_, body) = Multipart::new()
            .file("file", "a", "image/png", file)
            .into_body();
        assert_eq!((body.len(), body.is_replayable()), (None, false));
        assert!(body.can_be_opened());
        wire(&body).await;
        assert!(!body.can_be_opened());
    }

    #[tokio::test]
    async fn peeking_takes_nothing_away() {
        for body in [
            Body::from("%PDF-1.7"),
            Body::single_pass(&b"%PDF-1.7"[..], 8),
        ] {
            for count in [0, 5, 100] {
                let start = body.peek(count).await.unwrap();
                assert_eq!(start, &b"%PDF-1.7"[..count.min(8)]);
            }
            assert_eq!(wire(&body).await, b"%PDF-1.7");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_parts_are_replayed_with_their_length(
            texts in proptest::collection::vec(("\\PC{0,12}", "\\PC{0,40}"), 0..4),
            file in proptest::collection::vec(any::<u8>(), 0..2000),
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async {
                let mut form = Multipart::new();
                for (name, value) in &texts {
                    form = form.text(name, value.clone());
                }
                let form = form.file("file", "name", "image/png", Body::from(file.clone()));
                let (content_type, body) = form.into_body();
                let first = wire(&body).await;
                assert_eq!(wire(&body).await, first);
                assert_eq!(body.len(), Some(first.len() as u64));
                let mark = format!("--{}", boundary(&content_type));
                let marks = first.windows(mark.len()).filter(|w| *w == mark.as_bytes()).count();
                assert_eq!(marks, texts.len() + 2);
            });
        }
    }
}
