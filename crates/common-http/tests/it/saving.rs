//! Downloads into a file: complete under its name, or not there at all.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use common_http::transport::{FakeAnswer, FakeTransport};
use common_http::{CallOptions, Delivery, ErrorKind, Result};
use tempfile::TempDir;

use crate::helper::Step::{Cut, Short};
use crate::helper::{FETCH, answering, download, engine, fate, network, seconds};

const NOW: Duration = Duration::ZERO;

fn file() -> FakeAnswer {
    FakeAnswer::status(200)
        .chunk(NOW, "EXAMPLE ")
        .chunk(NOW, "CONTENT")
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// The names in a folder, in order.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

async fn save(network: &Arc<FakeTransport>, path: impl AsRef<Path>) -> Result<u64> {
    download(&engine(network)).await?.save_to(path).await
}

#[tokio::test]
async fn is_whole_under_its_name() {
    let folder = folder();
    let path = folder.path().join("EXAMPLE.pdf");
    assert_eq!(save(&answering(file), &path).await.unwrap(), 15);
    assert_eq!(fs::read_to_string(&path).unwrap(), "EXAMPLE CONTENT");
    assert_eq!(names(folder.path()), ["EXAMPLE.pdf"]);
}

#[cfg(unix)]
#[tokio::test]
async fn can_be_read_by_this_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let path = folder.path().join("EXAMPLE.pdf");
    save(&answering(file), &path).await.unwrap();
    assert_eq!(
        fs::metadata(path).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

/// More than is written before the disk begins to flush.
const LARGE: usize = 20_000_000;

#[tokio::test]
async fn a_large_file_has_its_pieces_in_order_and_nothing_of_an_attempt_that_was_cut() {
    let folder = folder();
    let path = folder.path().join("EXAMPLE.pdf");
    let content: Vec<u8> = (0..LARGE as u32).map(|at| (at / 1000) as u8).collect();
    let pieces = content.clone();
    let network = FakeTransport::new(move |request| {
        let answer = FakeAnswer::status(200);
        match request.index {
            0 => answer.chunk(NOW, vec![b'x'; 2 * LARGE]).cut(),
            _ => pieces
                .chunks(70_000)
                .fold(answer, |answer, piece| answer.chunk(NOW, piece.to_vec())),
        }
    });
    assert_eq!(save(&network, &path).await.unwrap(), LARGE as u64);
    assert!(fs::read(&path).unwrap() == content);
    assert_eq!(names(folder.path()), ["EXAMPLE.pdf"]);
}

#[tokio::test]
async fn is_received_once_and_before_the_file_has_its_name() {
    let folder = folder();
    let path = folder.path().join("EXAMPLE.pdf");
    let network = FakeTransport::new(|request| match request.index {
        0 => FakeAnswer::status(200).chunk(NOW, "EXAMPLE").cut(),
        _ => file(),
    });
    let (sender, mut received) = tokio::sync::mpsc::unbounded_channel();
    let seen = path.clone();
    let download = download(&engine(&network)).await.unwrap();
    let download = download.on_received(move || sender.send(seen.exists()).unwrap());
    download.save_to(&path).await.unwrap();
    assert_eq!(received.recv().await, Some(false));
    assert_eq!(received.recv().await, None);
    assert!(path.exists());
}

#[tokio::test]
async fn an_incomplete_body_is_not_received() {
    let folder = folder();
    for step in [Cut, Short] {
        let download = download(&engine(&network([step]))).await.unwrap();
        let download = download.on_received(|| panic!("the body did not arrive"));
        let saved = download.save_to(folder.path().join("EXAMPLE.pdf")).await;
        assert_eq!(saved.unwrap_err().kind(), ErrorKind::Interrupted);
    }
}

#[tokio::test]
async fn an_existing_file_is_replaced_only_by_a_whole_one() {
    let folder = folder();
    let path = folder.path().join("EXAMPLE.pdf");
    fs::write(&path, "BEFORE").unwrap();
    for step in [Cut, Short] {
        let error = save(&network([step]), &path).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Interrupted);
        assert_eq!(fs::read_to_string(&path).unwrap(), "BEFORE");
        assert_eq!(names(folder.path()), ["EXAMPLE.pdf"]);
    }
    save(&answering(file), &path).await.unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "EXAMPLE CONTENT");
}

#[tokio::test]
async fn nothing_is_left_where_there_was_nothing() {
    let folder = folder();
    let path = folder.path().join("EXAMPLE.pdf");
    save(&network([Cut]), &path).await.unwrap_err();
    let large = answering(|| FakeAnswer::status(200).chunk(NOW, vec![7; 2000]));
    let request = engine(&large).request(&FETCH);
    let request = request.options(CallOptions::default().max_bytes(1999));
    let error = request
        .download()
        .await
        .unwrap()
        .save_to(&path)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert_eq!(names(folder.path()), [""; 0]);
}

