//! SHA-256 hashes, which detect that a file's content has changed.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use examples::failure::Failure;
use sha2::{Digest, Sha256};

/// Bytes per read.
const READ: usize = 1024 * 1024;

/// A hash, printed as hexadecimal digits.
pub(crate) struct Hash(Vec<u8>);

impl Hash {
    /// The hash of a file's content.
    pub(crate) async fn of_file(path: PathBuf) -> Result<Self, Failure> {
        let failure = |error: io::Error| Failure::file("the file to be sent", &error);
        tokio::task::spawn_blocking(move || read(File::open(path)?))
            .await
            .map_err(|_| failure(io::ErrorKind::Other.into()))?
            .map_err(failure)
    }
}

fn read(mut file: File) -> io::Result<Hash> {
    let mut hash = Sha256::new();
    let mut block = vec![0; READ];
    loop {
        match file.read(&mut block) {
            Ok(0) => return Ok(Hash(hash.finalize().to_vec())),
            Ok(length) => hash.update(&block[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn of_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "abc").unwrap();
        // The first test vector of the standard, FIPS 180-4.
        assert_eq!(
            Hash::of_file(path.clone()).await.unwrap().to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        std::fs::write(&path, vec![0; READ + 1]).unwrap();
        let long = Hash::of_file(path.clone()).await.unwrap().to_string();
        std::fs::write(&path, vec![0; READ]).unwrap();
        assert_ne!(Hash::of_file(path).await.unwrap().to_string(), long);
    }
}
