//! UBL 2.1 in the syntax binding of EN 16931-3-2, customised as Peppol BIS Billing 3.0 names the bare standard.

use std::fmt::Write;

use trade::billing::Place;
use units::{Amount, Currency, Decimal};

use super::bill::{Bill, Category, Header, Kind, Line, Tax};

const NAMES: &str = "xmlns:cac=\"urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2\" \
                     xmlns:cbc=\"urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2\"";

/// The document as UBL 2.1: an `Invoice`, or a `CreditNote`.
pub fn write_ubl(bill: &Bill) -> String {
    let root = if bill.kind == Kind::CreditNote { "CreditNote" } else { "Invoice" };
    let mut xml =
        Xml { out: String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"), currency: bill.currency, depth: 0 };
    xml.line(format_args!("<{root} xmlns=\"urn:oasis:names:specification:ubl:schema:xsd:{root}-2\" {NAMES}>"));
    xml.depth = 1;
    head(&mut xml, bill);
    party(&mut xml, "AccountingSupplierParty", &bill.seller, None);
    party(&mut xml, "AccountingCustomerParty", &bill.buyer, Some(bill.account.as_str()));
    if let Some(place) = &bill.delivery {
        xml.within("Delivery", |xml| {
            xml.within("DeliveryLocation", |xml| xml.within("Address", |xml| address(xml, place)));
            if !place.name.is_empty() {
                xml.within("DeliveryParty", |xml| xml.within("PartyName", |xml| xml.text("Name", &place.name)));
            }
        });
    }
    means(&mut xml, bill);
    bill.headers.iter().for_each(|header| allowance(&mut xml, header));
    xml.within("TaxTotal", |xml| {
        xml.amount("TaxAmount", bill.tax);
        bill.taxes.iter().for_each(|tax| subtotal(xml, tax));
    });
    xml.within("LegalMonetaryTotal", |xml| totals(xml, bill));
    bill.lines.iter().for_each(|line| write_line(&mut xml, root, line));
    xml.depth = 0;
    xml.line(format_args!("</{root}>"));
    xml.out
}

fn head(xml: &mut Xml, bill: &Bill) {
    let is_credit = bill.kind == Kind::CreditNote;
    xml.text("CustomizationID", "urn:cen.eu:en16931:2017");
    xml.text("ID", &bill.number);
    xml.text("IssueDate", &bill.issued.to_string());
    if !is_credit {
        xml.text("DueDate", &bill.due.to_string());
    }
    xml.text(if is_credit { "CreditNoteTypeCode" } else { "InvoiceTypeCode" }, bill.kind.code());
    if !bill.note.is_empty() {
        xml.text("Note", &bill.note);
    }
    xml.text("DocumentCurrencyCode", bill.currency.as_str());
    if !bill.purchase_order.is_empty() {
        xml.text("BuyerReference", &bill.purchase_order);
    }
    xml.within("OrderReference", |xml| {
        let purchase_order = if bill.purchase_order.is_empty() { "NA" } else { bill.purchase_order.as_str() };
        xml.text("ID", purchase_order);
        let orders: Vec<String> = bill.orders.iter().map(ToString::to_string).collect();
        xml.text("SalesOrderID", &orders.join(" "));
    });
    if let Some((number, day)) = &bill.corrects {
        xml.within("BillingReference", |xml| {
            xml.within("InvoiceDocumentReference", |xml| {
                xml.text("ID", number);
                xml.text("IssueDate", &day.to_string());
            });
        });
    }
}

fn party(xml: &mut Xml, role: &str, place: &Place, id: Option<&str>) {
    xml.within(role, |xml| {
        xml.within("Party", |xml| {
            if let Some(id) = id {
                xml.within("PartyIdentification", |xml| xml.text("ID", id));
            }
            xml.within("PostalAddress", |xml| address(xml, place));
            if !place.tax_number.is_empty() {
                xml.within("PartyTaxScheme", |xml| {
                    xml.text("CompanyID", &place.tax_number);
                    vat(xml);
                });
            }
            xml.within("PartyLegalEntity", |xml| xml.text("RegistrationName", &place.name));
        });
    });
}

fn address(xml: &mut Xml, place: &Place) {
    for (name, value) in [("StreetName", &place.street), ("CityName", &place.city), ("PostalZone", &place.postcode)] {
        if !value.is_empty() {
            xml.text(name, value);
        }
    }
    xml.within("Country", |xml| xml.text("IdentificationCode", &place.country));
}

/// How to pay: 30 is a credit transfer (UNTDID 4461); and the terms in words.
fn means(xml: &mut Xml, bill: &Bill) {
    if !bill.bank_account.is_empty() && bill.kind != Kind::CreditNote {
        xml.within("PaymentMeans", |xml| {
            xml.text("PaymentMeansCode", "30");
            xml.text("PaymentID", &bill.number);
            xml.within("PayeeFinancialAccount", |xml| xml.text("ID", &bill.bank_account));
        });
    }
    // whoever is owed something is told when and how (BR-CO-25)
    if bill.kind == Kind::CreditNote {
        xml.within("PaymentTerms", |xml| xml.text("Note", "Credited to the account"));
    } else if let Some((discount, until)) = bill.early_payment {
        let discount = discount.in_currency(bill.currency).plain();
        let note = format!("{discount} {} less if paid by {until}", bill.currency.as_str());
        xml.within("PaymentTerms", |xml| xml.text("Note", &note));
    }
}

fn allowance(xml: &mut Xml, header: &Header) {
    xml.within("AllowanceCharge", |xml| {
        xml.text("ChargeIndicator", if header.is_charge { "true" } else { "false" });
        xml.text("AllowanceChargeReason", &header.reason);
        xml.amount("Amount", header.amount);
        category(xml, "TaxCategory", header.category, header.rate, "");
    });
}

fn subtotal(xml: &mut Xml, tax: &Tax) {
    xml.within("TaxSubtotal", |xml| {
        xml.amount("TaxableAmount", tax.base);
        xml.amount("TaxAmount", tax.tax);
        category(xml, "TaxCategory", tax.category, tax.rate, &tax.exemption);
    });
}

fn totals(xml: &mut Xml, bill: &Bill) {
    xml.amount("LineExtensionAmount", bill.line_total());
    xml.amount("TaxExclusiveAmount", bill.net);
    xml.amount("TaxInclusiveAmount", bill.gross);
    for (name, is_charge) in [("AllowanceTotalAmount", false), ("ChargeTotalAmount", true)] {
        if bill.headers.iter().any(|header| header.is_charge == is_charge) {
            xml.amount(name, bill.header_total(is_charge));
        }
    }
    xml.amount("PayableAmount", bill.gross);
}

fn write_line(xml: &mut Xml, root: &str, line: &Line) {
    let quantity = if root == "CreditNote" { "CreditedQuantity" } else { "InvoicedQuantity" };
    xml.within(&format!("{root}Line"), |xml| {
        xml.text("ID", &line.number.to_string());
        xml.line(format_args!("<cbc:{quantity} unitCode=\"{}\">{}</cbc:{quantity}>", line.unit, line.quantity));
        xml.amount("LineExtensionAmount", line.net);
        xml.within("Item", |xml| {
            xml.text("Name", &line.name);
            if !line.item.is_empty() {
                xml.within("SellersItemIdentification", |xml| xml.text("ID", &line.item));
            }
            category(xml, "ClassifiedTaxCategory", line.category, line.rate, "");
        });
        xml.within("Price", |xml| {
            let currency = xml.currency;
            xml.line(format_args!("<cbc:PriceAmount currencyID=\"{}\">{}</cbc:PriceAmount>", currency.as_str(), line.price));
        });
    });
}

fn category(xml: &mut Xml, name: &str, category: Category, rate: Decimal, exemption: &str) {
    xml.within(name, |xml| {
        xml.text("ID", category.code());
        xml.text("Percent", &rate.to_string());
        if !exemption.is_empty() {
            xml.text("TaxExemptionReason", exemption);
        }
        vat(xml);
    });
}

fn vat(xml: &mut Xml) {
    xml.within("TaxScheme", |xml| xml.text("ID", "VAT"));
}

/// What is written so far.
struct Xml {
    out: String,
    currency: Currency,
    depth: usize,
}

impl Xml {
    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // writing to a string does not fail
        let _ = writeln!(self.out, "{:1$}{line}", "", self.depth * 2);
    }

    fn within(&mut self, name: &str, write: impl FnOnce(&mut Self)) {
        self.line(format_args!("<cac:{name}>"));
        self.depth += 1;
        write(self);
        self.depth -= 1;
        self.line(format_args!("</cac:{name}>"));
    }

    fn text(&mut self, name: &str, value: &str) {
        self.line(format_args!("<cbc:{name}>{}</cbc:{name}>", crate::statements::escape(value)));
    }

    fn amount(&mut self, name: &str, amount: Amount) {
        let (currency, plain) = (self.currency, amount.in_currency(self.currency).plain());
        self.line(format_args!("<cbc:{name} currencyID=\"{}\">{plain}</cbc:{name}>", currency.as_str()));
    }
}
