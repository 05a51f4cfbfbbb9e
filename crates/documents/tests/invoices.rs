//! Invoices as customers get them: they add up by the rules of EN 16931, and say what was posted.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;
use std::sync::Arc;

use documents::invoices::{Bill, Category, Kind, check, write_pdf, write_ubl};
use trade::billing::{DocumentKind, Invoice, InvoiceLine, InvoicePart, ItemSold, Particulars, Place, TaxLine};
use trade::tax::TaxScheme;
use trade::{InvoiceId, LineNo, OrderId};
use units::{Amount, Currency, Day, Decimal, Quantity};

fn buyer() -> Place {
    Place {
        name: "Acme GmbH".into(),
        tax_number: "DE987654321".into(),
        street: "Weg 2".into(),
        postcode: "10115".into(),
        city: "Berlin".into(),
        country: "DE".into(),
    }
}

fn particulars() -> Particulars {
    let seller = Place {
        name: "Lager & Söhne".into(),
        tax_number: "DE123456789".into(),
        street: "Kai 1".into(),
        postcode: "20457".into(),
        city: "Hamburg".into(),
        country: "DE".into(),
    };
    let sold = ItemSold { description: "Coffee, \"dark\"".into(), uom: "KG".into() };
    Particulars {
        seller,
        bank_account: "DE02120300000000202051".into(),
        buyer: buyer(),
        delivery: Some(Place { tax_number: "".into(), ..buyer() }),
        ship_from: None,
        exemption: "".into(),
        items: BTreeMap::from([("X<1>".into(), sold)]),
    }
}

fn line(number: u64, quantity: i64, price: &str, net: i64, rate: i64) -> InvoiceLine {
    InvoiceLine {
        line: LineNo(number),
        item: "X<1>".into(),
        quantity: Quantity(quantity),
        price: price.parse().unwrap(),
        net: Amount(net),
        tax_rate: Decimal::from(rate),
        order: OrderId(1),
        exempt: false,
    }
}

fn tax(rate: i64, base: i64, tax: i64) -> TaxLine {
    TaxLine { rate: Decimal::from(rate), base: Amount(base), tax: Amount(tax) }
}

/// 3 × 10.00 at 19 %, 5.00 freight: 35.00 net, 6.65 tax, 41.65 in all.
fn invoice() -> Invoice {
    Invoice {
        id: InvoiceId(7),
        number: "LW-2026-000007".into(),
        account: "ACME".into(),
        order: OrderId(1),
        purchase_order: "PO-1".into(),
        currency: Currency::EUR,
        date: Day(20_780),
        due: Day(20_810),
        lines: vec![line(1, 3, "10", 3_000, 19)],
        freight: Amount(500),
        taxes: vec![tax(19, 3_500, 665)],
        net: Amount(3_500),
        tax: Amount(665),
        gross: Amount(4_165),
        particulars: Arc::new(particulars()),
        ..Invoice::default()
    }
}

fn bill(invoice: &Invoice) -> Bill {
    Bill::of(invoice, invoice.corrects.map(|_| ("LW-2026-000001".into(), Day(20_700))))
}

