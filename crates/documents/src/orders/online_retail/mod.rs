//! The UCI *Online Retail* data (Chen, Sain and Guo 2012, CC BY 4.0): one row per line of an invoice, prices in pounds.
//!
//! Every row is accounted for: it is a line of an order or of a return, freight or discount of an order, or it is counted with the
//! [`Reason`] for which it is none of these.

mod invoice;
mod master;
mod row;

use std::collections::{BTreeMap, VecDeque};
use std::io::BufRead;

use csv::StringRecord;
use units::Timestamp;

use super::OrderDocument;
use crate::{Finding, Place, Read, Reason};

use invoice::Invoice;
use row::{COLUMNS, Fields, Meaning};

pub use master::Master;

/// Rows of two invoices that were written at the same time may alternate; so many rows later an invoice is complete.
const WINDOW: u64 = 100;
/// No invoice has more rows; what comes after is another document of the same number.
const MAX_INVOICE_ROWS: u64 = 10_000;
/// A field that is longer is not one of this data.
const MAX_FIELD: usize = 1_000;
/// Bytes that are read at most: about ten times the whole data set.
const MAX_BYTES: u64 = 512 * 1024 * 1024;

/// What became of the rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rows {
    /// Rows read, without the header.
    pub read: u64,
    /// Lines of orders.
    pub ordered: u64,
    /// Lines of returns.
    pub returned: u64,
    /// Freight of orders.
    pub freight: u64,
    /// Discount on orders.
    pub discount: u64,
    /// Discount and postage that cancellations ask back.
    pub goodwill: u64,
    /// Everything else, by reason.
    pub rejected: BTreeMap<Reason, u64>,
}

impl Rows {
    /// Rows with a known fate; when the reader has come to its end, all that were read.
    pub fn accounted(&self) -> u64 {
        self.ordered + self.returned + self.freight + self.discount + self.goodwill + self.rejected.values().sum::<u64>()
    }

    fn reject(&mut self, reason: Reason, rows: u64) {
        if rows > 0 {
            *self.rejected.entry(reason).or_default() += rows;
        }
    }
}

/// A document of the data: the rows of one invoice number.
#[derive(Debug, Clone, PartialEq)]
pub struct Dated {
    /// Its first row.
    pub place: Place,
    /// When the invoice was written; `None` if that cannot be read.
    pub at: Option<Timestamp>,
    /// An order for an invoice, a return for a cancellation.
    pub document: OrderDocument,
}

/// Reads the data as a stream, in the order of the invoices' first rows, holding only the invoices at hand.
pub struct Reader<R> {
    csv: csv::Reader<std::io::Take<R>>,
    name: String,
    /// Where each of [`COLUMNS`] stands; `None` until the header was read, and after the end.
    columns: Option<[usize; 8]>,
    open: VecDeque<Invoice>,
    started: bool,
    rows: Rows,
    master: Master,
    sink: Read<()>,
}

impl<R: BufRead> Reader<R> {
    /// Reads from `input`; `name` stands in places.
    pub fn new(input: R, name: &str) -> Self {
        Self {
            csv: csv::ReaderBuilder::new().flexible(true).from_reader(input.take(MAX_BYTES)),
            name: name.to_owned(),
            columns: None,
            open: VecDeque::new(),
            started: false,
            rows: Rows::default(),
            master: Master::default(),
            sink: Read::default(),
        }
    }

    /// What became of the rows so far.
    pub fn rows(&self) -> &Rows {
        &self.rows
    }

    /// What was wrong so far.
    pub fn findings(&self) -> &[Finding] {
        &self.sink.findings
    }

    /// Items and customers of the order lines so far.
    pub fn master(&self) -> &Master {
        &self.master
    }

    /// Reads the header; without all columns there is nothing to read.
    fn start(&mut self) {
        self.started = true;
        let place = Place::new(&self.name, "row 1");
        let headers = match self.csv.headers() {
            Ok(headers) => headers,
            Err(error) => return self.sink.find(Finding::error(place, error.to_string(), "write a header row")),
        };
        let mut columns = [0; 8];
        for (at, column) in columns.iter_mut().zip(COLUMNS) {
            match headers.iter().position(|header| header.trim().eq_ignore_ascii_case(column)) {
                Some(position) => *at = position,
                None => {
                    let cause = format!("the column {column} is missing");
                    return self.sink.find(Finding::error(place, cause, "give the columns of the UCI data"));
                }
            }
        }
        self.columns = Some(columns);
    }

    /// Reads a row; false at the end.
    fn step(&mut self, record: &mut StringRecord) -> bool {
        let Some(columns) = self.columns else { return false };
        match self.csv.read_record(record) {
            Ok(false) => {
                self.columns = None;
                if self.csv.get_ref().limit() == 0 {
                    let place = Place::new(&self.name, "");
                    self.sink.find(Finding::error(place, format!("it has more than {MAX_BYTES} bytes"), "split it"));
                }
                return false;
            }
            Ok(true) => {}
            Err(error) => {
                let number = error.position().map_or(0, csv::Position::line);
                let place = Place::new(&self.name, format_args!("row {number}"));
                if error.is_io_error() {
                    self.columns = None;
                    self.sink.find(Finding::error(place, error.to_string(), "read the file again"));
                    return false;
                }
                self.rows.read += 1;
                self.unreadable(place, "this is not UTF-8".to_owned(), "save the file as UTF-8");
                return true;
            }
        }
        self.rows.read += 1;
        let number = record.position().map_or(0, csv::Position::line);
        let width = self.csv.headers().map_or(0, StringRecord::len);
        if record.len() != width || record.iter().any(|field| field.len() > MAX_FIELD) {
            let place = Place::new(&self.name, format_args!("row {number}"));
            let cause = format!(
                "the row has {} fields and the header {width}, or a field of more than {MAX_FIELD} bytes",
                record.len()
            );
            self.unreadable(place, cause, "quote fields that hold a comma");
            return true;
        }
        let field = |at: usize| columns.get(at).and_then(|column| record.get(*column)).unwrap_or_default().trim();
        let fields = Fields {
            invoice: field(0),
            item: field(1),
            description: field(2),
            quantity: field(3),
            date: field(4),
            price: field(5),
            customer: field(6),
            country: field(7),
        };
        self.take(fields, number);
        true
    }

