//! What a caller passes: ids, names and texts that come from other systems.

use biologix_client::{BiologixClient, ExamKey, PartnerId};
use common_http::{Body, ErrorKind, file_name, percent_encode};
use erp_files_client::ErpFilesClient;
use gensoft_client::{ExecutionId, GensoftClient};
use http::Method;
use medreader_client::folders::normalize_folder_name;
use medreader_client::prescriptions::PrescriptionFile;
use medreader_client::{FolderId, MedReaderClient};
use percent_encoding::percent_decode_str;

use crate::network::{BASE, Message, Network, check_error, run};

/// Puts a text into paths, queries, headers, forms and file names.
///
/// It is one segment of the path, or refused, and in no case changes the rest of the request.
pub fn paths(data: &[u8]) {
    let text = &*String::from_utf8_lossy(data);
    let name = file_name(text);
    assert!(!name.contains(['/', '\\', '.', '\0']), "{name}");
    for encoded in [&name, &percent_encode(text)] {
        assert_eq!(percent_decode_str(encoded).decode_utf8().unwrap(), text);
    }
    let folder = normalize_folder_name(text);
    assert_eq!(normalize_folder_name(&folder), folder);
    let vendor = Vendor::new();
    vendor.segments(text);
    run(vendor.forms(text));
}

struct Vendor {
    biologix: BiologixClient,
    erp: ErpFilesClient,
    gensoft: GensoftClient,
    medreader: MedReaderClient,
}

impl Vendor {
    fn new() -> Self {
        let network = Network::new(|_, _| Message::ok("{}"));
        Self {
            biologix: BiologixClient::builder()
                .base_url(BASE)
                .credentials("c|EXAMPLE|000001", "EXAMPLE-PASSWORD")
                .http(network.options())
                .build()
                .unwrap(),
            erp: ErpFilesClient::builder()
                .base_url(BASE)
                .access_token("EXAMPLE-TOKEN")
                .http(network.options())
                .build()
                .unwrap(),
            gensoft: GensoftClient::builder()
                .base_url(BASE)
                .api_key("EXAMPLE-API-KEY")
                .http(network.options())
                .build()
                .unwrap(),
            medreader: MedReaderClient::builder()
                .tenant("EXAMPLE-TENANT")
                .base_url(BASE)
                .credentials("user@clinic.example", "EXAMPLE-PASSWORD")
                .http(network.options())
                .build()
                .unwrap(),
        }
    }

    /// Which segment of which path the text is.
    fn segments(&self, text: &str) {
        let files = self.erp.files(&text.into(), &12.into());
        let partner = PartnerId::from(text);
        let request = self.gensoft.request(Method::GET, "/api/{id}/x");
        let request = request.query(text, text).path("id", text);
        for (prepared, place) in [
            (self.biologix.exams(&partner).list().prepare(), 2),
            (
                self.biologix.reports().get(&ExamKey::from(text)).prepare(),
                2,
            ),
            (files.list().prepare(), 4),
            (files.finalize("a").prepare(), 4),
            (
                self.erp
                    .files(&7.into(), &12.into())
                    .initialize(text)
                    .prepare(),
                9,
            ),
            (
                self.medreader
                    .folders()
                    .get(&FolderId::from(text))
                    .prepare(),
                3,
            ),
            (request.prepare(), 1),
        ] {
            match prepared {
                Ok(prepared) => {
                    let url = prepared.url();
                    assert!(url.as_str().starts_with(BASE) && url.fragment().is_none());
                    let segment = url.path_segments().unwrap().nth(place).unwrap();
                    assert_eq!(percent_decode_str(segment).decode_utf8().unwrap(), text);
                }
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::InvalidInput);
                    check_error(&error);
                }
            }
        }
    }

    /// The text as the name of a file, of a field and of a folder.
    async fn forms(&self, text: &str) {
        let file =
            PrescriptionFile::from_bytes(text, &b"%PDF-1.4"[..]).content_type(text.to_owned());
        let upload = self
            .medreader
            .prescriptions()
            .upload(&FolderId::from(text), file);
        let report = self
            .gensoft
            .reports()
            .upload(&ExecutionId::from(10), Body::from("%PDF-1.4"));
        for prepared in [
            upload.prepare().await,
            report.file_name(text).multipart(text).prepare(),
            self.medreader.folders().create(text).prepare(),
        ] {
            match prepared {
                Ok(prepared) => {
                    let length = prepared.body().len().unwrap();
                    assert!(length <= 12 * text.len() as u64 + 2000, "{length} bytes");
                }
                Err(error) => check_error(&error),
            }
        }
    }
}
