//! A store in a folder: what it leaves there, whom it refuses, and what other processes see.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use common_http::{FolderStore, MemoryStore, Secret, Store, StoreKey};
use proptest::prelude::*;
use tempfile::TempDir;
use testing::contract::{self, key, text};

const HOUR: Duration = Duration::from_secs(3600);

/// A folder that does not exist yet, in one that is removed in the end.
fn place() -> (TempDir, PathBuf) {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("above/state");
    (parent, folder)
}

/// The names in the folder other than the lock's.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != ".lock")
        .collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_the_contract() {
    let (_parent, folder) = place();
    contract::holds(Arc::new(FolderStore::new(folder))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_in_memory_keeps_the_contract_too() {
    contract::holds(Arc::new(MemoryStore::default())).await;
}

#[tokio::test]
async fn values_survive_the_store() {
    let (_parent, folder) = place();
    let key = key("again", "");
    let value = Secret::from("1");
    FolderStore::new(&folder)
        .put(&key, &value, Some(HOUR))
        .await
        .unwrap();
    let again = FolderStore::new(&folder);
    assert_eq!(text(&again, &key).await.as_deref(), Some("1"));
    assert!(!again.put_if_absent(&key, &value, None).await.unwrap());
    again.remove(&key).await.unwrap();
    assert_eq!(text(&FolderStore::new(&folder), &key).await, None);
    assert_eq!(names(&folder), [""; 0]);
}

/// Reading does not create the folder, and a folder that vanishes is created again.
#[tokio::test]
async fn the_folder_is_created_when_something_is_kept() {
    let (_parent, folder) = place();
    let store = FolderStore::new(&folder);
    assert_eq!(text(&store, &key("folder", "")).await, None);
    assert!(!folder.exists());
    for _ in 0..2 {
        store.check().await.unwrap();
        assert_eq!(names(&folder), [""; 0]);
        store
            .put(&key("folder", ""), &Secret::from("1"), None)
            .await
            .unwrap();
        assert_eq!(names(&folder), [key("folder", "").as_str()]);
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(text(&store, &key("folder", "")).await, None);
    }
}

/// A write looks at some files; all are seen after some writes.
#[tokio::test]
async fn what_has_expired_is_removed_when_other_values_are_written() {
    let (_parent, folder) = place();
    let store = FolderStore::new(&folder);
    let old = Secret::from("old");
    for number in 0..10 {
        let key = key("expired", &number.to_string());
        store.put(&key, &old, Some(Duration::ZERO)).await.unwrap();
    }
    let others = [
        "notes.txt",
        &"A".repeat(64),
        &"0".repeat(63),
        &"0".repeat(64),
    ];
    for name in others {
        fs::write(folder.join(name), "of somebody else").unwrap();
    }
    let last = key("expired", "last");
    for _ in 0..3 {
        store.put(&last, &old, Some(HOUR)).await.unwrap();
    }
    let mut expected: Vec<_> = others.into_iter().chain([last.as_str()]).collect();
    expected.sort_unstable();
    assert_eq!(names(&folder), expected);
}

/// A file that is not a whole value counts as absent, and what a killed process left does no harm.
#[tokio::test]
async fn what_is_not_a_value_is_absent() {
    let (_parent, folder) = place();
    let store = FolderStore::new(&folder);
    let key = key("half", "");
    store.put(&key, &Secret::from("whole"), None).await.unwrap();
    let path = folder.join(key.as_str());
    let whole = fs::read(&path).unwrap();
    for left in [&whole[..whole.len() - 1], b"", b"\xff\xfe", b"{}"] {
        fs::write(&path, left).unwrap();
        fs::write(folder.join(".new"), left).unwrap();
        assert_eq!(text(&store, &key).await, None);
        assert!(
            store
                .put_if_absent(&key, &Secret::from("2"), None)
                .await
                .unwrap()
        );
        assert_eq!(text(&store, &key).await.as_deref(), Some("2"));
        assert_eq!(names(&folder), [key.as_str()]);
    }
    fs::write(folder.join(".new"), "half").unwrap();
    store.remove(&key).await.unwrap();
    assert_eq!(names(&folder), [""; 0]);
}

#[tokio::test]
async fn a_folder_in_the_place_of_a_value_is_an_error() {
    let (_parent, folder) = place();
    let (store, key) = (FolderStore::new(&folder), key("folder", "in the way"));
    store.check().await.unwrap();
    fs::create_dir(folder.join(key.as_str())).unwrap();
    store.get(&key).await.unwrap_err();
    store.put(&key, &Secret::from("1"), None).await.unwrap_err();
    assert_eq!(names(&folder), [key.as_str()]);
}

#[test]
fn prints_no_path() {
    let store = FolderStore::new("/home/MARKER");
    assert_eq!(format!("{store:?}"), "FolderStore(..)");
}

#[cfg(unix)]
mod on_unix {
    use std::fs::{File, Permissions};
    use std::io::ErrorKind;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
    use std::time::Instant;

    use rustix::fs::{FlockOperation, flock};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o777
    }

    #[tokio::test]
    async fn everything_is_for_this_user_alone() {
        let (_parent, folder) = place();
        let (store, key) = (FolderStore::new(&folder), key("mode", ""));
        store.put(&key, &Secret::from("1"), None).await.unwrap();
        assert_eq!(
            (mode(&folder), mode(folder.parent().unwrap())),
            (0o700, 0o700)
        );
        for name in [".lock", key.as_str()] {
            assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
        }
    }

    /// Each access, with its name.
    async fn accesses(store: &FolderStore, key: &StoreKey) -> Vec<(&'static str, ErrorKind)> {
        let value = Secret::from("1");
        let ended = [
            ("get", store.get(key).await.err()),
            ("put", store.put(key, &value, None).await.err()),
            (
                "put_if_absent",
                store.put_if_absent(key, &value, None).await.err(),
            ),
            ("remove", store.remove(key).await.err()),
            ("check", store.check().await.err()),
        ];
        let failed = ended
            .into_iter()
            .filter_map(|(name, error)| Some((name, error?.kind())));
        failed.collect()
    }

    #[tokio::test]
    async fn a_folder_that_others_may_write_is_refused() {
        let (_parent, folder) = place();
        let (store, key) = (FolderStore::new(&folder), key("refused", ""));
        store.check().await.unwrap();
        let all = ["get", "put", "put_if_absent", "remove", "check"];
        let refused = all.map(|name| (name, ErrorKind::PermissionDenied));
        for open in [0o777, 0o1777, 0o770, 0o702] {
            fs::set_permissions(&folder, Permissions::from_mode(open)).unwrap();
            assert_eq!(accesses(&store, &key).await, refused, "{open:o}");
        }
        let error = store.check().await.unwrap_err();
        assert!(
            error.to_string().contains("can be written by others"),
            "{error}"
        );
        fs::set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
        assert_eq!(accesses(&store, &key).await, []);
        // Only root can give a folder away.
        if chown(&folder, Some(4_321), None).is_ok() {
            assert_eq!(accesses(&store, &key).await, refused);
            let error = store.check().await.unwrap_err();
            assert!(error.to_string().contains("another user"), "{error}");
        }
    }

    /// The same holds for the file of a value. It can be replaced and removed.
    #[tokio::test]
    async fn a_value_that_others_may_write_is_refused() {
        let (_parent, folder) = place();
        let (store, key) = (FolderStore::new(&folder), key("refused", ""));
        let value = Secret::from("1");
        store.put(&key, &value, None).await.unwrap();
        let path = folder.join(key.as_str());
        fs::set_permissions(&path, Permissions::from_mode(0o620)).unwrap();
        for error in [
            store.get(&key).await.unwrap_err(),
            store.put_if_absent(&key, &value, None).await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::PermissionDenied);
        }
        store.put(&key, &value, None).await.unwrap();
        assert_eq!(mode(&path), 0o600);
        assert!(store.get(&key).await.unwrap().is_some());
    }

    /// A link could lead to a file of somebody else. Writing replaces the link, not the file.
    #[tokio::test]
    async fn links_are_not_followed() {
        let (parent, folder) = place();
        let (store, key) = (FolderStore::new(&folder), key("link", ""));
        let value = Secret::from("1");
        store.put(&key, &value, None).await.unwrap();
        let (path, other) = (folder.join(key.as_str()), parent.path().join("other"));
        fs::rename(&path, &other).unwrap();
        let kept = fs::read(&other).unwrap();
        symlink(&other, &path).unwrap();
        store.get(&key).await.unwrap_err();
        symlink(&other, folder.join(".new")).unwrap();
        store.put(&key, &Secret::from("2"), None).await.unwrap();
        assert_eq!(text(&store, &key).await.as_deref(), Some("2"));
        assert_eq!(fs::read(&other).unwrap(), kept);
        fs::remove_file(folder.join(".lock")).unwrap();
        symlink(&other, folder.join(".lock")).unwrap();
        store.put(&key, &value, None).await.unwrap_err();
        assert_eq!(fs::read(&other).unwrap(), kept);
    }

    /// A process that hangs with the lock stops nobody for good, and nobody from reading.
    #[tokio::test]
    async fn a_lock_that_is_not_released_is_an_error() {
        let (_parent, folder) = place();
        let (store, key) = (FolderStore::new(&folder), key("locked", ""));
        let value = Secret::from("1");
        store.put(&key, &value, None).await.unwrap();
        let expired = super::key("expired", "");
        let no_time = Some(Duration::ZERO);
        store.put(&expired, &value, no_time).await.unwrap();
        let lock = File::open(folder.join(".lock")).unwrap();
        flock(&lock, FlockOperation::LockExclusive).unwrap();
        let error = store.put(&key, &Secret::from("2"), None).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        let started = Instant::now();
        assert_eq!(text(&store, &key).await.as_deref(), Some("1"));
        assert_eq!(text(&store, &expired).await, None);
        assert!(started.elapsed() < Duration::from_secs(2));
        // The system releases the lock of a process that ends.
        drop(lock);
        store.put(&key, &Secret::from("2"), None).await.unwrap();
        assert_eq!(text(&store, &key).await.as_deref(), Some("2"));
    }
}

