//! Formats by example, by rubbish, and there and back.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use documents::orders::{Format, OrderDocument, read};
use documents::{Reason, master, statements};
use proptest::prelude::*;
use trade::cash::{Adjustment, EntryDocument, RemittanceLine, StatementDocument};
use trade::order::Destination;
use units::{Amount, Currency, Day, Timestamp};

const X12: &str = "ISA*00*          *00*          *ZZ*BUYER          *ZZ*SELLER         *260302*1000*U*00401*000000001*0*P*>~GS*PO*BUYER*SELLER*20260302*1000*1*X*004010~\
ST*850*0001~BEG*00*SA*PO-77**20260301~DTM*002*20260310~N1*BY*Acme*92*ACME~N1*ST*Dock*92*D1~N3*Street 1~N4*Berlin**10115*DE~PO1*1*10*EA*2.50**VN*X-1*BP*THEIRS~PID*F****Widget~PO1*2*3*CS***BP*Y-1~CTT*2~SE*12*0001~\
ST*850*0002~BEG*00*SA*PO-78**20260301~N1*BY*Acme*92*ACME~PO1*1*-1*EA*2.50**VN*X-1~SE*5*0002~GE*2*1~IEA*1*000000001~";

fn orders(text: &str, format: Option<Format>) -> (Vec<trade::order::Submission>, Vec<String>) {
    let read = read(text.as_bytes(), format, "f");
    let orders = read.records.into_iter().filter_map(|(_, document)| match document {
        OrderDocument::Order(order) => Some(*order),
        OrderDocument::Return(_) => None,
    });
    (orders.collect(), read.findings.iter().map(ToString::to_string).collect())
}

#[test]
fn x12_purchase_orders_are_read_and_a_bad_one_does_not_stop_the_good_one() {
    let (orders, findings) = orders(X12, None);
    assert_eq!(orders.len(), 1, "{findings:?}");
    let order = &orders[0];
    assert_eq!((order.account.0.as_str(), order.purchase_order.as_str(), order.lines.len()), ("ACME", "PO-77", 2));
    assert_eq!((order.lines[0].item.as_str(), order.lines[0].description.as_str()), ("X-1", "Widget"));
    assert_eq!(order.lines[1].uom.as_str(), "CS");
    assert!(matches!(&order.ship_to, Destination::Address(address) if address.country == "DE" && address.code == "D1"));
    assert_eq!(findings, ["f, segment 18 (PO1): the quantity -1 is not positive; give how many units are ordered"]);
}

#[test]
fn x12_quotes_are_of_the_order_before_its_first_line_and_of_the_line_after_it() {
    let quoted =
        X12.replace("~DTM*002", "~REF*Q1*Q-7~DTM*002").replace("~PID*F", "~REF*PR*Q-8~PID*F").replace("SE*12", "SE*14");
    let (orders, findings) = orders(&quoted, None);
    let quotes: Vec<&str> = orders[0].lines.iter().map(|line| line.quote.as_str()).collect();
    assert_eq!((orders[0].quote.as_str(), quotes), ("Q-7", vec!["Q-8", ""]), "{findings:?}");
}

#[test]
fn x12_counts_and_control_numbers_are_held_against_the_file() {
    let (orders, findings) = orders(&X12.replace("SE*12*0001", "SE*13*0009"), None);
    assert!(orders.is_empty());
    assert!(findings[0].contains("SE counts 13 segments, and there are 12"));
    assert!(findings[1].contains("the control number is 0009, and ST says 0001"));
}

#[test]
fn csv_rows_of_one_purchase_order_are_one_order() {
    let csv = "account,purchase_order,item,quantity,price,freight\nACME,P1,X,2,1.50,4.00\nACME,P1,Y,3,,\nACME,P2,X,-3,1,\nACME,P3,X,1,1,\n";
    let (orders, findings) = orders(csv, None);
    let numbers: Vec<&str> = orders.iter().map(|order| order.purchase_order.as_str()).collect();
    assert_eq!(numbers, ["P1", "P3"]);
    assert_eq!((orders[0].lines.len(), orders[0].freight), (2, Amount(400)));
    assert_eq!(findings, ["f, row 4, column quantity: `-3` is not a positive number; give how many units are ordered"]);
    let wrong = self::orders("account,item,quantity,colour\n", Some(Format::Csv)).1;
    assert!(wrong[0].starts_with("f, row 1, column colour: this column is not known"));
}

