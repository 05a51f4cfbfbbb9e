//! PDF: the document as people read it. The same document gives the same bytes.

use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
use trade::billing::Place;
use units::Amount;

use super::bill::{Bill, Kind, Line};
use super::glyphs::{encode, width};

/// A4, in points.
const PAGE: (f32, f32) = (595.0, 842.0);
const LEFT: f32 = 50.0;
const RIGHT: f32 = 545.0;
const BOTTOM: f32 = 90.0;
const LEADING: f32 = 14.0;
const REGULAR: Name<'static> = Name(b"F1");
const BOLD: Name<'static> = Name(b"F2");
/// Where the columns of lines end, from the left: quantity, price, tax, net.
const COLUMNS: [f32; 4] = [345.0, 420.0, 465.0, RIGHT];
/// Letters of a description that stand on one line.
const DESCRIPTION: usize = 46;

/// The document as PDF.
pub fn write_pdf(bill: &Bill) -> Vec<u8> {
    let mut sheets = Sheets::default();
    sheets.turn(bill);
    head(&mut sheets, bill);
    columns(&mut sheets);
    for line in &bill.lines {
        if sheets.y < BOTTOM + LEADING {
            sheets.turn(bill);
            columns(&mut sheets);
        }
        write_line(&mut sheets, bill, line);
    }
    // the sums stay together
    if sheets.y < BOTTOM + 10.0 * LEADING {
        sheets.turn(bill);
    }
    totals(&mut sheets, bill);
    if bill.orders.len() > 1 {
        orders(&mut sheets, bill);
    }
    sheets.bind(bill)
}

/// The orders of a consolidated document, as many on a line as there is room for.
fn orders(sheets: &mut Sheets, bill: &Bill) {
    let mut line = "For the orders".to_owned();
    for order in &bill.orders {
        let longer = format!("{line} {order}");
        if width(&longer, 9.0) > RIGHT - LEFT {
            sheets.paragraph(bill, &line);
            line = order.to_string();
        } else {
            line = longer;
        }
    }
    sheets.paragraph(bill, &line);
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
    if let Some(place) = bill.delivery.as_ref().filter(|place| !place.city.is_empty()) {
        let at = address(place).join(", ");
        sheets.text(LEFT, REGULAR, 9.0, &format!("Delivered to {at}"));
        sheets.down();
    }
    if !bill.note.is_empty() {
        sheets.text(LEFT, REGULAR, 10.0, &bill.note);
        sheets.down();
    }
    sheets.y -= LEADING;
}

/// The lines of an address, without those that are empty.
fn address(place: &Place) -> Vec<String> {
    let town = format!("{} {}", place.postcode, place.city);
    let lines = [place.name.to_string(), place.street.to_string(), town.trim().to_owned(), place.country.to_string()];
    lines.into_iter().filter(|line| !line.is_empty()).collect()
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

/// The pages that are written, and where on the last one.
#[derive(Default)]
struct Sheets {
    pages: Vec<Content>,
    y: f32,
}

impl Sheets {
    /// Begins a page with the seller and the document's name.
    fn turn(&mut self, bill: &Bill) {
        self.pages.push(Content::new());
        self.y = PAGE.1 - 60.0;
        self.text(LEFT, BOLD, 12.0, &bill.seller.name);
        self.text_to(RIGHT, REGULAR, 15.0, bill.kind.title());
        self.down();
        let at: Vec<String> = address(&bill.seller).into_iter().skip(1).collect();
        self.text(LEFT, REGULAR, 9.0, &at.join(", "));
        self.y -= 3.0 * LEADING;
    }

    fn down(&mut self) {
        self.y -= LEADING;
    }

    fn text(&mut self, x: f32, font: Name<'_>, size: f32, text: &str) {
        let y = self.y;
        if let Some(page) = self.pages.last_mut() {
            show(page, (x, y), font, size, text);
        }
    }

    /// A line of its own, on the next page where this one is full.
    fn paragraph(&mut self, bill: &Bill, text: &str) {
        if self.y < BOTTOM {
            self.turn(bill);
        }
        self.text(LEFT, REGULAR, 9.0, text);
        self.down();
    }

    /// A text that ends there, by the widths of the regular letters; digits are as wide in bold.
    fn text_to(&mut self, end: f32, font: Name<'_>, size: f32, text: &str) {
        self.text(end - width(text, size), font, size, text);
    }

    fn rule(&mut self) {
        let y = self.y - 4.0;
        if let Some(page) = self.pages.last_mut() {
            page.set_line_width(0.5).move_to(LEFT, y).line_to(RIGHT, y).stroke();
        }
    }

    /// Puts the pages together, with how to pay and their numbers at the foot.
    fn bind(mut self, bill: &Bill) -> Vec<u8> {
        let count = self.pages.len();
        let mut foot = Vec::new();
        if !bill.seller.tax_number.is_empty() {
            foot.push(format!("VAT {}", bill.seller.tax_number));
        }
        if !bill.bank_account.is_empty() && bill.kind != Kind::CreditNote {
            foot.push(format!("Please pay to {} and name {}", bill.bank_account, bill.number));
        }
        let foot = foot.join("  ");
        for (number, page) in (1..).zip(&mut self.pages) {
            show(page, (LEFT, 50.0), REGULAR, 8.0, &foot);
            let of = format!("{number} of {count}");
            show(page, (RIGHT - width(&of, 8.0), 50.0), REGULAR, 8.0, &of);
        }
        bound(self.pages, bill)
    }
}

fn show(page: &mut Content, at: (f32, f32), font: Name<'_>, size: f32, text: &str) {
    page.begin_text();
    page.set_font(font, size).next_line(at.0, at.1).show(Str(&encode(text)));
    page.end_text();
}

fn bound(pages: Vec<Content>, bill: &Bill) -> Vec<u8> {
    let mut next = 1;
    let mut number = || {
        next += 1;
        Ref::new(next - 1)
    };
    let (catalog, tree, info, regular, bold) = (number(), number(), number(), number(), number());
    let ids: Vec<(Ref, Ref)> = pages.iter().map(|_| (number(), number())).collect();
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(tree);
    pdf.pages(tree).kids(ids.iter().map(|(page, _)| *page)).count(i32::try_from(ids.len()).unwrap_or(i32::MAX));
    let title = format!("{} {}", bill.kind.title(), bill.number);
    pdf.document_info(info).title(TextStr(&title)).author(TextStr(&bill.seller.name)).producer(TextStr("Crossdock"));
    for (id, name) in [(regular, &b"Helvetica"[..]), (bold, b"Helvetica-Bold")] {
        pdf.type1_font(id).base_font(Name(name)).encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    for ((id, content), page) in ids.into_iter().zip(pages) {
        let mut written = pdf.page(id);
        written.media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).parent(tree).contents(content);
        written.resources().fonts().pair(REGULAR, regular).pair(BOLD, bold);
        written.finish();
        pdf.stream(content, &page.finish());
    }
    pdf.finish()
}
