//! The semantic model of an invoice (EN 16931-1, clause 6), and how a posted one becomes it.

use trade::billing::{DocumentKind, Invoice, Place};
use trade::tax::TaxScheme;
use trade::{AccountId, OrderId};
use units::{Amount, Currency, Day, Decimal, Text};

/// Why nothing is charged of goods that leave for another member state (Directive 2006/112/EC, articles 138 and 226 (11a)).
const REVERSE_CHARGE: &str = "intra-community supply, reverse charge: the buyer accounts for the tax";

/// The type of a document (BT-3, UNTDID 1001).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 380.
    Invoice,
    /// 386: asked for before anything is shipped.
    Prepayment,
    /// 381.
    CreditNote,
}

impl Kind {
    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Invoice => "380",
            Self::Prepayment => "386",
            Self::CreditNote => "381",
        }
    }

    /// As people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Invoice => "Invoice",
            Self::Prepayment => "Deposit invoice",
            Self::CreditNote => "Credit note",
        }
    }
}

/// A VAT category (BT-118, UNCL 5305).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    /// S: taxed at a rate.
    Standard,
    /// Z: taxed at nothing.
    Zero,
    /// E: exempt, for a reason that is told.
    Exempt,
    /// K: goods for another member state of the EU, where the buyer accounts for the tax.
    IntraCommunity,
}

impl Category {
    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Standard => "S",
            Self::Zero => "Z",
            Self::Exempt => "E",
            Self::IntraCommunity => "K",
        }
    }
}

/// A line (BG-25).
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// 1, 2, 3 …
    pub number: usize,
    /// What it is.
    pub name: Text,
    /// The seller's item number; empty for what is no item.
    pub item: Text,
    /// Units.
    pub quantity: i64,
    /// The unit by its code (UN/ECE Recommendation 20).
    pub unit: &'static str,
    /// Per unit, net.
    pub price: Decimal,
    /// Net.
    pub net: Amount,
    /// VAT category.
    pub category: Category,
    /// In per cent.
    pub rate: Decimal,
}

/// What is added or taken off for the document as a whole (BG-20, BG-21).
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// Added; else taken off.
    pub is_charge: bool,
    /// What it is.
    pub reason: Text,
    /// Net, above zero.
    pub amount: Amount,
    /// VAT category.
    pub category: Category,
    /// In per cent.
    pub rate: Decimal,
}

/// Tax of one category and rate (BG-23).
#[derive(Debug, Clone, PartialEq)]
pub struct Tax {
    /// VAT category.
    pub category: Category,
    /// In per cent.
    pub rate: Decimal,
    /// Net amount that it is on.
    pub base: Amount,
    /// Tax.
    pub tax: Amount,
    /// Why nothing is charged, for what is exempt.
    pub exemption: Text,
}

/// An invoice or credit note.
#[derive(Debug, Clone, PartialEq)]
pub struct Bill {
    /// Its legal number (BT-1).
    pub number: Text,
    /// Its type.
    pub kind: Kind,
    /// Its day (BT-2).
    pub issued: Day,
    /// The day on which it is due (BT-9).
    pub due: Day,
    /// Currency of every amount.
    pub currency: Currency,
    /// Our orders (BT-14).
    pub orders: Vec<OrderId>,
    /// The customer's purchase order number (BT-13).
    pub purchase_order: Text,
    /// The invoice that it corrects (BG-3).
    pub corrects: Option<(Text, Day)>,
    /// What it is for, in words (BT-22).
    pub note: Text,
    /// The seller.
    pub seller: Place,
    /// The buyer.
    pub buyer: Place,
    /// The buyer's number with us (BT-46).
    pub account: AccountId,
    /// Where the goods went.
    pub delivery: Option<Place>,
    /// Where they came from, if not from the seller's own address. The standard has no term for it.
    pub ship_from: Option<Place>,
    /// The account to pay to.
    pub bank_account: Text,
    /// Early-payment discount and its last day.
    pub early_payment: Option<(Amount, Day)>,
    /// Lines.
    pub lines: Vec<Line>,
    /// What is added and taken off for the document as a whole.
    pub headers: Vec<Header>,
    /// Tax by category and rate.
    pub taxes: Vec<Tax>,
    /// Without tax (BT-109).
    pub net: Amount,
    /// Tax (BT-110).
    pub tax: Amount,
    /// With tax: what is to be paid (BT-112, BT-115).
    pub gross: Amount,
}