#[tokio::test]
async fn a_body_that_ends_early_at_any_byte_is_not_saved() {
    const WHOLE: &[u8] = b"%PDF-1.7 EXAMPLE %%EOF\n";
    let folder = folder();
    let path = folder.path().join("EXAMPLE.pdf");
    for length in 0..=WHOLE.len() {
        for is_broken in [true, false] {
            let network = answering(move || {
                let announced = WHOLE.len().to_string();
                let answer = FakeAnswer::status(200).header("content-length", &announced);
                let answer = answer.chunk(NOW, &WHOLE[..length]);
                if is_broken { answer.cut() } else { answer }
            });
            let request = engine(&network).request(&FETCH);
            let request = request.options(CallOptions::default().max_attempts(1));
            let saved = request.download().await.unwrap().save_to(&path).await;
            if length == WHOLE.len() && !is_broken {
                assert_eq!(fs::read(&path).unwrap(), WHOLE);
            } else {
                assert_eq!(
                    saved.unwrap_err().kind(),
                    ErrorKind::Interrupted,
                    "{length}"
                );
                assert_eq!(names(folder.path()), [""; 0], "{length}");
            }
        }
    }
}

/// A request was sent, so the error must not say that nothing was.
#[tokio::test]
async fn a_target_that_cannot_be_written_is_a_local_failure() {
    let folder = folder();
    let directory = folder.path().join("EXAMPLE-DIRECTORY");
    fs::create_dir(&directory).unwrap();
    fs::write(directory.join("EXAMPLE"), "kept").unwrap();
    let file_as_folder = folder.path().join("EXAMPLE-FILE");
    fs::write(&file_as_folder, "kept").unwrap();
    let network = answering(file);
    for target in [
        directory.clone(),
        file_as_folder.join("EXAMPLE.pdf"),
        folder.path().join("EXAMPLE-MISSING").join("EXAMPLE.pdf"),
        folder.path().join(".."),
        folder.path().join("x".repeat(300)),
    ] {
        let error = save(&network, &target).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LocalIo, "{target:?}");
        assert_eq!(error.operation(), Some(FETCH.id()));
        assert_eq!(
            (error.delivery(), error.attempts()),
            (Delivery::Answered, 1)
        );
        assert_eq!(error.status().unwrap(), 200);
        assert!(error.io_kind().is_some());
    }
    assert_eq!(names(folder.path()), ["EXAMPLE-DIRECTORY", "EXAMPLE-FILE"]);
    assert_eq!(names(&directory), ["EXAMPLE"]);
}

/// What is no file is not replaced by one, and nothing is written into it.
#[cfg(unix)]
#[tokio::test]
async fn only_a_file_is_replaced() {
    use std::os::unix::fs::{FileTypeExt, symlink};
    use std::os::unix::net::UnixListener;
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    let made = std::process::Command::new("mkfifo")
        .arg(at("fifo"))
        .status();
    assert!(made.unwrap().success());
    let _listener = UnixListener::bind(at("socket")).unwrap();
    fs::create_dir(at("folder")).unwrap();
    for to in ["fifo", "socket", "folder", "/dev/null", "loop"] {
        let name = format!("to-{}", to.trim_start_matches("/dev/"));
        symlink(to, at(&name)).unwrap();
    }
    symlink("to-loop", at("loop")).unwrap();
    let before = names(folder.path());
    let network = answering(file);
    for target in before.iter().map(|name| at(name)) {
        let error = save(&network, &target).await.unwrap_err();
        assert_eq!(
            fate(&error),
            (ErrorKind::LocalIo, Delivery::Answered),
            "{target:?}"
        );
    }
    for (target, kind) in [
        ("folder", io::ErrorKind::IsADirectory),
        ("fifo", io::ErrorKind::InvalidInput),
    ] {
        let error = save(&network, at(target)).await.unwrap_err();
        assert_eq!(error.io_kind(), Some(kind));
    }
    assert_eq!(names(folder.path()), before);
    assert!(fs::metadata(at("fifo")).unwrap().file_type().is_fifo());
}

