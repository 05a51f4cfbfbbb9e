//! Bank statements that are fetched, as commands.

use connect::{BoxFuture, Inbound, SubmitError};
use partition::{Body, Table};
use runtime::{Answer, Handle, Request};
use store::RowQuery;
use trade::{Actor, Kind};

/// Takes statements from the poller to the partition.
pub(crate) struct Statements {
    handle: Handle,
    readers: server::Readers,
}

impl Statements {
    pub(crate) fn new(handle: Handle, readers: server::Readers) -> Self {
        Self { handle, readers }
    }
}

impl Inbound for Statements {
    /// How many statements there are: a bank numbers them from one, and one that comes twice changes nothing.
    fn cursor(&self, _system: &str) -> BoxFuture<'static, u64> {
        let readers = self.readers.clone();
        Box::pin(async move {
            #[expect(clippy::result_large_err, reason = "the server's own type of refusal")]
            let count = readers.read(|reader| Ok(reader.count(&RowQuery::table(Table::Trade(Kind::Statement)))?)).await;
            count.unwrap_or(0)
        })
    }

    fn statement(&self, system: &str, id: u64, document: Vec<u8>) -> BoxFuture<'static, Result<(), SubmitError>> {
        let handle = self.handle.clone();
        let name = format!("{system} statement {id}");
        Box::pin(async move {
            let read = documents::statements::read(&document, &name);
            if let Some(finding) = read.findings.iter().find(|finding| finding.is_error()) {
                return Err(SubmitError::refused(finding.to_string()));
            }
            for (_, statement) in read.records {
                let body = Body::ImportStatement(Box::new(statement));
                match handle.ask(Request::new(Actor::system(), body)).await {
                    Answer::Done { .. } => {}
                    Answer::Refused { code, detail, .. } => return Err(SubmitError::refused(format!("{code}: {detail}"))),
                    Answer::KeyReused => return Err(SubmitError::refused("key reused".to_owned())),
                    Answer::Stale { .. } => {
                        return Err(SubmitError::refused("nothing was assumed, so nothing can be stale".to_owned()));
                    }
                    Answer::Failed { detail } => return Err(SubmitError::unavailable(detail.to_string())),
                }
            }
            Ok(())
        })
    }
}
