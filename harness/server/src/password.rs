//! Passwords of servers that live for one run.

use std::{fs, io::Read};

use crate::error::ServerError;

/// A password of 128 random bits, in hexadecimal digits.
pub(crate) fn random() -> Result<String, ServerError> {
    let mut bytes = [0_u8; 16];
    fs::File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut bytes))
        .map_err(ServerError::file("read", "/dev/urandom"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
