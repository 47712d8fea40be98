use biologix_client::sandbox::{Fault, Sandbox};
use rusqlite::Connection;

use crate::nightly_sync::sync;

#[tokio::test]
async fn a_night_that_fails_is_made_up_for_by_the_next() -> Result<(), Box<dyn std::error::Error>> {
    let (vendor, folder) = (Sandbox::start().await?, tempfile::tempdir()?);
    let path = folder.path().to_str().ok_or("not Unicode")?;
    let file = folder.path().join("exams.sqlite");
    let night = async || {
        let db = Connection::open(&file)?;
        sync(&vendor.client(), &"0000001DD".into(), db, path).await
    };
    vendor.fail_always("biologix.reports.get", Fault::ResetAfterRequest)?;
    assert!(night().await.is_err());
    vendor.clear_faults();
    vendor.expire_tokens();
    night().await?;
    assert_eq!(vendor.sessions_opened(), 2);
    let count = "SELECT count(*) FROM exams";
    let exams: usize = Connection::open(&file)?.query_row(count, [], |row| row.get(0))?;
    assert_eq!(exams, vendor.total());
    Ok(())
}

mod when_something_breaks {
    use std::fs;
    use std::path::Path;
    use std::time::Duration;

    use biologix_client::http::StatusCode;
    use serde_json::json;
    use tempfile::TempDir;

    use super::{Connection, Fault, Sandbox, sync};
    use crate::program::run;

    /// A connection that does not wait for the lock of another.
    fn open(folder: &Path) -> Connection {
        let db = Connection::open(folder.join("exams.sqlite")).unwrap();
        db.busy_timeout(Duration::ZERO).unwrap();
        db
    }

    fn path(folder: &TempDir) -> &str {
        folder.path().to_str().unwrap()
    }

    fn count(folder: &Path) -> usize {
        let count = "SELECT count(*) FROM exams";
        open(folder).query_row(count, [], |row| row.get(0)).unwrap()
    }

    #[tokio::test]
    async fn a_night_that_fails_leaves_the_table_as_it_was() {
        let (vendor, folder) = (
            Sandbox::start().await.unwrap(),
            tempfile::tempdir().unwrap(),
        );
        let night = async || {
            let db = open(folder.path());
            sync(&vendor.client(), &"0000001DD".into(), db, path(&folder)).await
        };
        night().await.unwrap();
        vendor.issue_exams(150);
        // The first page comes, with fields that are not documented, and the second fails.
        let refused = Fault::status(StatusCode::FORBIDDEN);
        let asked = vendor.count("biologix.exams.list");
        vendor
            .fail_next("biologix.exams.list", Fault::Drift)
            .unwrap();
        vendor.fail_next("biologix.exams.list", refused).unwrap();
        night().await.unwrap_err();
        assert_eq!(vendor.count("biologix.exams.list"), asked + 2);
        assert_eq!(count(folder.path()), 250);
        night().await.unwrap();
        assert_eq!(count(folder.path()), 400);
    }

    #[tokio::test]
    async fn a_report_is_fetched_once_and_one_that_is_refused_stops_nothing() {
        let (vendor, folder) = (
            Sandbox::start().await.unwrap(),
            tempfile::tempdir().unwrap(),
        );
        for status in [StatusCode::NOT_FOUND, StatusCode::FORBIDDEN] {
            let refused = Fault::status(status);
            vendor.fail_next("biologix.reports.get", refused).unwrap();
        }
        sync(
            &vendor.client(),
            &"0000001DD".into(),
            open(folder.path()),
            path(&folder),
        )
        .await
        .unwrap();
        let fetched = vendor.count("biologix.reports.get");
        let reports = || {
            let files = fs::read_dir(folder.path())
                .unwrap()
                .map(|file| file.unwrap().path());
            files
                .filter(|file| file.extension().is_some_and(|it| it == "pdf"))
                .count()
        };
        assert!(fetched > 100, "{fetched}");
        assert_eq!(reports(), fetched - 2);

        // The whole list once more, as on every seventh day.
        let db = open(folder.path());
        db.execute("UPDATE checkpoint SET json = 'null'", [])
            .unwrap();
        sync(&vendor.client(), &"0000001DD".into(), db, path(&folder))
            .await
            .unwrap();
        assert_eq!(vendor.count("biologix.reports.get"), fetched + 2);
        assert_eq!(reports(), fetched);
    }

    #[tokio::test]
    async fn a_night_that_can_save_no_report_is_made_up_for() {
        let (vendor, folder) = (
            Sandbox::start().await.unwrap(),
            tempfile::tempdir().unwrap(),
        );
        let reports = folder.path().join("reports");
        fs::write(&reports, "no folder").unwrap();
        let night = async || {
            let (client, db) = (vendor.client(), open(folder.path()));
            sync(&client, &"0000001DD".into(), db, reports.to_str().unwrap()).await
        };
        night().await.unwrap_err();
        fs::remove_file(&reports).unwrap();
        night().await.unwrap();
        assert!(fs::read_dir(&reports).unwrap().count() > 100);
    }

    #[tokio::test]
    async fn an_exam_that_is_gone_leaves_the_table_when_the_whole_list_is_read() {
        let (vendor, folder) = (
            Sandbox::start().await.unwrap(),
            tempfile::tempdir().unwrap(),
        );
        let night = async |db| sync(&vendor.client(), &"0000001DD".into(), db, path(&folder)).await;
        night(open(folder.path())).await.unwrap();
        vendor.remove_exam(&vendor.exam_ids()[200]).unwrap();
        let db = open(folder.path());
        db.execute("UPDATE checkpoint SET json = 'null'", [])
            .unwrap();
        night(db).await.unwrap();
        assert_eq!(count(folder.path()), 249);
    }

    #[tokio::test]
    async fn of_two_at_once_one_ends_before_it_asks_the_vendor() {
        let (vendor, folder) = (
            Sandbox::start().await.unwrap(),
            tempfile::tempdir().unwrap(),
        );
        let other = open(folder.path());
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let db = open(folder.path());
        let error = sync(&vendor.client(), &"0000001DD".into(), db, path(&folder))
            .await
            .unwrap_err();
        assert_eq!(error.to_string(), "database is locked");
        assert_eq!(vendor.requests().len(), 0);
    }

    #[tokio::test]
    async fn the_program_reads_its_settings() {
        let (vendor, folder) = (
            Sandbox::start().await.unwrap(),
            tempfile::tempdir().unwrap(),
        );
        vendor
            .put_exam(json!({ "examId": "EXAMPLE-1", "status": 4 }))
            .unwrap();
        let settings = [
            ("BIOLOGIX_BASE_URL", vendor.url()),
            ("BIOLOGIX_USERNAME", &vendor.settings.username),
            ("BIOLOGIX_PASSWORD", &vendor.settings.password),
            ("BIOLOGIX_PARTNER_ID", &vendor.settings.partner_id),
        ];
        run("nightly_sync", folder.path(), &settings).await.is(0);
        assert_eq!(count(folder.path()), 251);
        let query = "SELECT json ->> '$.status' FROM exams WHERE id = 'EXAMPLE-1'";
        let status: usize = open(folder.path())
            .query_row(query, [], |row| row.get(0))
            .unwrap();
        assert_eq!(status, 4);
        assert!(folder.path().join("reports").is_dir());
    }
}