#[test]
fn json_orders_come_alone_in_arrays_and_line_by_line() {
    let one = r#"{"account":"A","purchase_order":"P","lines":[{"item":"X","quantity":"2.5","price":1.10}],"ship_to":"D1","discount":1}"#;
    assert_eq!(orders(one, None).0[0].discount, Amount(100));
    assert_eq!(orders(&format!("[{one},{one}]"), None).0.len(), 2);
    assert_eq!(orders(&format!("{one}\n{one}\nrubbish\n"), None).0.len(), 2);
    let (none, findings) = orders(&format!("[{one},{}]", one.replace("2.5", "many")), None);
    assert_eq!(
        (none.len(), findings[0].as_str()),
        (1, "f, /1/lines/0/quantity: `many` is no number; give a number such as 12.50")
    );
    assert!(orders(&one.replace("item", "itme"), None).1[0].starts_with("f, /lines/0/itme: there is no such field"));
}

#[test]
fn online_retail_rows_are_orders_returns_header_amounts_or_counted() {
    let csv = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n\
        1,A,Thing,6,2010-12-01 08:26:00,2.55,17850.0,UK\n1,POST,POSTAGE,1,2010-12-01 08:26:00,18.00,17850.0,UK\n1,D,Discount,-1,2010-12-01,5,17850.0,UK\n\
        2,A,Thing,6,2010-12-01,2.55,,UK\n3,A,Thing,1,2010-12-01,0,17850,UK\n3,M,Manual,1,2010-12-01,3,17850,UK\n\
        C4,a,Thing,-2,2010-12-01,2.55,17850.0,UK\nA5,B,Adjust bad debt,1,2010-12-01,-11062.06,,UK\n6,B1,Thing,-2,2010-12-01,1,17850.0,UK\n7,POST,POSTAGE,1,2010-12-01,9,17850,UK\n\
        C8,D,Discount,-1,2010-12-01,27.50,17850.0,UK\n";
    let read = read(csv.as_bytes(), None, "f");
    assert_eq!(read.records.len(), 3);
    let OrderDocument::Order(order) = &read.records[0].1 else { panic!("no order") };
    assert_eq!((order.account.0.as_str(), order.freight, order.discount), ("17850", Amount(1_800), Amount(500)));
    let OrderDocument::Return(returned) = &read.records[1].1 else { panic!("no return") };
    assert_eq!((returned.lines[0].item.0.as_str(), returned.lines[0].quantity.0), ("A", 2));
    let OrderDocument::Return(credit) = &read.records[2].1 else { panic!("no credit") };
    assert_eq!((credit.reference.as_str(), credit.lines.len(), credit.goodwill), ("C8", 0, Amount(2_750)));
    let rejected: Vec<(Reason, u64)> = read.rejected.into_iter().collect();
    assert_eq!(rejected.iter().map(|(_, count)| count).sum::<u64>() + 5, 11, "no row is dropped silently");
    assert!(rejected.contains(&(Reason::BadDebtAdjustment, 1)) && rejected.contains(&(Reason::NoOrder, 1)));
}

