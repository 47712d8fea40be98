use std::fs;

use erp_files_client::sandbox::{Fault, Sandbox};

use crate::folder::send_all;

#[tokio::test]
async fn a_run_that_is_broken_off_is_resumed() -> Result<(), Box<dyn std::error::Error>> {
    let (vendor, folder) = (Sandbox::start().await?, tempfile::tempdir()?);
    let [from, to, state] = ["outbox", "sent", "uploads"].map(|name| folder.path().join(name));
    fs::create_dir(&from)?;
    fs::create_dir(&to)?;
    fs::write(from.join("a.pdf"), "%PDF-1.7 A")?;
    fs::write(from.join("b.pdf"), "%PDF-1.7 B")?;
    let files = vendor.client().files(&7.into(), &12.into());
    vendor.fail_times("erp.files.transfer", 3, Fault::ResetBeforeEffect)?;
    assert_eq!(send_all(&files, &from, &to, &state).await?, 1);
    assert_eq!(send_all(&files, &from, &to, &state).await?, 0);
    assert_eq!(vendor.count("erp.files.initialize"), 2); // the second run went on with the first's
    assert!(vendor.files("7", "12").iter().all(|file| file.is_send));
    assert_eq!(fs::read_dir(&to)?.count(), 2);
    Ok(())
}

mod when_something_breaks {
    use std::fs::File;
    use std::path::Path;

    use fs4::FileExt;

    use super::{Fault, Sandbox, fs, send_all};
    use crate::program::run;

    fn prepare(folder: &Path, names: &[&str]) {
        for folder in ["outbox", "sent"].map(|name| folder.join(name)) {
            fs::create_dir(folder).unwrap();
        }
        for name in names {
            fs::write(folder.join("outbox").join(name), "%PDF-1.7 EXAMPLE").unwrap();
        }
    }

    async fn run_it(vendor: &Sandbox, folder: &Path) -> usize {
        let files = vendor.client().files(&7.into(), &12.into());
        let [from, to, state] = ["outbox", "sent", "uploads"].map(|name| folder.join(name));
        send_all(&files, &from, &to, &state).await.unwrap()
    }

    #[tokio::test]
    async fn a_file_that_the_erp_has_already_is_not_sent_again() {
        let (vendor, folder) = (
            Sandbox::start().await.unwrap(),
            tempfile::tempdir().unwrap(),
        );
        prepare(folder.path(), &["a.pdf"]);
        // The answer to the flag is lost, so the file stays.
        vendor
            .fail_next("erp.files.set_send", Fault::ResetAfterRequest)
            .unwrap();
        assert_eq!(run_it(&vendor, folder.path()).await, 1);
        assert_eq!(run_it(&vendor, folder.path()).await, 0);
        assert_eq!(vendor.count("erp.files.transfer"), 1);
        assert!(vendor.files("7", "12")[0].is_send);
        assert!(folder.path().join("sent/a.pdf").exists());
    }

    #[tokio::test]
    async fn files_that_cannot_be_sent_do_not_stop_the_others() {
        let (vendor, folder) = (
            Sandbox::start().await.unwrap(),
            tempfile::tempdir().unwrap(),
        );
        prepare(folder.path(), &["b.pdf"]);
        fs::create_dir(folder.path().join("outbox/a")).unwrap();
        assert_eq!(run_it(&vendor, folder.path()).await, 1);
        assert!(folder.path().join("sent/b.pdf").exists());
    }

    #[tokio::test]
    async fn the_program_runs_once_at_a_time() {
        let (vendor, folder) = (
            Sandbox::start().await.unwrap(),
            tempfile::tempdir().unwrap(),
        );
        prepare(folder.path(), &["a.pdf"]);
        let settings = [
            ("ERP_BASE_URL", vendor.url()),
            ("ERP_ACCESS_TOKEN", vendor.access_token()),
            ("PATIENT_ID", "7"),
            ("ANALYSIS_ID", "12"),
        ];
        let lock = File::create(folder.path().join("lock")).unwrap();
        FileExt::lock(&lock).unwrap();
        run("folder", folder.path(), &settings).await.is(101);
        assert_eq!(vendor.requests().len(), 0);
        drop(lock);
        run("folder", folder.path(), &settings).await.is(0);
        assert_eq!(vendor.files("7", "12")[0].name, "a.pdf");

        fs::create_dir(folder.path().join("outbox/b")).unwrap();
        run("folder", folder.path(), &settings).await.is(1);
    }
}
