//! Replays the corpus on stable: no target panics, and what it costs grows with its input only.
//!
//! The files in `corpus` are inputs as they are. Those in `grown` have parts in ⟨ ⟩, which are
//! repeated until the input is large.

#[path = "replay/counting.rs"]
mod counting;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use counting::{Counts, count};
use fuzz::TARGETS;

/// Bytes of the grown inputs. Of an error answer the clients read 64 KiB, so one size is below that.
/// Work that grows with the square of the other takes many minutes in a debug build.
const SIZES: [usize; 2] = [1 << 15, 1 << 19];

/// The most memory that an input of this many bytes may cost.
///
/// The clients refuse a document whose values need more than this.
const fn affordable(length: usize) -> usize {
    32 * length + (72 << 20)
}

macro_rules! replay {
    ($($target:ident),+) => {
        $(#[test] fn $target() { replay(stringify!($target), fuzz::$target); })+

        #[test]
        fn every_target_is_replayed_and_has_a_corpus() {
            let targets: BTreeSet<_> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
            let replayed = [$(stringify!($target)),+];
            assert!(targets.iter().eq(replayed));
            let named = |folder: &str| names(&root().join(folder));
            assert_eq!(named("corpus"), targets);
            assert!(named("grown").is_subset(&targets));
            let binaries = named("fuzz_targets");
            assert!(binaries.iter().map(|name| name.trim_end_matches(".rs")).eq(replayed));
        }
    };
}

replay!(
    biologix,
    erp,
    gensoft,
    json,
    medreader,
    models,
    pages,
    paths,
    retry_after,
    saved,
    upload_address,
    webhook
);

fn replay(name: &str, target: fn(&[u8])) {
    // What is made once, such as a table of a library, is not the input's.
    target(b"");
    let inputs = files(&root().join("corpus").join(name));
    assert!(inputs.len() >= 3, "{name} has {} files", inputs.len());
    for path in inputs {
        println!("{}", path.display());
        let input = fs::read(&path).unwrap();
        cost(target, &input);
        let half = cost(target, &input[..input.len() / 2]);
        assert!(half.peak < affordable(0));
    }
    for path in files(&root().join("grown").join(name)) {
        println!("{}", path.display());
        let form = fs::read_to_string(&path).unwrap();
        for size in SIZES {
            let half = cost(target, grown(&form, size / 2).as_bytes());
            let whole = cost(target, grown(&form, size).as_bytes());
            assert!(whole.total <= 3 * half.total, "{half:?}, then {whole:?}");
        }
    }
}

fn cost(target: fn(&[u8]), input: &[u8]) -> Counts {
    let counts = count(|| target(input));
    let affordable = affordable(input.len());
    assert!(counts.peak <= affordable, "{counts:?} for {}", input.len());
    counts
}

/// The form with each part in ⟨ ⟩ repeated equally often, to about this many bytes.
fn grown(form: &str, length: usize) -> String {
    let form = form.trim_end_matches('\n');
    let parts: Vec<_> = form.split(['⟨', '⟩']).collect();
    assert!(parts.len() % 2 == 1 && parts.len() > 1, "{form}");
    let unit: usize = parts.iter().skip(1).step_by(2).map(|part| part.len()).sum();
    let count = length / unit;
    let repeated = parts
        .iter()
        .enumerate()
        .map(|(place, part)| match place % 2 {
            0 => (*part).to_owned(),
            _ => part.repeat(count),
        });
    repeated.collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    if !folder.exists() {
        return Vec::new();
    }
    names(folder).iter().map(|name| folder.join(name)).collect()
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
