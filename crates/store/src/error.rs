//! What can go wrong with a store, by what a caller does about it.

use std::path::PathBuf;

/// What a database or the operating system said.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Something failed at the store. Nothing of the batch that was being written is visible.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process writes here. A partition has one writer.
    #[error("open {}: another crossdock process{} has this store; stop it, or give this one a folder of its own",
        path.display(), process.map(|id| format!(" (id {id})")).unwrap_or_default())]
    InUse {
        /// The lock file.
        path: PathBuf,
        /// The other process, if it could be read.
        process: Option<u32>,
    },
    /// The folder is not there, or this user may not write to it.
    #[error("open {}: the folder cannot be used; create it, or let this user read and write it", path.display())]
    Folder {
        /// The folder or the file in it.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// There is no room left.
    #[error("{doing} {}: the disk is full; free some space and send it again", path.display())]
    Full {
        /// What was being done.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// What the database said.
        #[source]
        source: Cause,
    },
    /// Another program keeps the database to itself.
    #[error("{doing} {}: another program has locked the database; end it and send it again", path.display())]
    Busy {
        /// What was being done.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// What the database said.
        #[source]
        source: Cause,
    },
    /// Reading or writing failed.
    #[error("{doing} {}: the file could not be read or written; look at the disk and its mount", path.display())]
    Disk {
        /// What was being done.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// What the database said.
        #[source]
        source: Cause,
    },
    /// What is on disk is not what was written.
    #[error("{doing} {}: the file is damaged: {found}; keep a copy of it and restore the last backup", path.display())]
    Damaged {
        /// What was being done.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// What was found.
        found: String,
    },
    /// A database, but not one of ours.
    #[error("open {}: this is the database of another program (application id {found:#010x}); use another folder", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// The application id in its header.
        found: i32,
    },
    /// Written by a later release.
    #[error("open {}: schema {found} is newer than the {known} that this release knows; start a newer release", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// The schema in the file.
        found: i32,
        /// The newest one that is known here.
        known: i32,
    },
    /// Written by an earlier release in a way that this one cannot read.
    #[error("open {}: schema {found} is of an earlier release, this one reads {known}; serve it with the release that wrote it, or begin \
             in another folder", path.display())]
    Outdated {
        /// The file.
        path: PathBuf,
        /// The schema in the file.
        found: i32,
        /// The one that is read here.
        known: i32,
    },
    /// Written by an earlier release, and only read here.
    #[error("open {}: table {missing} is missing; start the server once, it adds what this release needs", path.display())]
    Older {
        /// The file.
        path: PathBuf,
        /// The first table that is missing.
        missing: &'static str,
    },
    /// The batch does not go on where the journal ends: a defect of the caller, or a second writer.
    #[error("the journal goes on at position {wanted}, the batch brings {found}; load the partition again")]
    Gap {
        /// The position that the journal has next.
        wanted: u64,
        /// The position in the batch.
        found: u64,
    },
    /// The batch has another hash at the same position: a defect of the caller, or a second writer.
    #[error("the batch has another hash at position {position} than the journal; load the partition again")]
    Fork {
        /// The position.
        position: u64,
    },
    /// A key, value or query that its table cannot have: a defect of the caller.
    #[error("table {table}: {what}")]
    Unfit {
        /// The table.
        table: &'static str,
        /// What does not fit.
        what: String,
    },
}

impl StoreError {
    /// Whether the same call can succeed later, once the machine has recovered, without another decision by the caller.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Full { .. } | Self::Busy { .. } | Self::Disk { .. } => true,
            Self::InUse { .. }
            | Self::Folder { .. }
            | Self::Damaged { .. }
            | Self::Foreign { .. }
            | Self::Newer { .. }
            | Self::Outdated { .. }
            | Self::Older { .. }
            | Self::Gap { .. }
            | Self::Fork { .. }
            | Self::Unfit { .. } => false,
        }
    }
}
