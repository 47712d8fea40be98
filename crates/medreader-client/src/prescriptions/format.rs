//! The formats that MedReader reads, recognised by a file's content.

use common_http::looks_like_pdf;

/// How many bytes of a file decide: a PDF may have something in front of its header.
pub(super) const START: usize = 1024;

/// A format that MedReader reads (documented).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FileFormat {
    /// PDF.
    Pdf,
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// TIFF.
    Tiff,
}

impl FileFormat {
    /// Recognises the format by the first 1,024 bytes of a file, or by all of a shorter one.
    ///
    /// A PDF has `%PDF-` among them; the others begin with their magic number. The file's name does
    /// not matter.
    ///
    /// ```
    /// use medreader_client::prescriptions::FileFormat;
    ///
    /// assert_eq!(FileFormat::detect(b"%PDF-1.7"), Some(FileFormat::Pdf));
    /// assert_eq!(FileFormat::detect(b"GIF89a"), None);
    /// ```
    #[must_use]
    pub fn detect(start: &[u8]) -> Option<Self> {
        const BEGINNINGS: [(&[u8], FileFormat); 4] = [
            (b"\xFF\xD8\xFF", FileFormat::Jpeg),
            (b"\x89PNG\r\n\x1A\n", FileFormat::Png),
            (b"II*\0", FileFormat::Tiff),
            (b"MM\0*", FileFormat::Tiff),
        ];
        BEGINNINGS
            .into_iter()
            .find(|(beginning, _)| start.starts_with(beginning))
            .map(|(_, format)| format)
            .or_else(|| looks_like_pdf(start).then_some(Self::Pdf))
    }

    /// The format's media type.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Tiff => "image/tiff",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_by_its_beginning() {
        for (start, content_type) in [
            (&b"%PDF-1.4\n"[..], "application/pdf"),
            (b"\xEF\xBB\xBF\r\n%PDF-2.0", "application/pdf"),
            (b"\xFF\xD8\xFF\xE0\x00\x10JFIF\0", "image/jpeg"),
            (b"\xFF\xD8\xFF\xE1\x00\x10Exif\0", "image/jpeg"),
            (b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR", "image/png"),
            (b"II*\0\x08\0\0\0", "image/tiff"),
            (b"MM\0*\0\0\0\x08", "image/tiff"),
            // An image that carries a PDF in its metadata is an image.
            (b"\xFF\xD8\xFF\xE1 %PDF-1.4", "image/jpeg"),
        ] {
            let format = FileFormat::detect(start);
            assert_eq!(format.map(FileFormat::content_type), Some(content_type));
        }
    }

    #[test]
    fn anything_else_is_none() {
        for start in [
            &b""[..],
            b"GIF89a",
            b"RIFF\0\0\0\0WEBP",
            b"\0\0\0\x18ftypheic",
            b"PK\x03\x04",
            b"%PDF",
            b"\x89PNG\n\x1A\n",
            b"\xFF\xD8",
            b"II*",
            b"II+\0",
            b"<html>",
        ] {
            assert_eq!(FileFormat::detect(start), None, "{start:?}");
        }
        let late = [&[b' '; START - 4][..], b"%PDF-"].concat();
        assert_eq!(FileFormat::detect(&late), None);
    }
}
