//! The samples that users try: they are read without a finding, and they belong together.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::path::Path;

use documents::orders::{OrderDocument, online_retail};
use documents::{Read, master, orders, statements};
use trade::order::{Destination, Submission};
use units::{Amount, Currency};

fn sample(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples").join(name)).unwrap()
}

fn sound<T>(read: Read<T>) -> Vec<T> {
    assert!(read.findings.is_empty(), "{}", read.findings[0]);
    read.records.into_iter().map(|(_, record)| record).collect()
}

fn all_orders() -> Vec<Submission> {
    let files = ["orders.csv", "orders.json", "orders-850.edi"];
    let documents = files.iter().flat_map(|name| sound(orders::read(&sample(name), None, name)));
    let order = |document| match document {
        OrderDocument::Order(order) => *order,
        OrderDocument::Return(_) => panic!("no return is among the small samples"),
    };
    documents.map(order).collect()
}

#[test]
fn orders_name_accounts_addresses_items_and_units_of_the_master_data() {
    let company = sound(master::read_company(&sample("company.json"), "company.json")).pop().unwrap();
    let items = sound(master::read_items(&sample("items.csv"), "items.csv"));
    let accounts = sound(master::read_accounts(&sample("accounts.csv"), "accounts.csv"));
    let books = sound(master::read_prices(&sample("prices.csv"), "prices.csv"));
    let orders = all_orders();
    assert_eq!((company.nodes.len(), items.len(), accounts.len(), books.len(), orders.len()), (2, 5, 3, 2, 7));
    for order in &orders {
        assert!(order.currency.is_none_or(|currency| currency == company.currency));
        let (_, profile) = accounts.iter().find(|(id, _)| *id == order.account).unwrap();
        if let Destination::Code(code) = &order.ship_to {
            assert!(profile.ship_tos.iter().any(|ship_to| ship_to.code == *code), "{code}");
        }
        for line in &order.lines {
            let item = items.iter().find(|item| item.id.0 == line.item || item.aliases.contains(&line.item)).unwrap();
            assert!(item.factor(&line.uom).is_some(), "{} is not sold by {}", item.id, line.uom);
        }
    }
    for quote in sound(master::read_quotes(&sample("quotes.csv"), "quotes.csv")) {
        assert!(accounts.iter().any(|(id, _)| *id == quote.account));
        assert!(quote.entries.keys().all(|id| items.iter().any(|item| item.id == *id)));
    }
    for (_, profile) in &accounts {
        assert!(profile.price_books.iter().all(|code| books.iter().any(|book| book.code == *code)));
    }
    let priced: BTreeSet<_> = books.iter().flat_map(|book| book.entries.keys()).collect();
    assert!(priced.into_iter().all(|id| items.iter().any(|item| item.id == *id)));
}

#[test]
fn the_statement_pays_for_the_orders() {
    let statement = sound(statements::read(&sample("statement-camt053.xml"), "statement.xml")).pop().unwrap();
    let net = |order: &Submission| {
        let lines = order.lines.iter().map(|line| line.price.unwrap() * line.quantity);
        let goods = lines.fold(units::Decimal::ZERO, |sum, line| sum + line);
        Amount::from_decimal(goods, Currency::GBP, units::Rounding::HalfUp).unwrap() + order.freight - order.discount
    };
    let with_tax = |net: Amount| net + net.percent(units::Decimal::from(20i64));
    for (number, amount) in [("NG-2001", 41_328), ("HB-771", 25_344), ("KD-15", 45_000)] {
        let order = all_orders().into_iter().find(|order| order.purchase_order == number).unwrap();
        assert_eq!(with_tax(net(&order)), Amount(amount));
        let names = |entry: &&trade::cash::EntryDocument| {
            entry.references.iter().any(|reference| reference == number) || entry.remittance.contains(number)
        };
        assert_eq!(statement.entries.iter().find(names).unwrap().amount, Amount(amount));
    }
}

#[test]
fn every_row_of_the_online_retail_sample_is_accounted_for() {
    let bytes = sample("online-retail-sample.csv");
    let rows_in_file = bytes.iter().filter(|byte| **byte == b'\n').count() as u64 - 1;
    let mut reader = online_retail::Reader::new(bytes.as_slice(), "sample");
    let documents: Vec<_> = reader.by_ref().collect();
    let rows = reader.rows();
    assert_eq!(reader.findings(), []);
    assert_eq!((rows.read, rows.accounted()), (rows_in_file, rows_in_file));
    let lines = |document: &OrderDocument| match document {
        OrderDocument::Order(order) => (order.lines.len() as u64, 0),
        OrderDocument::Return(back) => (0, back.lines.len() as u64),
    };
    let (ordered, returned) =
        documents.iter().map(|dated| lines(&dated.document)).fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    assert_eq!((rows.ordered, rows.returned), (ordered, returned));
    assert!(documents.iter().all(|dated| dated.at.is_some()));
    insta::assert_snapshot!(format!("{} documents\n{rows:#?}", documents.len()));
    // the same whether it is read as a stream or as a whole
    let whole = orders::read(&bytes, None, "sample");
    assert_eq!(whole.rejected, rows.rejected);
    assert_eq!(whole.records.len(), documents.len());
}

#[test]
fn the_online_retail_sample_brings_its_master_data() {
    let bytes = sample("online-retail-sample.csv");
    let mut reader = online_retail::Reader::new(bytes.as_slice(), "sample");
    let documents: Vec<_> = reader.by_ref().collect();
    let (items, accounts) = (reader.master().items(), reader.master().accounts());
    let items: BTreeSet<_> = items.into_iter().map(|item| item.id.0).collect();
    let accounts: BTreeSet<_> = accounts.into_iter().map(|(id, _)| id).collect();
    for dated in &documents {
        if let OrderDocument::Order(order) = &dated.document {
            assert!(accounts.contains(&order.account));
            assert!(order.lines.iter().all(|line| items.contains(&line.item)));
        }
    }
    assert_eq!(reader.master().first_day().unwrap().to_string(), "2010-12-01");
}

#[test]
fn every_row_of_eight_weeks_is_accounted_for() {
    let packed = sample("online-retail.csv.zst");
    let input = std::io::BufReader::new(zstd::Decoder::new(packed.as_slice()).unwrap());
    let mut reader = online_retail::Reader::new(input, "sample");
    let (mut orders, mut returns) = (0, 0);
    for dated in reader.by_ref() {
        match dated.document {
            OrderDocument::Order(_) => orders += 1,
            OrderDocument::Return(_) => returns += 1,
        }
    }
    let rows = reader.rows();
    assert_eq!((orders, returns, rows.read), (2_092, 472, 69_722));
    assert_eq!(reader.findings(), []);
    assert_eq!(rows.accounted(), rows.read);
}