/// The link is replaced; what it pointed to stays as it was.
#[cfg(unix)]
#[tokio::test]
async fn a_link_to_a_file_or_to_nothing_is_replaced_itself() {
    let folder = folder();
    let (kept, link) = (folder.path().join("kept"), folder.path().join("link"));
    fs::write(&kept, "BEFORE").unwrap();
    for to in ["kept", "nothing"] {
        std::os::unix::fs::symlink(to, &link).unwrap();
        assert_eq!(save(&answering(file), &link).await.unwrap(), 15);
        assert!(fs::symlink_metadata(&link).unwrap().is_file());
        assert_eq!(fs::read_to_string(&kept).unwrap(), "BEFORE");
        fs::remove_file(&link).unwrap();
    }
    assert_eq!(names(folder.path()), ["kept"]);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_folder_that_cannot_be_written_is_a_local_failure() {
    let error = save(&answering(file), "/proc/EXAMPLE.pdf")
        .await
        .unwrap_err();
    assert_eq!(fate(&error), (ErrorKind::LocalIo, Delivery::Answered));
}

/// A full disk, simulated by a limit on the size of files: the test runs itself again under that
/// limit.
#[cfg(unix)]
#[tokio::test]
async fn a_disk_that_takes_no_more_is_a_local_failure() {
    const BELOW: &str = "COMMON_HTTP_TEST_BELOW_LIMIT";
    if std::env::var_os(BELOW).is_none() {
        let test = std::env::current_exe().unwrap();
        let name = "saving::a_disk_that_takes_no_more_is_a_local_failure";
        let output = std::process::Command::new("sh")
            .args([
                "-c",
                r#"trap "" XFSZ; ulimit -f 64; exec "$0" --exact "$1""#,
            ])
            .args([test.as_os_str(), name.as_ref()])
            .env(BELOW, "1")
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && text.contains("1 passed"),
            "{text}"
        );
        return;
    }
    let folder = folder();
    let path = folder.path().join("EXAMPLE.pdf");
    fs::write(&path, "BEFORE").unwrap();
    let large = answering(|| FakeAnswer::status(200).chunk(NOW, vec![7; 1_000_000]));
    let error = save(&large, &path).await.unwrap_err();
    assert_eq!(error.io_kind(), Some(io::ErrorKind::FileTooLarge));
    let seen = (error.kind(), error.delivery(), error.attempts());
    assert_eq!(seen, (ErrorKind::LocalIo, Delivery::Answered, 1));
    assert_eq!(names(folder.path()), ["EXAMPLE.pdf"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), "BEFORE");
}

/// An answer that sends a piece and then stalls.
fn stalling() -> FakeAnswer {
    FakeAnswer::status(200).chunk(NOW, vec![7; 300_000]).hang()
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_save_leaves_nothing() {
    let folder = folder();
    let path = folder.path().join("EXAMPLE.pdf");
    fs::write(&path, "BEFORE").unwrap();
    let download = download(&engine(&answering(stalling))).await.unwrap();
    let mut saving = Box::pin(download.save_to(&path));
    tokio::time::timeout(seconds(10), &mut saving)
        .await
        .unwrap_err();
    assert_eq!(part_of(folder.path()), Some(300_000));
    drop(saving);
    assert_eq!(names(folder.path()), ["EXAMPLE.pdf"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), "BEFORE");
}

/// The length of the temporary file, if there is one.
fn part_of(folder: &Path) -> Option<u64> {
    let mut entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let part = entries.find(|entry| entry.file_name().to_string_lossy().ends_with(".part"))?;
    Some(part.metadata().unwrap().len())
}

#[tokio::test]
async fn saves_side_by_side_do_not_meet() {
    let folder = folder();
    let path = folder.path().join("EXAMPLE.pdf");
    let network = answering(file);
    let engine = engine(&network);
    let saves = (0..20).map(|_| async {
        let download = download(&engine).await?;
        download.save_to(&path).await
    });
    for result in futures_util::future::join_all(saves).await {
        assert_eq!(result.unwrap(), 15);
    }
    assert_eq!(names(folder.path()), ["EXAMPLE.pdf"]);
}

/// A relative name is in the working directory.
#[tokio::test]
async fn a_bare_name_has_a_folder() {
    let network = answering(file);
    let name = "EXAMPLE-BARE-NAME.pdf";
    let saved = save(&network, name).await;
    let content = fs::read_to_string(name);
    let _ = fs::remove_file(name);
    assert_eq!(saved.unwrap(), 15);
    assert_eq!(content.unwrap(), "EXAMPLE CONTENT");
}

#[tokio::test(start_paused = true)]
async fn a_stall_ends_the_save() {
    let folder = folder();
    let path = folder.path().join("EXAMPLE.pdf");
    let error = save(&answering(stalling), &path).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 3));
    assert_eq!(names(folder.path()), [""; 0]);
}