fn broken(bill: &Bill) -> Vec<String> {
    check(bill).into_iter().map(|finding| finding.place.rsplit(", ").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn what_was_posted_keeps_the_rules_and_is_ubl_that_reads_back() {
    let bill = bill(&invoice());
    assert_eq!(broken(&bill), [""; 0]);
    let xml = write_ubl(&bill);
    let read = roxmltree::Document::parse(&xml).unwrap();
    let text = |name: &str| {
        let found = read.descendants().find(|node| node.tag_name().name() == name).unwrap();
        found.text().unwrap_or_default().to_owned()
    };
    assert_eq!(read.root_element().tag_name().name(), "Invoice");
    assert_eq!(text("CustomizationID"), "urn:cen.eu:en16931:2017");
    assert_eq!((text("InvoiceTypeCode"), text("DocumentCurrencyCode")), ("380".into(), "EUR".into()));
    assert_eq!((text("LineExtensionAmount"), text("ChargeTotalAmount")), ("30.00".into(), "5.00".into()));
    assert_eq!((text("TaxExclusiveAmount"), text("PayableAmount")), ("35.00".into(), "41.65".into()));
    assert_eq!((text("RegistrationName"), text("Name")), ("Lager & Söhne".into(), "Acme GmbH".into()));
    let quantity = read.descendants().find(|node| {
        node.has_tag_name((read.root_element().lookup_namespace_uri(Some("cbc")).unwrap(), "InvoicedQuantity"))
    });
    assert_eq!(quantity.unwrap().attribute("unitCode"), Some("KGM"));
    // the order of elements is that of the schema
    let order: Vec<&str> =
        read.root_element().children().filter(|node| node.is_element()).map(|node| node.tag_name().name()).collect();
    assert_eq!(
        order,
        [
            "CustomizationID",
            "ID",
            "IssueDate",
            "DueDate",
            "InvoiceTypeCode",
            "DocumentCurrencyCode",
            "BuyerReference",
            "OrderReference",
            "AccountingSupplierParty",
            "AccountingCustomerParty",
            "Delivery",
            "PaymentMeans",
            "AllowanceCharge",
            "TaxTotal",
            "LegalMonetaryTotal",
            "InvoiceLine"
        ]
    );
}

#[test]
fn a_credit_note_names_the_invoice_that_it_corrects() {
    let note = Invoice {
        kind: DocumentKind::CreditNote,
        corrects: Some(InvoiceId(1)),
        freight: Amount::ZERO,
        taxes: vec![tax(19, 3_000, 570)],
        net: Amount(3_000),
        tax: Amount(570),
        gross: Amount(3_570),
        ..invoice()
    };
    let bill = bill(&note);
    assert_eq!((broken(&bill), bill.kind), (vec![], Kind::CreditNote));
    let xml = write_ubl(&bill);
    assert!(xml.contains("<cbc:CreditNoteTypeCode>381<") && xml.contains("<cbc:ID>LW-2026-000001<"), "{xml}");
    assert!(xml.contains("<cbc:CreditedQuantity unitCode=\"KGM\">3<"), "{xml}");
}

#[test]
fn freight_and_discount_of_goods_with_several_rates_are_told_by_rate() {
    let mixed = Invoice {
        lines: vec![line(1, 3, "10", 3_000, 19), line(2, 1, "10", 1_000, 7)],
        freight: Amount(500),
        discount: Amount(900),
        taxes: vec![tax(7, 900, 63), tax(19, 2_700, 513)],
        net: Amount(3_600),
        tax: Amount(576),
        gross: Amount(4_176),
        ..invoice()
    };
    let bill = bill(&mixed);
    assert_eq!(broken(&bill), [""; 0]);
    let told: Vec<(bool, i64)> = bill.headers.iter().map(|header| (header.is_charge, header.amount.0)).collect();
    assert_eq!(told, [(false, 100), (false, 300)]);
    assert_eq!(bill.headers[0].reason, "Freight, Discount");
}

#[test]
fn a_document_without_lines_is_one_line_about_what_it_asks_for() {
    let deposit = Invoice { kind: DocumentKind::Deposit, lines: vec![], freight: Amount::ZERO, ..invoice() };
    let bill = bill(&deposit);
    assert_eq!((broken(&bill), bill.kind.code()), (vec![], "386"));
    assert_eq!((bill.lines[0].name.as_str(), bill.lines[0].net), ("Deposit for order SO-1", Amount(3_500)));
}

#[test]
fn an_exempt_buyer_pays_no_tax_and_the_document_says_why() {
    let certified = Particulars { exemption: "exemption certificate C-9".into(), ..particulars() };
    let free = |exempt| Invoice {
        lines: vec![InvoiceLine { exempt, ..line(1, 3, "10", 3_000, 0) }],
        taxes: vec![tax(0, 3_500, 0)],
        tax: Amount::ZERO,
        gross: Amount(3_500),
        particulars: Arc::new(certified.clone()),
        ..invoice()
    };
    let told = bill(&free(true));
    assert_eq!((broken(&told), told.taxes[0].category), (vec![], Category::Exempt));
    assert!(write_ubl(&told).contains("<cbc:TaxExemptionReason>exemption certificate C-9<"));
    assert_eq!(bill(&free(false)).taxes[0].category, Category::Zero);
}

#[test]
fn what_is_exempt_is_told_apart_from_what_is_taxed_at_nothing() {
    let free = Invoice {
        lines: vec![InvoiceLine { exempt: true, ..line(1, 3, "10", 3_000, 0) }, line(2, 1, "10", 1_000, 0)],
        taxes: vec![tax(0, 4_500, 0)],
        net: Amount(4_500),
        tax: Amount::ZERO,
        gross: Amount(4_500),
        particulars: Arc::new(Particulars { exemption: "exemption certificate C-9".into(), ..particulars() }),
        ..invoice()
    };
    let told = bill(&free);
    let bases: Vec<_> = told.taxes.iter().map(|tax| (tax.category, tax.base.0, tax.exemption.is_empty())).collect();
    assert_eq!(bases, [(Category::Exempt, 3_000, false), (Category::Zero, 1_500, true)]);
    assert_eq!(broken(&told), [""; 0]);
}

#[test]
fn the_orders_of_a_consolidated_invoice_are_all_on_its_pages() {
    let part = |order| InvoicePart { order: OrderId(order), ..InvoicePart::default() };
    let many = Invoice { parts: (1..=1_000).map(part).collect(), ..invoice() };
    let pdf = write_pdf(&bill(&many));
    let written = String::from_utf8_lossy(&pdf);
    let shown: Vec<&str> = written.lines().filter(|line| line.contains("SO-")).collect();
    assert_eq!(shown.iter().map(|line| line.matches("SO-").count()).sum::<usize>(), 1_000);
    // 495 points hold no more letters of 9 points than this
    assert!(shown.iter().all(|line| line.len() < 160), "{shown:?}");
    assert!(written.matches("/Type /Page\n").count() > 1);
}

#[test]
fn domain_1_4_goods_for_another_member_state_say_that_the_buyer_accounts_for_the_tax() {
    let of_line = vec![line(1, 3, "10", 3_000, 0)];
    let (taxes, gross) = (vec![tax(0, 3_500, 0)], Amount(3_500));
    let tax_scheme = TaxScheme::ReverseCharge;
    let to = |tax_number: &str| {
        let buyer = Place { tax_number: tax_number.into(), ..buyer() };
        let particulars = Arc::new(Particulars { buyer, ..particulars() });
        let (lines, taxes) = (of_line.clone(), taxes.clone());
        bill(&Invoice { lines, taxes, tax: Amount(0), gross, tax_scheme, particulars, ..invoice() })
    };
    let told = to("FR12345678901");
    assert_eq!((broken(&told), told.taxes[0].category.code()), (vec![], "K"));
    assert!(write_ubl(&told).contains("<cbc:TaxExemptionReason>intra-community supply, reverse charge"));
    assert_eq!(broken(&to("")), ["BR-IC-02"]);
}

#[test]
fn what_is_missing_and_what_does_not_add_up_is_told_by_its_rule() {
    let mut nameless = bill(&invoice());
    nameless.seller.tax_number = "".into();
    assert_eq!(broken(&nameless), ["BR-E-02"]);
    let mut homeless = bill(&invoice());
    homeless.buyer.country = "".into();
    assert_eq!(broken(&homeless), ["BR-11"]);
    let rounded = Invoice { taxes: vec![tax(19, 3_500, 664)], tax: Amount(664), gross: Amount(4_164), ..invoice() };
    assert_eq!(broken(&bill(&rounded)), ["BR-CO-17"]);
    let wrong = Invoice { net: Amount(3_400), ..invoice() };
    assert_eq!(broken(&bill(&wrong)), ["BR-CO-13", "BR-CO-15"]);
}

#[test]
fn domain_1_4_a_pdf_says_where_the_goods_came_from_if_not_from_the_sellers_own_address() {
    let says = |particulars| {
        let pdf = write_pdf(&bill(&Invoice { particulars: Arc::new(particulars), ..invoice() }));
        String::from_utf8_lossy(&pdf).contains("Shipped from ")
    };
    assert!(!says(particulars()));
    assert!(says(Particulars { ship_from: Some(buyer()), ..particulars() }));
}

#[test]
fn a_pdf_has_as_many_pages_as_its_lines_need_and_the_same_bytes_each_time() {
    let pages = |count: u64| {
        let lines = (1..=count).map(|number| line(number, 1, "10", 1_000, 19)).collect();
        let pdf = write_pdf(&bill(&Invoice { lines, ..invoice() }));
        assert!(pdf.starts_with(b"%PDF-1."));
        String::from_utf8_lossy(&pdf).matches("/Type /Page\n").count()
    };
    assert_eq!((pages(1), pages(20), pages(200) > 3), (1, 1, true));
    let bill = bill(&invoice());
    assert_eq!(write_pdf(&bill), write_pdf(&bill));
}
