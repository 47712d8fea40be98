//! Forms as four parsers of others read them: Python's `email`, werkzeug (Flask), Django and
//! python-multipart (`FastAPI`).
//!
//! Each finds the same parts with the same content. They differ in how they decode names.

use std::fs;
use std::path::Path;

use common_http::sandbox::{RecordedRequest, Sandbox, Vendor};
use common_http::{Body, Multipart};
use gensoft_client::sandbox::Sandbox as Gensoft;
use http::Method;
use medreader_client::prescriptions::PrescriptionFile;
use medreader_client::sandbox::Sandbox as MedReader;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::component::{bare_command, python, run};
use crate::support::content;

const PARSERS: [&str; 4] = ["email", "werkzeug", "django", "python-multipart"];

/// A name is sent as browsers send it, and `\` in the same way (`common_http::Multipart`).
const NAMES: [&str; 9] = [
    "receita.pdf",
    "знімок é 名 𝒳.pdf",
    " a;b=c, d' %22 %5C .pdf",
    // A raw `\` would be an escape to some of them, and `\"` the end of the name to others.
    "C:\\new\\\"a\".pdf",
    "a\\",
    // Otherwise they would be lines of the part's head.
    "a\r\nContent-Type: text/html\r\n\r\n.pdf",
    "\0\t\u{1b}\u{7f}\u{85}",
    "Exames/2030&amp;1.pdf",
    "",
];

/// A part: its field, its file's name and media type, and its content.
type Part = (String, Option<(String, &'static str)>, Vec<u8>);

/// A form as it was sent, and what was put into it.
#[derive(Clone)]
struct Form {
    sent: RecordedRequest,
    parts: Vec<Part>,
}

impl Form {
    /// The form in the last request.
    fn last<S: Vendor>(sandbox: &Sandbox<S>, parts: Vec<Part>) -> Self {
        let sent = sandbox.requests().pop().unwrap();
        Self { sent, parts }
    }

    /// What this parser should print.
    fn expected(&self, parser: &str) -> Value {
        let parts = self.parts.iter().map(|(field, file, content)| {
            let hash: String = Sha256::digest(content)
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            let field = match parser {
                "django" => read_by(parser, field).trim().to_owned(),
                _ => read_by(parser, field),
            };
            match file {
                None => json!([field, null, null, hash]),
                Some((name, media_type)) => {
                    json!([field, file_name_by(parser, name), media_type, hash])
                }
            }
        });
        parts.collect()
    }
}

/// A name as this parser reads it: what stands on the wire. Only werkzeug decodes, and only `%22`.
fn read_by(parser: &str, name: &str) -> String {
    let mut wire = String::new();
    for c in name.chars() {
        match c {
            '"' | '\\' => wire += &format!("%{:02X}", u32::from(c)),
            c if c.is_control() => {
                let mut bytes = [0; 4];
                let bytes = c.encode_utf8(&mut bytes).bytes();
                wire.extend(bytes.map(|byte| format!("%{byte:02X}")));
            }
            c => wire.push(c),
        }
    }
    match parser {
        "werkzeug" => wire.replace("%22", "\""),
        _ => wire,
    }
}

/// Django drops the folders of a file's name, and decodes what HTML would.
fn file_name_by(parser: &str, name: &str) -> String {
    let name = read_by(parser, name);
    match parser {
        "django" => name.rsplit('/').next().unwrap().replace("&amp;", "&"),
        _ => name,
    }
}

/// The forms that the clients send.
async fn of_clients() -> Vec<Form> {
    let mut forms = Vec::new();
    let medreader = MedReader::start().await.unwrap();
    let folder = medreader.folder("Pasta").unwrap();
    let text = |name: &str, value: &str| (name.to_owned(), None, value.as_bytes().to_vec());
    let file = |field: &str, name: &str, media_type, content: &[u8]| {
        let file = Some((name.to_owned(), media_type));
        (field.to_owned(), file, content.to_vec())
    };
    for (name, media_type, start) in [
        ("receita.pdf", "application/pdf", &b"%PDF-1.7\n"[..]),
        ("ç \"1\" \\ é.png", "image/png", b"\x89PNG\r\n\x1a\n"),
    ] {
        let bytes = [start, &content(100_000)].concat();
        let sent = PrescriptionFile::from_bytes(name, bytes.clone());
        let upload = medreader.client().prescriptions();
        upload.upload(&folder.as_str().into(), sent).await.unwrap();
        let parts = vec![
            text("folder_id", &folder),
            file("file", name, media_type, &bytes),
        ];
        forms.push(Form::last(&medreader, parts));
    }
    let gensoft = Gensoft::start().await.unwrap();
    for name in NAMES.iter().filter(|name| !name.is_empty()) {
        let pdf = [b"%PDF-1.7\r\n", &content(1 << 20)[..]].concat();
        let reports = gensoft.client().reports();
        let upload = reports.upload(&"10".into(), Body::from(pdf.clone()));
        // The sandbox may refuse it, which does not matter here.
        let _ = upload.multipart(*name).file_name(*name).await;
        forms.push(Form::last(
            &gensoft,
            vec![file(name, name, "application/pdf", &pdf)],
        ));
    }
    forms
}

/// Forms with every name and any content.
async fn of_any_kind() -> Vec<Form> {
    let gensoft = Gensoft::start().await.unwrap();
    let client = gensoft.client();
    // Django takes heads of up to 1 KiB.
    let long = format!("{}.pdf", "é".repeat(200));
    let every_byte: Vec<u8> = (0..=u8::MAX).cycle().take(1 << 16).collect();
    let contents = [
        vec![],
        b"\r\n--form-0123456789abcdef0123456789abcdef--\r\n\r\n--".to_vec(),
        b"--form-\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n".to_vec(),
        b"\r".to_vec(),
        b"\n\n".to_vec(),
        every_byte,
        content(1 << 20),
    ];
    let mut forms = Vec::new();
    for name in NAMES.into_iter().chain([long.as_str()]) {
        let mut form = Multipart::new().text(&format!("field {name}."), "á\r\nb");
        let mut parts = vec![(format!("field {name}."), None, "á\r\nb".into())];
        for (number, content) in contents.iter().enumerate() {
            let (field, name) = (format!("{name} {number}"), format!("{name}{number}"));
            form = form.file(&field, &name, "image/png", Body::from(content.clone()));
            parts.push((field, Some((name, "image/png")), content.clone()));
        }
        // No such path exists, and the form arrives all the same.
        let request = client.request(Method::POST, "/forms").multipart(form);
        request.send().await.unwrap_err();
        forms.push(Form::last(&gensoft, parts));
    }
    forms
}

#[tokio::test]
async fn four_parsers_read_what_was_put_in() {
    let Some(python) = python() else {
        return;
    };
    let forms = [of_clients().await, of_any_kind().await].concat();
    let folder = tempfile::tempdir().unwrap();
    for (number, form) in forms.iter().enumerate() {
        let file = |ending: &str| folder.path().join(format!("{number}.{ending}"));
        fs::write(file("type"), form.sent.header("content-type").unwrap()).unwrap();
        fs::write(file("body"), &form.sent.body).unwrap();
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("components/forms.py");
    let mut command = bare_command(python);
    command.arg(script).arg(folder.path());
    let output = run(command).await;
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let read: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(read.as_array().unwrap().len(), forms.len());
    for (number, form) in forms.iter().enumerate() {
        for parser in PARSERS {
            assert_eq!(read[number][parser], form.expected(parser), "{parser}");
        }
    }
}
