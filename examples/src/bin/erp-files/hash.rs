//! SHA-256 hashes, which detect that a file's content has changed.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use examples::failure::Failure;
use sha2::{Digest, Sha256};

/// Bytes per read.
const READ: usize = 1024 * 1024;

/// The hash of a file's content, in hexadecimal digits.
pub(crate) async fn sha256_of(path: PathBuf) -> Result<String, Failure> {
    let failure = |error: io::Error| Failure::file("the file to be sent", &error);
    tokio::task::spawn_blocking(move || read(File::open(path)?))
        .await
        .map_err(|_| failure(io::ErrorKind::Other.into()))?
        .map_err(failure)
}

fn read(mut file: File) -> io::Result<String> {
    let digits = |text: String, byte: &u8| text + &format!("{byte:02x}");
    let mut hash = Sha256::new();
    let mut block = vec![0; READ];
    loop {
        match file.read(&mut block) {
            Ok(0) => return Ok(hash.finalize().iter().fold(String::new(), digits)),
            Ok(length) => hash.update(&block[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
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
            sha256_of(path.clone()).await.unwrap(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        std::fs::write(&path, vec![0; READ + 1]).unwrap();
        let long = sha256_of(path.clone()).await.unwrap();
        std::fs::write(&path, vec![0; READ]).unwrap();
        assert_ne!(sha256_of(path).await.unwrap(), long);
    }
}
