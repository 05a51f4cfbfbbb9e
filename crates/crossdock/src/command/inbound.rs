//! Bank statements that are fetched, as commands.

use connect::{BoxFuture, Inbound, SubmitError};
use partition::Body;
use runtime::{Answer, Clock, Handle, Request, SystemClock};
use server::hash_bytes;
use store::StoredDocument;
use trade::{Actor, Reference};

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

/// The name of the note that tells how far a system was read.
fn cursor(system: &str) -> String {
    format!("fetched:{system}")
}

impl Inbound for Statements {
    /// The last one that was taken or refused. It is noted in the transaction that does so, for each system: statements that come
    /// otherwise, or several in a file, count for nothing.
    fn cursor(&self, system: &str) -> BoxFuture<'static, u64> {
        let (readers, name) = (self.readers.clone(), cursor(system));
        Box::pin(async move {
            #[expect(clippy::result_large_err, reason = "the server's own type of refusal")]
            let note = readers.read(move |reader| Ok(reader.meta(&name)?)).await;
            let note = note.ok().flatten().and_then(|note| note.try_into().ok());
            note.map_or(0, u64::from_be_bytes)
        })
    }

    fn statement(&self, system: &str, id: u64, document: Vec<u8>) -> BoxFuture<'static, Result<(), SubmitError>> {
        let (handle, system) = (self.handle.clone(), system.to_owned());
        Box::pin(async move { Taken { handle, system, id, document }.take().await })
    }
}

/// A document that was fetched.
struct Taken {
    handle: Handle,
    system: String,
    id: u64,
    document: Vec<u8>,
}

impl Taken {
    /// Imports each of its statements. Those that are refused, and what cannot be read, are asked about in one exception; then the
    /// next document is fetched.
    async fn take(&self) -> Result<(), SubmitError> {
        let read = documents::statements::read(&self.document, &format!("{} statement {}", self.system, self.id));
        let errors = read.findings.iter().filter(|finding| finding.is_error()).map(ToString::to_string);
        let mut refused: Vec<String> = errors.collect();
        if read.records.is_empty() && refused.is_empty() {
            refused.push("it holds no statement".to_owned());
        }
        let mut left = read.records.len();
        for (_, statement) in read.records {
            left -= 1;
            let noted = left == 0 && refused.is_empty();
            refused.extend(self.ask(Body::ImportStatement(Box::new(statement)), noted).await?);
        }
        if refused.is_empty() {
            return Ok(());
        }
        let document = Reference { within: self.system.as_str().into(), reference: self.id.to_string().into() };
        let reason = format!("{} statement {}: {}", self.system, self.id, refused.join("; "));
        tracing::error!(%reason, "a statement is refused");
        match self.ask(Body::ReportDocument { document, reason: reason.into() }, true).await? {
            Some(why) => Err(SubmitError::refused(why)),
            None => Ok(()),
        }
    }