impl Bill {
    /// A posted document in the words of the standard, with number and day of the invoice that it corrects.
    pub fn of(invoice: &Invoice, corrects: Option<(Text, Day)>) -> Self {
        let particulars = &*invoice.particulars;
        let lines = lines(invoice);
        let taxes = taxes(invoice, &lines);
        let headers = headers(invoice, &lines, &taxes);
        Self {
            number: invoice.number.clone(),
            kind: kind(invoice.kind),
            issued: invoice.date,
            due: invoice.due,
            currency: invoice.currency,
            orders: invoice.orders().collect(),
            purchase_order: invoice.purchase_order.clone(),
            corrects,
            note: invoice.reason.clone(),
            seller: particulars.seller.clone(),
            buyer: particulars.buyer.clone(),
            account: invoice.account.clone(),
            delivery: particulars.delivery.clone(),
            ship_from: particulars.ship_from.clone(),
            bank_account: particulars.bank_account.clone(),
            early_payment: invoice.early_payment,
            lines,
            headers,
            taxes,
            net: invoice.net,
            tax: invoice.tax,
            gross: invoice.gross,
        }
    }

    /// The lines' net amounts together (BT-106).
    pub fn line_total(&self) -> Amount {
        self.lines.iter().map(|line| line.net).sum()
    }

    /// What is added, or else what is taken off, for the document as a whole (BT-108, BT-107).
    pub fn header_total(&self, is_charge: bool) -> Amount {
        self.headers.iter().filter(|header| header.is_charge == is_charge).map(|header| header.amount).sum()
    }
}

fn kind(kind: DocumentKind) -> Kind {
    match kind {
        DocumentKind::Invoice => Kind::Invoice,
        DocumentKind::Deposit => Kind::Prepayment,
        DocumentKind::CreditNote | DocumentKind::Goodwill => Kind::CreditNote,
    }
}

/// The category of what is taxed at a rate on that invoice, and exempt or not.
fn category(invoice: &Invoice, rate: Decimal, exempt: bool) -> Category {
    match (rate.is_zero(), exempt) {
        (false, _) => Category::Standard,
        (true, _) if invoice.tax_scheme == TaxScheme::ReverseCharge => Category::IntraCommunity,
        (true, false) => Category::Zero,
        (true, true) => Category::Exempt,
    }
}

/// The lines; a document without any, such as a deposit, is one line about what it asks for (EN 16931, BR-16).
fn lines(invoice: &Invoice) -> Vec<Line> {
    if invoice.lines.is_empty() {
        return whole(invoice);
    }
    let line = |(number, line): (usize, &trade::billing::InvoiceLine)| {
        let sold = invoice.particulars.items.get(&line.item);
        let name = sold.map(|sold| sold.description.clone()).filter(|name| !name.is_empty());
        Line {
            number,
            name: name.unwrap_or_else(|| line.item.0.clone()),
            item: line.item.0.clone(),
            quantity: line.quantity.0,
            unit: sold.map_or("C62", |sold| unit(sold.uom.as_str())),
            price: line.price,
            net: line.net,
            category: category(invoice, line.tax_rate, line.exempt),
            rate: line.tax_rate,
        }
    };
    (1..).zip(&invoice.lines).map(line).collect()
}