#[test]
fn master_data_tells_fields_that_do_not_exist() {
    let items =
        master::read_items(b"id,description,list_price,weight_grams,hazardous\nX,Thing,9.90,250,true\n", "items.csv");
    assert!(items.findings.is_empty(), "{:?}", items.findings);
    assert_eq!((items.records[0].1.weight_grams, items.records[0].1.hazardous), (250, true));
    let wrong = master::read_items(br#"[{"id":"X","colour":"red"}]"#, "items.json");
    assert_eq!(wrong.findings[0].to_string(), "items.json, /0/colour: there is no such field; see the guide on master data");
    let company = master::read_company(br#"{"code":"CD","currency":"EUR","nodes":[{"id":"EAST"}],"taxes":[{"jurisdiction":"DE","category":"standard","rate":"19"}]}"#, "c");
    assert!(company.findings.is_empty(), "{:?}", company.findings);
    let accounts = master::read_accounts(
        br#"[{"id":"A","ship_tos":[{"code":"M","country":"DE"}],"terms":{"net_days":14},"credit_limit":100000}]"#,
        "a",
    );
    assert_eq!(accounts.records[0].1.1.terms.net_days, 14);
    let prices = master::read_prices(b"book,item,quantity,price\nlist,X,1,12.50\nlist,X,100,11.80\n", "p");
    assert_eq!(prices.records[0].1.entries.values().next().unwrap()[0].tiers.len(), 2);
}

#[test]
fn statements_that_do_not_balance_are_refused() {
    let statement = StatementDocument {
        reference: "S".into(),
        bank_account: "DE1".into(),
        currency: Currency::EUR,
        opening: Some(Amount(0)),
        closing: Some(Amount(5)),
        ..StatementDocument::default()
    };
    let read = statements::read(statements::write_camt053(&statement, Timestamp(0)).as_bytes(), "s.xml");
    assert!(read.findings[0].to_string().contains("do not give the closing balance 0.05"));
}

#[test]
fn bombs_and_bad_encodings_are_findings() {
    let bomb = b"<!DOCTYPE l [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><l>&b;</l>";
    assert!(statements::read(bomb, "s").findings[0].cause.contains("not well-formed"));
    assert_eq!(
        read(b"acc\xffount", None, "f").findings[0].to_string(),
        "f, byte 3: this is not UTF-8; save the file as UTF-8"
    );
}

/// A remittance line, or none.
fn line() -> impl Strategy<Value = Option<RemittanceLine>> {
    let adjustment = (0i64..10_000, "[A-Z&<]{1,8}");
    let adjustment = adjustment.prop_map(|(amount, reason)| Adjustment { amount: Amount(amount), reason: reason.into() });
    let amounts = (-100_000i64..100_000, 0i64..1_000);
    let line = (amounts, proptest::collection::vec(adjustment, 0..3)).prop_map(|((paid, discount), adjustments)| {
        RemittanceLine { paid: Amount(paid), discount: Amount(discount), adjustments, ..RemittanceLine::default() }
    });
    proptest::option::of(line)
}

#[test]
fn domain_1_7_what_a_payer_says_of_each_document_is_read_in_both_shapes_of_amounts() {
    let lines = |structured: &str| {
        let xml = format!(
            "<Document><Stmt><Id>S</Id><Acct><Ccy>EUR</Ccy></Acct><Ntry><Amt Ccy=\"EUR\">3.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>\
             <ValDt><Dt>2026-03-01</Dt></ValDt><NtryDtls><TxDtls><RmtInf><Strd>{structured}</Strd></RmtInf></TxDtls></NtryDtls>\
             </Ntry></Stmt></Document>"
        );
        statements::read(xml.as_bytes(), "s").records.remove(0).1.entries.remove(0).lines
    };
    let document = "<RfrdDocInf><Nb>CD-1</Nb></RfrdDocInf>";
    let amounts = |inner: &str| lines(&format!("{document}<RfrdDocAmt>{inner}</RfrdDocAmt>"));
    let line = |paid: i64, discount: i64, reasons: &[(i64, &str)]| {
        let adjustment = |(amount, reason): &(i64, &str)| Adjustment { amount: Amount(*amount), reason: (*reason).into() };
        let adjustments = reasons.iter().map(adjustment).collect();
        vec![RemittanceLine { document: "CD-1".into(), paid: Amount(paid), discount: Amount(discount), adjustments }]
    };
    let old = "<DuePyblAmt Ccy=\"EUR\">10.00</DuePyblAmt><DscntApldAmt Ccy=\"EUR\">0.20</DscntApldAmt>";
    assert_eq!(amounts(old), line(980, 20, &[]));
    let new = "<DscntApldAmt><Amt Ccy=\"EUR\">0.20</Amt></DscntApldAmt><AdjstmntAmtAndRsn><Amt Ccy=\"EUR\">1.50</Amt>\
               <CdtDbtInd>DBIT</CdtDbtInd><Rsn>DMG</Rsn><AddtlInf>2 boxes</AddtlInf></AdjstmntAmtAndRsn><RmtdAmt Ccy=\"EUR\">8.30</RmtdAmt>";
    assert_eq!(amounts(new), line(830, 20, &[(150, "DMG 2 boxes")]));
    assert_eq!(amounts("<CdtNoteAmt Ccy=\"EUR\">4.00</CdtNoteAmt>"), line(-400, 0, &[]));
    // another currency, one amount for two documents, and what is due less nobody knows what say nothing
    assert_eq!(amounts("<RmtdAmt Ccy=\"USD\">8.30</RmtdAmt>"), []);
    assert_eq!(lines(&format!("{document}{document}<RfrdDocAmt><RmtdAmt Ccy=\"EUR\">1</RmtdAmt></RfrdDocAmt>")), []);
    let adjusted =
        "<DuePyblAmt Ccy=\"EUR\">10.00</DuePyblAmt><AdjstmntAmtAndRsn><Amt Ccy=\"EUR\">1</Amt></AdjstmntAmtAndRsn>";
    assert_eq!(amounts(adjusted), []);
}

proptest! {
    #[test]
    fn no_reader_panics_on_rubbish(bytes in proptest::collection::vec(any::<u8>(), 0..300), cut in 0usize..700) {
        for format in [None, Some(Format::Csv), Some(Format::Json), Some(Format::X12), Some(Format::OnlineRetail)] {
            let _ = read(&bytes, format, "f");
        }
        let mut torn: Vec<u8> = X12.bytes().take(cut).collect();
        torn.extend(&bytes);
        let _ = read(&torn, Some(Format::X12), "f");
        let _ = statements::read(&bytes, "f");
        let _ = master::read_items(&bytes, "f");
        let _ = master::read_company(&bytes, "f");
    }

    #[test]
    fn a_written_statement_reads_back_equal(
        entries in proptest::collection::vec((1i64..1_000_000, any::<(bool, bool)>(), "[A-Za-z&<> ]{0,20}", "[A-Z0-9]{0,10}", line()), 0..8),
        opening in -1_000_000i64..1_000_000,
    ) {
        let entries: Vec<EntryDocument> = (0..).zip(entries).map(|(index, (amount, (credit, reversal), text, reference, line))| EntryDocument {
            bank_reference: format!("B{index}").into(),
            index,
            value_date: Day(20_000),
            amount: Amount(if credit { amount } else { -amount }),
            payer_name: text.trim().into(),
            payer_account: reference.as_str().into(),
            lines: line.filter(|_| !reference.is_empty()).map(|line| RemittanceLine { document: reference.as_str().into(), ..line }).into_iter().collect(),
            references: if reference.is_empty() { Vec::new() } else { vec![reference.into()] },
            remittance: text.trim().into(),
            reversal,
            customer_number: Default::default(),
        }).collect();
        let closing = Amount(opening) + entries.iter().map(|entry| entry.amount).sum();
        let statement = StatementDocument {
            reference: "S-1".into(), bank_account: "GB29".into(), currency: Currency::EUR,
            opening: Some(Amount(opening)), closing: Some(closing), entries, sequence: Some(7),
        };
        let read = statements::read(statements::write_camt053(&statement, Timestamp(0)).as_bytes(), "s");
        prop_assert_eq!(&read.findings, &Vec::new());
        prop_assert_eq!(&read.records[0].1, &statement);
    }
}

#[test]
fn domain_1_7_a_statement_whose_control_totals_do_not_fit_its_entries_is_refused_and_says_which() {
    let read = |summary: &str, page: &str| {
        let entry = |amount: &str, indicator: &str| {
            format!(
                "<Ntry><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>{indicator}</CdtDbtInd><ValDt><Dt>2026-03-01</Dt></ValDt></Ntry>"
            )
        };
        let entries = [entry("3.00", "CRDT"), entry("1.00", "DBIT"), entry("4.00", "CRDT")].concat();
        let xml = format!(
            "<Document><Stmt><Id>S</Id>{page}<Acct><Ccy>EUR</Ccy></Acct><TxsSummry>{summary}</TxsSummry>{entries}</Stmt></Document>"
        );
        let read = statements::read(xml.as_bytes(), "s.xml");
        (read.records.len(), read.findings.first().map(|found| found.cause.clone()).unwrap_or_default())
    };
    let net = "<TtlNetNtry><Amt>6.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></TtlNetNtry>";
    let all = format!("<TtlNtries><NbOfNtries>3</NbOfNtries><Sum>8.00</Sum>{net}</TtlNtries>");
    let credits = "<TtlCdtNtries><NbOfNtries>2</NbOfNtries><Sum>7.00</Sum></TtlCdtNtries>";
    let debits = "<TtlDbtNtries><NbOfNtries>1</NbOfNtries><Sum>1.00</Sum></TtlDbtNtries>";
    assert_eq!(read(&format!("{all}{credits}{debits}"), ""), (1, String::new()));
    for (summary, cause) in [
        (all.replace(">3<", ">4<"), "TtlNtries tells of 4 entries, and there are 3"),
        (all.replace("8.00", "9.00"), "TtlNtries is told to be 9.00, and the entries come to 8"),
        (credits.replace("7.00", "7.01"), "TtlCdtNtries is told to be 7.01, and the entries come to 7"),
        (debits.replace(">1<", ">none<"), "TtlDbtNtries tells of none entries, and there are 1"),
        (all.replace("6.00", "5.00"), "the net total is told to be 5.00, and the entries come to 6"),
        (all.replace("CRDT", "DBIT"), "the net total is told to be 6.00, and the entries come to -6"),
        (
            "<TtlNtries><TtlNetNtryAmt>5.00</TtlNetNtryAmt><CdtDbtInd>CRDT</CdtDbtInd></TtlNtries>".to_owned(),
            "the net total is told to be 5.00, and the entries come to 6",
        ),
    ] {
        assert_eq!(read(&summary, ""), (0, cause.to_owned()), "{summary}");
    }
    let page = "<StmtPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd></StmtPgntn>";
    assert_eq!(read(&all.replace(">3<", ">9<"), page).0, 1, "the rest is on other pages");
}

#[test]
fn deep_nesting_is_refused_before_it_costs_anything() {
    let deep = "<a>".repeat(1_000_000);
    assert!(statements::read(deep.as_bytes(), "s").findings[0].cause.contains("nested more than 200 deep"));
    assert!(orders(&"[".repeat(1_000_000), None).1[0].contains("this is no JSON"));
}

#[test]
fn a_file_full_of_errors_lists_the_first_thousand_and_says_so() {
    let csv = format!("account,item,quantity\n{}", "A,X,none\n".repeat(5_000));
    let (_, findings) = orders(&csv, None);
    assert_eq!(findings.len(), documents::MAX_FINDINGS + 1);
    assert_eq!(findings.last().unwrap(), "f: more was found than is listed; mend what is listed and read it again");
}

#[test]
fn entries_that_are_not_booked_wait_until_they_are() {
    let statement = StatementDocument {
        reference: "S".into(),
        currency: Currency::EUR,
        entries: vec![EntryDocument { value_date: Day(20_000), amount: Amount(5), ..EntryDocument::default() }],
        ..StatementDocument::default()
    };
    let xml = statements::write_camt053(&statement, Timestamp(0)).replace("<Cd>BOOK</Cd>", "<Cd>PDNG</Cd>");
    let read = statements::read(xml.as_bytes(), "s");
    assert!(read.records[0].1.entries.is_empty());
    assert!(read.findings[0].to_string().contains("the entry is PDNG, and not booked"));
}

#[test]
fn a_batch_that_does_not_add_up_stays_one_entry_with_all_references() {
    let detail = |amount: &str, reference: &str| {
        format!(
            "<TxDtls><Amt Ccy=\"EUR\">{amount}</Amt><RmtInf><Strd><CdtrRefInf><Ref>{reference}</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>"
        )
    };
    let xml = |second: &str| {
        format!(
            "<Document><Stmt><Id>S</Id><Acct><Ccy>EUR</Ccy></Acct><Ntry><Amt Ccy=\"EUR\">3.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>\
             <ValDt><Dt>2026-03-01</Dt></ValDt><NtryDtls>{}{}</NtryDtls></Ntry></Stmt></Document>",
            detail("1.00", "A"),
            detail(second, "B")
        )
    };
    let entries = |second: &str| statements::read(xml(second).as_bytes(), "s").records.remove(0).1.entries;
    assert_eq!(
        entries("2.00").iter().map(|entry| (entry.index, entry.amount)).collect::<Vec<_>>(),
        [(0, Amount(100)), (1, Amount(200))]
    );
    let torn = entries("1.50");
    assert_eq!(
        (torn.len(), torn[0].amount, torn[0].references.as_slice()),
        (1, Amount(300), ["A".into(), "B".into()].as_slice())
    );
}