    /// Why it is refused, if it is. The original is kept with what it leads to; with `noted`, also that it need not be fetched again.
    async fn ask(&self, body: Body, noted: bool) -> Result<Option<String>, SubmitError> {
        let mut request = Request::new(Actor::system(), body);
        let at = SystemClock.now().0;
        let original = StoredDocument { media_type: "application/xml".to_owned(), bytes: self.document.clone(), at };
        request.documents.push((hash_bytes(&self.document), original));
        if noted {
            request.notes.push((cursor(&self.system), self.id.to_be_bytes().to_vec()));
        }
        match self.handle.ask(request).await {
            Answer::Done { .. } => Ok(None),
            Answer::Refused { code, detail, .. } => Ok(Some(format!("{code}: {detail}"))),
            Answer::KeyReused => Ok(Some("the key was used before".to_owned())),
            Answer::Stale { .. } => Ok(Some("nothing was assumed, so nothing can be stale".to_owned())),
            Answer::Failed { detail } => Err(SubmitError::unavailable(detail.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use std::sync::Arc;

    use partition::Table;
    use store::{RowQuery, Sqlite};
    use trade::Kind;
    use trade::cash::{EntryDocument, StatementDocument};
    use trade::master::{Company, Node};
    use units::{Amount, Calendar, Timestamp};

    struct Deaf;

    impl runtime::EffectSink for Deaf {
        fn deliver(&self, _: Vec<Arc<partition::Effect>>) {}
    }

    fn open(folder: &Path) -> (runtime::Runtime, Statements) {
        let store = Sqlite::open(folder).unwrap();
        let readers = server::Readers::open(&store, 1).unwrap();
        let options = runtime::Options::default();
        let runtime = runtime::Runtime::start(Box::new(store), options, Arc::new(Deaf), Arc::new(SystemClock)).unwrap();
        let statements = Statements::new(runtime.handle(), readers);
        (runtime, statements)
    }

    fn statement(reference: &str, closing: i64) -> StatementDocument {
        let entry = EntryDocument {
            bank_reference: reference.into(),
            value_date: "2026-03-02".parse().unwrap(),
            amount: Amount(500),
            ..EntryDocument::default()
        };
        StatementDocument {
            reference: reference.into(),
            bank_account: "GB1".into(),
            opening: Some(Amount(0)),
            closing: Some(Amount(closing)),
            entries: vec![entry],
            ..StatementDocument::default()
        }
    }

    fn camt(statement: &StatementDocument) -> Vec<u8> {
        documents::statements::write_camt053(statement, Timestamp(0)).into_bytes()
    }

    fn company() -> Body {
        let node = Node { id: "EAST".into(), calendar: Calendar::always(), cut_off: 24 * 60, ..Node::default() };
        Body::PutCompany(Box::new(Company { code: "CD".into(), nodes: vec![node], ..Company::default() }))
    }

    async fn must(statements: &Statements, body: Body) {
        statements.handle.ask(Request::new(Actor::system(), body)).await.into_reply().unwrap();
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_system_is_read_on_from_where_it_was_read_whatever_else_came() {
        let folder = tempfile::tempdir().unwrap();
        let (running, statements) = open(folder.path());
        must(&statements, company()).await;
        statements.statement("bank", 10, camt(&statement("S-10", 500))).await.unwrap();
        for other in ["A", "B", "C"] {
            must(&statements, Body::ImportStatement(Box::new(statement(other, 500)))).await;
        }
        assert_eq!((statements.cursor("bank").await, statements.cursor("other").await), (10, 0));
        // one that comes again changes nothing, and is not fetched a third time
        statements.statement("bank", 11, camt(&statement("S-10", 500))).await.unwrap();
        running.shutdown();
        let (running, statements) = open(folder.path());
        assert_eq!(statements.cursor("bank").await, 11);
        running.shutdown();
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_statement_that_is_refused_is_kept_and_somebody_is_asked() {
        let folder = tempfile::tempdir().unwrap();
        let (running, statements) = open(folder.path());
        must(&statements, company()).await;
        let documents = [camt(&statement("S-1", 501)), b"<Document>".to_vec()];
        for (id, document) in (1..).zip(&documents) {
            statements.statement("bank", id, document.clone()).await.unwrap();
            assert_eq!(statements.cursor("bank").await, id);
        }
        let kept = documents.map(|document| hash_bytes(&document));
        #[expect(clippy::result_large_err, reason = "the server's own type of refusal")]
        let (exceptions, kept) = statements
            .readers
            .read_blocking(|reader| {
                let exceptions = reader.count(&RowQuery::table(Table::Trade(Kind::Exception)))?;
                let kept = kept.iter().filter(|hash| reader.document(hash).is_ok_and(|found| found.is_some())).count();
                Ok((exceptions, kept))
            })
            .unwrap();
        assert_eq!((exceptions, kept), (2, 2));
        running.shutdown();
    }
}
