//! What the demo will do: documents to feed, and the master data and stock that they need.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context;
use documents::orders::OrderDocument;
use documents::orders::online_retail::{Dated, Reader};
use serde_json::{Value, json};

use crate::command::import::read_file;
use crate::output::WrongUse;

/// The sample that ships with the product.
const SAMPLE: &[u8] = include_bytes!("../../../../../samples/online-retail.csv.zst");
/// How many documents go with one request.
const CHUNK: usize = 20;

/// Everything that is fed, derived from the input and the seed alone.
#[derive(Debug, Default)]
pub(super) struct Plan {
    header: String,
    /// Rows of one invoice number each, in the order of the file.
    invoices: Vec<(String, Vec<String>)>,
    /// How many of them are orders; the others are returns, or have no row that could be ordered.
    orders: usize,
    /// Units ordered by item.
    demand: BTreeMap<String, i64>,
    items: BTreeMap<String, (String, BTreeMap<String, u32>)>,
    accounts: BTreeMap<String, String>,
    seed: u64,
}

impl Plan {
    /// Reads the input: an Online Retail CSV.
    pub(super) fn read(input: Option<&Path>, orders: Option<usize>, seed: u64) -> anyhow::Result<Self> {
        let bytes = match input {
            Some(path) => read_file(path)?,
            None => zstd::decode_all(SAMPLE).context("unpack the sample")?,
        };
        let text = String::from_utf8_lossy(&bytes);
        let name = input.map_or_else(|| "the sample".to_owned(), |path| path.display().to_string());
        let orders_of = orders_in(text.as_bytes(), &name)?;
        let mut lines = text.lines();
        let mut plan = Self { header: lines.next().unwrap_or_default().to_owned(), seed, ..Self::default() };
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let limit = orders.unwrap_or(usize::MAX);
        let mut sales = 0;
        for row in lines.filter(|row| !row.is_empty()) {
            let invoice = row.split(',').next().unwrap_or_default().to_owned();
            let place = match places.get(&invoice) {
                Some(place) => *place,
                None => {
                    if orders_of.contains(&invoice) {
                        sales += 1;
                    }
                    if sales > limit {
                        break;
                    }
                    plan.invoices.push((invoice.clone(), Vec::new()));
                    places.insert(invoice, plan.invoices.len() - 1);
                    plan.invoices.len() - 1
                }
            };
            plan.invoices[place].1.push(row.to_owned());
        }
        plan.orders = sales.min(limit);
        plan.derive();
        Ok(plan)
    }

    fn derive(&mut self) {
        let mut csv = csv_reader(&self.header, self.invoices.iter().flat_map(|(_, rows)| rows));
        for record in csv.records().flatten() {
            let field = |index: usize| record.get(index).unwrap_or_default().trim();
            let quantity: i64 = field(3).parse().unwrap_or(0);
            let account = field(6).trim_end_matches(".0").to_owned();
            if account.is_empty() {
                continue;
            }
            // those who only return something are customers as well
            self.accounts.entry(account).or_insert_with(|| field(7).to_owned());
            if quantity <= 0 {
                continue;
            }
            let code = field(1).to_uppercase();
            *self.demand.entry(code.clone()).or_default() += quantity;
            let item = self.items.entry(code).or_insert_with(|| (field(2).to_owned(), BTreeMap::new()));
            *item.1.entry(field(5).to_owned()).or_default() += 1;
        }
    }

    /// Orders among them.
    pub(super) fn orders(&self) -> usize {
        self.orders
    }

    /// Requests to send: key and CSV body.
    pub(super) fn requests(&self) -> Vec<(String, Vec<u8>, usize)> {
        let chunk = |chunk: &[(String, Vec<String>)]| {
            let mut body = format!("{}\n", self.header);
            for row in chunk.iter().flat_map(|(_, rows)| rows) {
                body.push_str(row);
                body.push('\n');
            }
            let key = chunk.first().map(|(number, _)| format!("demo-{number}")).unwrap_or_default();
            (key, body.into_bytes(), chunk.len())
        };
        self.invoices.chunks(CHUNK).map(chunk).collect()
    }

    /// Items as the API imports them.
    pub(super) fn items(&self) -> Value {
        self.items
            .iter()
            .map(|(code, (description, prices))| {
                // the price that was asked most often is the list price; of equals the lowest
                let list = prices.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0))).map(|(price, _)| price.clone());
                json!({ "id": code, "description": description, "base_uom": "EA", "list_price": list, "tax_category": "standard", "weight_grams": 250 })
            })
            .collect()
    }

    /// Opening stock by item and node, and supply that comes later. Some items have less than is ordered.
    pub(super) fn stock(&self) -> Vec<Stocking> {
        let mut stocking = Vec::with_capacity(self.demand.len() * 2);
        for (item, demand) in &self.demand {
            let draw = mix(self.seed, item);
            let cover = 70 + draw % 60;
            let there = (demand * i64::try_from(cover).unwrap_or(100) / 100).max(1);
            let east = there * i64::try_from(40 + draw / 64 % 40).unwrap_or(50) / 100;
            stocking.push(Stocking { item: item.clone(), node: "EAST", opening: east, later: 0 });
            let later = (demand - there).max(0) + demand / 20;
            stocking.push(Stocking { item: item.clone(), node: "WEST", opening: there - east, later });
        }
        stocking
    }

    /// Accounts with the country that each orders from.
    pub(super) fn accounts(&self) -> &BTreeMap<String, String> {
        &self.accounts
    }

    /// The seed.
    pub(super) fn seed(&self) -> u64 {
        self.seed
    }
}

/// The numbers of the invoices that are orders; fails if there is none, with what was found wrong first.
fn orders_in(csv: &[u8], name: &str) -> anyhow::Result<BTreeSet<String>> {
    let mut dated = Reader::new(csv, name);
    let number = |dated: Dated| match dated.document {
        OrderDocument::Order(order) => Some(order.purchase_order.to_string()),
        OrderDocument::Return(_) => None,
    };
    let orders: BTreeSet<String> = dated.by_ref().filter_map(number).collect();
    if orders.is_empty() {
        let none =
            || format!("{name}: no row of it is a line of an order; give rows with a customer, a quantity and a price");
        return Err(WrongUse(dated.findings().first().map_or_else(none, ToString::to_string)).into());
    }
    Ok(orders)
}

/// Stock of an item at a node.
#[derive(Debug)]
pub(super) struct Stocking {
    pub(super) item: String,
    pub(super) node: &'static str,
    pub(super) opening: i64,
    pub(super) later: i64,
}

fn csv_reader<'a>(header: &str, rows: impl Iterator<Item = &'a String>) -> csv::Reader<std::io::Cursor<Vec<u8>>> {
    let mut text = format!("{header}\n");
    for row in rows {
        text.push_str(row);
        text.push('\n');
    }
    csv::ReaderBuilder::new().flexible(true).from_reader(std::io::Cursor::new(text.into_bytes()))
}

/// A number that depends on seed and text alone.
pub(super) fn mix(seed: u64, text: &str) -> u64 {
    let start = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0xcbf2_9ce4_8422_2325;
    let mixed = text.bytes().fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    mixed ^ mixed >> 32
}
