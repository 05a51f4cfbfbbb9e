//! Sheets of paper as PDF, with the seller at the head and numbers at the foot.

use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
use trade::billing::Place;

use super::glyphs::{encode, width};

/// A4, in points.
const PAGE: (f32, f32) = (595.0, 842.0);
pub(super) const LEFT: f32 = 50.0;
pub(super) const RIGHT: f32 = 545.0;
pub(super) const BOTTOM: f32 = 90.0;
pub(super) const LEADING: f32 = 14.0;
pub(super) const REGULAR: Name<'static> = Name(b"F1");
pub(super) const BOLD: Name<'static> = Name(b"F2");

/// What stands on each page.
pub(super) struct Paper<'a> {
    pub(super) seller: &'a Place,
    /// What the document is.
    pub(super) title: &'a str,
    /// Its number, for its title in a list of files.
    pub(super) number: &'a str,
    pub(super) foot: String,
}

/// The pages that are written, and where on the last one.
#[derive(Default)]
pub(super) struct Sheets {
    pages: Vec<Content>,
    pub(super) y: f32,
}

impl Sheets {
    /// The first page.
    pub(super) fn begin(paper: &Paper<'_>) -> Self {
        let mut sheets = Self::default();
        sheets.turn(paper);
        sheets
    }

    /// Begins a page with the seller and the document's name.
    pub(super) fn turn(&mut self, paper: &Paper<'_>) {
        self.pages.push(Content::new());
        self.y = PAGE.1 - 60.0;
        self.text(LEFT, BOLD, 12.0, &paper.seller.name);
        self.text_to(RIGHT, REGULAR, 15.0, paper.title);
        self.down();
        let at: Vec<String> = address(paper.seller).into_iter().skip(1).collect();
        self.text(LEFT, REGULAR, 9.0, &at.join(", "));
        self.y -= 3.0 * LEADING;
    }

    pub(super) fn down(&mut self) {
        self.y -= LEADING;
    }

    pub(super) fn text(&mut self, x: f32, font: Name<'_>, size: f32, text: &str) {
        let y = self.y;
        if let Some(page) = self.pages.last_mut() {
            show(page, (x, y), font, size, text);
        }
    }

    /// A line of its own, on the next page where this one is full.
    pub(super) fn paragraph(&mut self, paper: &Paper<'_>, text: &str) {
        if self.y < BOTTOM {
            self.turn(paper);
        }
        self.text(LEFT, REGULAR, 9.0, text);
        self.down();
    }

    /// A text over as many lines as it takes.
    pub(super) fn wrapped(&mut self, paper: &Paper<'_>, text: &str) {
        let mut line = String::new();
        for word in text.split_whitespace() {
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if width(&longer, 9.0) > RIGHT - LEFT && !line.is_empty() {
                self.paragraph(paper, &line);
                line = word.to_owned();
            } else {
                line = longer;
            }
        }
        self.paragraph(paper, &line);
    }

    /// A text that ends there, by the widths of the regular letters; digits are as wide in bold.
    pub(super) fn text_to(&mut self, end: f32, font: Name<'_>, size: f32, text: &str) {
        self.text(end - width(text, size), font, size, text);
    }

    pub(super) fn rule(&mut self) {
        let y = self.y - 4.0;
        if let Some(page) = self.pages.last_mut() {
            page.set_line_width(0.5).move_to(LEFT, y).line_to(RIGHT, y).stroke();
        }
    }

    /// Puts the pages together, with the foot and their numbers.
    pub(super) fn bind(mut self, paper: &Paper<'_>) -> Vec<u8> {
        let count = self.pages.len();
        for (number, page) in (1..).zip(&mut self.pages) {
            show(page, (LEFT, 50.0), REGULAR, 8.0, &paper.foot);
            let of = format!("{number} of {count}");
            show(page, (RIGHT - width(&of, 8.0), 50.0), REGULAR, 8.0, &of);
        }
        bound(self.pages, paper)
    }
}

fn show(page: &mut Content, at: (f32, f32), font: Name<'_>, size: f32, text: &str) {
    page.begin_text();
    page.set_font(font, size).next_line(at.0, at.1).show(Str(&encode(text)));
    page.end_text();
}

fn bound(pages: Vec<Content>, paper: &Paper<'_>) -> Vec<u8> {
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
    let title = format!("{} {}", paper.title, paper.number);
    pdf.document_info(info).title(TextStr(&title)).author(TextStr(&paper.seller.name)).producer(TextStr("Crossdock"));
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

/// The lines of an address, without those that are empty.
pub(super) fn address(place: &Place) -> Vec<String> {
    let town = format!("{} {}", place.postcode, place.city);
    let lines = [place.name.to_string(), place.street.to_string(), town.trim().to_owned(), place.country.to_string()];
    lines.into_iter().filter(|line| !line.is_empty()).collect()
}
