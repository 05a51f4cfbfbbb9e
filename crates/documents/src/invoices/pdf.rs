//! PDF: the document as people read it. The same document gives the same bytes.

use units::Amount;

use super::bill::{Bill, Kind, Line};
use super::glyphs::width;
use super::sheets::{BOLD, BOTTOM, LEADING, LEFT, Paper, REGULAR, RIGHT, Sheets, address};

/// Where the columns of lines end, from the left: quantity, price, tax, net.
const COLUMNS: [f32; 4] = [345.0, 420.0, 465.0, RIGHT];
/// Letters of a description that stand on one line.
const DESCRIPTION: usize = 46;

/// The document as PDF.
pub fn write_pdf(bill: &Bill) -> Vec<u8> {
    let paper = &paper(bill);
    let mut sheets = Sheets::begin(paper);
    head(&mut sheets, bill);
    columns(&mut sheets);
    for line in &bill.lines {
        if sheets.y < BOTTOM + LEADING {
            sheets.turn(paper);
            columns(&mut sheets);
        }
        write_line(&mut sheets, bill, line);
    }
    // the sums stay together
    if sheets.y < BOTTOM + 10.0 * LEADING {
        sheets.turn(paper);
    }
    totals(&mut sheets, bill);
    if bill.orders.len() > 1 {
        orders(&mut sheets, paper, bill);
    }
    sheets.bind(paper)
}

/// With how to pay at the foot.
fn paper(bill: &Bill) -> Paper<'_> {
    let mut foot = Vec::new();
    if !bill.seller.tax_number.is_empty() {
        foot.push(format!("VAT {}", bill.seller.tax_number));
    }
    if !bill.bank_account.is_empty() && bill.kind != Kind::CreditNote {
        foot.push(format!("Please pay to {} and name {}", bill.bank_account, bill.number));
    }
    Paper { seller: &bill.seller, title: bill.kind.title(), number: &bill.number, foot: foot.join("  ") }
}

/// The orders of a consolidated document, as many on a line as there is room for.
fn orders(sheets: &mut Sheets, paper: &Paper<'_>, bill: &Bill) {
    let mut line = "For the orders".to_owned();
    for order in &bill.orders {
        let longer = format!("{line} {order}");
        if width(&longer, 9.0) > RIGHT - LEFT {
            sheets.paragraph(paper, &line);
            line = order.to_string();
        } else {
            line = longer;
        }
    }
    sheets.paragraph(paper, &line);
}

fn head(sheets: &mut Sheets, bill: &Bill) {
    let top = sheets.y;
    for line in address(&bill.buyer) {
        sheets.text(LEFT, REGULAR, 10.0, &line);
        sheets.down();
    }
    let after = sheets.y;
    sheets.y = top;
    let mut facts =
        vec![("Number", bill.number.to_string()), ("Date", bill.issued.to_string()), ("Customer", bill.account.to_string())];
    match bill.orders.as_slice() {
        [order] => facts.push(("Order", order.to_string())),
        orders => facts.push(("Orders", orders.len().to_string())),
    }
    if !bill.purchase_order.is_empty() {
        facts.push(("Your order", bill.purchase_order.to_string()));
    }
    if bill.kind != Kind::CreditNote {
        facts.push(("Due", bill.due.to_string()));
    }
    if let Some((number, day)) = &bill.corrects {
        facts.push(("Corrects", format!("{number} of {day}")));
    }
    for (name, value) in facts {
        sheets.text(330.0, REGULAR, 10.0, name);
        sheets.text_to(RIGHT, REGULAR, 10.0, &value);
        sheets.down();
    }
    sheets.y = sheets.y.min(after) - LEADING;
    for (what, place) in [("Shipped from", &bill.ship_from), ("Delivered to", &bill.delivery)] {
        if let Some(place) = place.as_ref().filter(|place| !place.city.is_empty()) {
            let at = address(place).join(", ");
            sheets.text(LEFT, REGULAR, 9.0, &format!("{what} {at}"));
            sheets.down();
        }
    }
    if !bill.note.is_empty() {
        sheets.text(LEFT, REGULAR, 10.0, &bill.note);
        sheets.down();
    }
    sheets.y -= LEADING;
}

fn columns(sheets: &mut Sheets) {
    sheets.text(LEFT, REGULAR, 9.0, "Item");
    for (end, name) in COLUMNS.into_iter().zip(["Quantity", "Price", "Tax %", "Net"]) {
        sheets.text_to(end, REGULAR, 9.0, name);
    }
    sheets.rule();
    sheets.down();
}

fn write_line(sheets: &mut Sheets, bill: &Bill, line: &Line) {
    let what = if line.item.is_empty() || line.item == line.name {
        line.name.to_string()
    } else {
        format!("{}  {}", line.item, line.name)
    };
    let shown: String = what.chars().take(DESCRIPTION).collect();
    sheets.text(LEFT, REGULAR, 9.0, &shown);
    let (quantity, price, rate) = (line.quantity.to_string(), line.price.to_string(), line.rate.to_string());
    for (end, value) in COLUMNS.into_iter().zip([quantity, price, rate, plain(bill, line.net)]) {
        sheets.text_to(end, REGULAR, 9.0, &value);
    }
    sheets.down();
}

fn totals(sheets: &mut Sheets, bill: &Bill) {
    sheets.rule();
    sheets.down();
    let mut row = |name: &str, amount: Amount, font| {
        sheets.text(330.0, font, 10.0, name);
        sheets.text_to(RIGHT, font, 10.0, &plain(bill, amount));
        sheets.down();
    };
    if !bill.headers.is_empty() {
        row("Lines", bill.line_total(), REGULAR);
    }
    for header in &bill.headers {
        row(&header.reason, if header.is_charge { header.amount } else { -header.amount }, REGULAR);
    }
    row("Net", bill.net, REGULAR);
    for tax in &bill.taxes {
        let name = format!("Tax {} % on {}", tax.rate, plain(bill, tax.base));
        row(&name, tax.tax, REGULAR);
    }
    row(&format!("Total {}", bill.currency.as_str()), bill.gross, BOLD);
    for tax in bill.taxes.iter().filter(|tax| !tax.exemption.is_empty()) {
        sheets.text(LEFT, REGULAR, 9.0, &format!("No tax is charged: {}", tax.exemption));
        sheets.down();
    }
    if let Some((discount, until)) = bill.early_payment {
        let text = format!("{} {} less if paid by {until}", plain(bill, discount), bill.currency.as_str());
        sheets.text(LEFT, REGULAR, 9.0, &text);
        sheets.down();
    }
}

fn plain(bill: &Bill, amount: Amount) -> String {
    amount.in_currency(bill.currency).plain()
}