/// Tax by rate, and what is exempt apart from what is taxed at nothing. Freight and what is taken off stay with what is not exempt, if
/// there is such.
fn taxes(invoice: &Invoice, lines: &[Line]) -> Vec<Tax> {
    let mut taxes = Vec::with_capacity(invoice.taxes.len());
    for tax in &invoice.taxes {
        let of_rate = || lines.iter().filter(|line| line.rate == tax.rate);
        let is_mixed = of_rate().any(|line| line.category != Category::Exempt);
        let exempt: Amount = of_rate().filter(|line| line.category == Category::Exempt).map(|line| line.net).sum();
        if of_rate().any(|line| line.category == Category::Exempt) {
            let base = if is_mixed { exempt } else { tax.base };
            let exemption = invoice.particulars.exemption.clone();
            taxes.push(Tax { category: Category::Exempt, rate: tax.rate, base, tax: Amount::ZERO, exemption });
            if !is_mixed {
                continue;
            }
        }
        let category = category(invoice, tax.rate, false);
        let exemption = if category == Category::IntraCommunity { REVERSE_CHARGE } else { "" };
        taxes.push(Tax { category, rate: tax.rate, base: tax.base - exempt, tax: tax.tax, exemption: exemption.into() });
    }
    taxes
}

/// One line for each rate of a document without lines.
fn whole(invoice: &Invoice) -> Vec<Line> {
    let name = match invoice.kind {
        DocumentKind::Deposit => format!("Deposit for order {}", invoice.order),
        _ if invoice.reason.is_empty() => format!("For order {}", invoice.order),
        _ => invoice.reason.to_string(),
    };
    let line = |(number, tax): (usize, &trade::billing::TaxLine)| Line {
        number,
        name: name.as_str().into(),
        item: Text::default(),
        quantity: 1,
        unit: "C62",
        price: tax.base.to_decimal(invoice.currency),
        net: tax.base,
        category: category(invoice, tax.rate, !invoice.particulars.exemption.is_empty()),
        rate: tax.rate,
    };
    (1..).zip(&invoice.taxes).map(line).collect()
}

/// Freight, discount and deposit. Where goods have several rates or categories they are told together by these, with the share that was
/// taxed there.
fn headers(invoice: &Invoice, lines: &[Line], taxes: &[Tax]) -> Vec<Header> {
    if invoice.lines.is_empty() {
        return Vec::new();
    }
    let named =
        [(true, "Freight", invoice.freight), (false, "Discount", invoice.discount), (false, "Deposit", invoice.deposit)];
    if let [tax] = taxes {
        let header = |(is_charge, reason, amount): (bool, &'static str, Amount)| Header {
            is_charge,
            reason: Text::const_new(reason),
            amount,
            category: tax.category,
            rate: tax.rate,
        };
        return named.into_iter().filter(|(.., amount)| !amount.is_zero()).map(header).collect();
    }
    let reasons: Vec<&str> = named.iter().filter(|(.., amount)| !amount.is_zero()).map(|(_, reason, _)| *reason).collect();
    let is_meant = |line: &Line, tax: &Tax| (line.category, line.rate) == (tax.category, tax.rate);
    let share = |tax: &Tax| {
        let of_lines: Amount = lines.iter().filter(|line| is_meant(line, tax)).map(|line| line.net).sum();
        let share = tax.base - of_lines;
        (!share.is_zero()).then(|| Header {
            is_charge: share.is_positive(),
            reason: Text::from(reasons.join(", ")),
            amount: share.abs(),
            category: tax.category,
            rate: tax.rate,
        })
    };
    taxes.iter().filter_map(share).collect()
}

/// A unit of measure by its code in UN/ECE Recommendation 20, or 21 with its X; what is in neither is told as `C62`, one.
fn unit(uom: &str) -> &'static str {
    match uom {
        "EA" => "EA",
        "KG" | "KGM" => "KGM",
        "G" | "GRM" => "GRM",
        "L" | "LTR" => "LTR",
        "M" | "MTR" => "MTR",
        "PR" => "PR",
        "SET" => "SET",
        "CS" | "CA" => "XCS",
        "BX" => "XBX",
        "PK" => "XPK",
        "PL" | "PAL" => "XPX",
        _ => "C62",
    }
}