#[derive(Debug, Clone)]
enum Step {
    Get(u8),
    Put(u8, String, Option<Duration>),
    PutIfAbsent(u8, String, Option<Duration>),
    Remove(u8),
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    let name = || 0..3_u8;
    // A lifetime that is over, that lasts, and none. No time passes between the steps.
    let life = || prop::sample::select(vec![None, Some(Duration::ZERO), Some(HOUR)]);
    prop_oneof![
        name().prop_map(Step::Get),
        (name(), any::<String>(), life())
            .prop_map(|(name, text, life)| Step::Put(name, text, life)),
        (name(), any::<String>(), life())
            .prop_map(|(name, text, life)| Step::PutIfAbsent(name, text, life)),
        name().prop_map(Step::Remove),
        Just(Step::Restart),
    ]
}

/// What a step returns.
async fn taken(step: &Step, store: &impl Store) -> (Option<Secret>, bool) {
    let key = |name: &u8| key("steps", &name.to_string());
    match step {
        Step::Get(name) => (store.get(&key(name)).await.unwrap(), false),
        Step::Put(name, text, life) => {
            let value = Secret::from(text.as_str());
            store.put(&key(name), &value, *life).await.unwrap();
            (None, true)
        }
        Step::PutIfAbsent(name, text, life) => {
            let value = Secret::from(text.as_str());
            let put = store.put_if_absent(&key(name), &value, *life).await;
            (None, put.unwrap())
        }
        Step::Remove(name) => {
            store.remove(&key(name)).await.unwrap();
            (None, true)
        }
        Step::Restart => (None, true),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A folder is as good as the memory.
    #[test]
    fn a_folder_does_what_the_memory_does(steps in prop::collection::vec(step(), 1..24)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (_parent, folder) = place();
            let (memory, mut store) = (MemoryStore::default(), FolderStore::new(&folder));
            for step in &steps {
                if matches!(step, Step::Restart) {
                    store = FolderStore::new(&folder);
                }
                prop_assert_eq!(taken(step, &store).await, taken(step, &memory).await, "{:?}", step);
            }
            Ok(())
        })?;
    }
}
