//! The rules of EN 16931-1 (clause 6.4) that our documents could break: what has to be there, and what has to add up.

use trade::Finding;
use units::{Amount, Text};

use super::bill::{Bill, Category, Tax};

/// What would be refused by whoever receives the document as EN 16931; nothing if it can be sent.
pub fn check(bill: &Bill) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut find = |rule: &str, is_broken: bool, cause: String, mend: &'static str| {
        if is_broken {
            let place = Text::from(format!("{}, {rule}", bill.number));
            findings.push(Finding { place, cause: cause.into(), mend: Text::const_new(mend) });
        }
    };
    // a posted document stays as it is (domain §1.6)
    let company = "set it in the company's master data, `party`, for what is posted from then on";
    let account = "set it in the account's master data for what is posted from then on";
    let posted = "the document was posted so; credit it, and look why";
    find("BR-06", bill.seller.name.is_empty(), "the seller has no name".to_owned(), company);
    find("BR-09", bill.seller.country.len() != 2, "the seller's country is no code of two letters".to_owned(), company);
    let is_taxed = bill.taxes.iter().any(|tax| tax.category != Category::Zero || !tax.base.is_zero());
    find(
        "BR-S-02, BR-Z-02, BR-E-02",
        is_taxed && bill.seller.tax_number.is_empty(),
        "the seller has no VAT identifier".to_owned(),
        company,
    );
    let prefix = bill.seller.tax_number.chars().take(2).filter(char::is_ascii_alphabetic).count();
    find(
        "BR-CO-09",
        !bill.seller.tax_number.is_empty() && prefix != 2,
        "the seller's VAT identifier does not begin with a country".to_owned(),
        company,
    );
    let is_intra = bill.taxes.iter().any(|tax| tax.category == Category::IntraCommunity);
    find("BR-IC-02", is_intra && bill.buyer.tax_number.is_empty(), "the buyer has no VAT identifier".to_owned(), account);
    let goes_to = bill.delivery.as_ref().map_or("", |place| place.country.as_str());
    find("BR-IC-12", is_intra && goes_to.len() != 2, "it does not say to which country the goods went".to_owned(), posted);
    find("BR-07", bill.buyer.name.is_empty(), "the buyer has no name".to_owned(), account);
    find("BR-11", bill.buyer.country.len() != 2, "the buyer has no address with a country".to_owned(), account);
    find("BR-16", bill.lines.is_empty(), "it has no line".to_owned(), posted);

    let (lines, charges, allowances) = (bill.line_total(), bill.header_total(true), bill.header_total(false));
    find(
        "BR-CO-13",
        lines + charges - allowances != bill.net,
        format!("lines, charges and allowances make {} and not the net amount", (lines + charges - allowances).0),
        posted,
    );
    find("BR-CO-15", bill.net + bill.tax != bill.gross, "net and tax do not make the total".to_owned(), posted);
    let tax: Amount = bill.taxes.iter().map(|tax| tax.tax).sum();
    find("BR-CO-14", tax != bill.tax, "the taxes of the rates do not make the tax".to_owned(), posted);
    for tax in &bill.taxes {
        find(
            "BR-CO-17",
            tax.base.percent(tax.rate) != tax.tax,
            format!("{} per cent of {} minor units is not {}", tax.rate, tax.base.0, tax.tax.0),
            "let the company round tax as EN 16931 asks: `document-from-rounded-lines`",
        );
        find(
            "BR-S-08",
            base(bill, tax) != tax.base,
            format!("what is taxed at {} per cent is another amount", tax.rate),
            posted,
        );
    }
    findings
}

/// What is taxed in a category at a rate, by lines and headers.
fn base(bill: &Bill, tax: &Tax) -> Amount {
    let is_meant = |category, rate| category == tax.category && rate == tax.rate;
    let lines: Amount = bill.lines.iter().filter(|line| is_meant(line.category, line.rate)).map(|line| line.net).sum();
    let headers = bill.headers.iter().filter(|header| is_meant(header.category, header.rate));
    lines + headers.map(|header| if header.is_charge { header.amount } else { -header.amount }).sum::<Amount>()
}