    fn take(&mut self, fields: Fields<'_>, number: u64) {
        let meaning = match fields.meaning() {
            Meaning::Rejected(reason) => return self.rows.reject(reason, 1),
            Meaning::Unreadable(column, mend) => {
                let place = Place::new(&self.name, format_args!("row {number}, column {column}"));
                let given = if column == "quantity" { fields.quantity } else { fields.price };
                return self.unreadable(place, format!("`{given}` cannot be read"), mend);
            }
            meaning => meaning,
        };
        if let Meaning::Ordered(line) = &meaning {
            self.master.learn(&fields, line);
        }
        let at = self.open.iter().position(|invoice| invoice.number == fields.invoice).unwrap_or_else(|| {
            self.open.push_back(Invoice::new(&fields, Place::new(&self.name, format_args!("row {number}"))));
            self.open.len() - 1
        });
        if let Some(invoice) = self.open.get_mut(at) {
            invoice.add(&fields, meaning);
            invoice.last_row = self.rows.read;
        }
    }

    fn unreadable(&mut self, place: Place, cause: String, mend: &'static str) {
        self.rows.reject(Reason::Unreadable, 1);
        self.sink.find(Finding::error(place, cause, mend));
    }

    /// The oldest open invoice, if no more rows of it are expected.
    fn complete(&mut self) -> Option<Invoice> {
        let read = self.rows.read;
        let ended = self.columns.is_none();
        let ripe = |invoice: &mut Invoice| ended || invoice.last_row + WINDOW < read || invoice.rows() >= MAX_INVOICE_ROWS;
        self.open.pop_front_if(ripe)
    }
}

impl<R: BufRead> Iterator for Reader<R> {
    type Item = Dated;

    fn next(&mut self) -> Option<Dated> {
        if !self.started {
            self.start();
        }
        let mut record = StringRecord::new();
        loop {
            while let Some(invoice) = self.complete() {
                if let Some((place, at, document)) = invoice.finish(&mut self.rows) {
                    return Some(Dated { place, at, document });
                }
            }
            if !self.step(&mut record) && self.open.is_empty() {
                return None;
            }
        }
    }
}

/// Reads a whole document.
pub(super) fn read(text: &str, name: &str) -> Read<OrderDocument> {
    let mut reader = Reader::new(text.as_bytes(), name);
    let records = reader.by_ref().map(|dated| (dated.place, dated.document)).collect();
    Read { records, findings: reader.sink.findings, rejected: reader.rows.rejected }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

    fn all(rows: &str) -> (Vec<Dated>, Reader<std::io::Cursor<Vec<u8>>>) {
        let mut reader = Reader::new(std::io::Cursor::new(format!("{HEADER}{rows}").into_bytes()), "f");
        let documents = reader.by_ref().collect();
        (documents, reader)
    }

    #[test]
    fn rows_of_two_invoices_that_alternate_are_two_documents() {
        let row = |invoice: u32| format!("{invoice},A,Thing,1,2010-12-01 08:26:00,1.00,17850.0,EIRE\n");
        let (documents, reader) = all(&[row(1), row(2), row(1), row(2)].concat());
        assert_eq!(documents.len(), 2);
        assert_eq!(documents[0].at, "2010-12-01T08:26:00Z".parse().ok());
        assert_eq!((reader.rows().ordered, reader.rows().accounted()), (4, 4));
        assert_eq!(reader.master().accounts()[0].1.ship_tos[0].country, "IE");
    }

    #[test]
    fn a_long_stream_gives_documents_before_its_end() {
        let rows: String = (0..300).map(|n| format!("{n},A,Thing,1,2010-12-01 08:26:00,1.00,1,EIRE\n")).collect();
        let mut reader = Reader::new(std::io::Cursor::new(format!("{HEADER}{rows}")), "f");
        assert!(reader.next().is_some());
        assert!(reader.rows().read < 110, "{}", reader.rows().read);
    }

    #[test]
    fn a_row_that_cannot_be_read_is_counted_and_found() {
        let (documents, reader) = all("1,A,Thing,many,2010-12-01,1.00,1,EIRE\nC2,A,Thing,3,2010-12-01,1.00,1,EIRE\n3,A\n");
        assert!(documents.is_empty());
        assert_eq!(reader.rows().rejected, BTreeMap::from([(Reason::Unreadable, 3)]));
        assert_eq!(
            reader.findings()[0].to_string(),
            "f, row 2, column quantity: `many` cannot be read; give a number of units"
        );
    }

    #[test]
    fn the_most_frequent_price_is_the_list_price() {
        let row = |price: &str| format!("1,A,Thing,1,2010-12-01 08:26:00,{price},1,EIRE\n");
        let (_, reader) = all(&[row("1.00"), row("2.00"), row("2.00"), row("3.00")].concat());
        assert_eq!(reader.master().items()[0].list_price, "2.00".parse().ok());
        assert_eq!(reader.master().first_day().map(|day| day.to_string()).as_deref(), Some("2010-12-01"));
    }
}
