//! Texts of values, no longer than the budget allows: a list that holds another one often is short in memory, and long when
//! it is written.

use std::{fmt, io};

use units::Text;

use super::Fault;
use crate::evaluate::Evaluator;

/// A text that is being written, and how many bytes there is room for.
pub(super) struct Written {
    bytes: Vec<u8>,
    room: usize,
}

impl Written {
    /// What `write` writes; it fails only where there is no room left.
    pub(super) fn of(call: &mut Evaluator<'_>, write: impl FnOnce(&mut Self) -> Result<(), ()>) -> Result<Text, Fault> {
        let mut written = Self { bytes: Vec::new(), room: call.room() };
        if write(&mut written).is_err() {
            call.make(usize::MAX)?;
        }
        call.make(written.bytes.len())?;
        Ok(Text::from(String::from_utf8_lossy(&written.bytes)))
    }

    /// Whether there is room for it.
    fn takes(&mut self, bytes: &[u8]) -> bool {
        let fits = bytes.len() <= self.room;
        if fits {
            self.room -= bytes.len();
            self.bytes.extend_from_slice(bytes);
        }
        fits
    }
}

impl fmt::Write for Written {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.takes(text.as_bytes()) { Ok(()) } else { Err(fmt::Error) }
    }
}

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.takes(bytes) { Ok(bytes.len()) } else { Err(io::ErrorKind::StorageFull.into()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
