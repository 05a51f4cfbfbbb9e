//! Orders as CSV.
//!
//! | Column | What it holds |
//! |---|---|
//! | `account` | The customer's account; needed |
//! | `purchase_order` or `order` | The customer's number; rows of one account and number that follow each other are one order |
//! | `item` | Stock code, customer part number or GTIN; needed |
//! | `description`, `uom` | What the customer calls the item, and the unit of the quantity |
//! | `quantity` | Above zero; needed |
//! | `price` | Per unit, in major units |
//! | `currency` | ISO 4217; empty means the company's |
//! | `requested` | Day, `2026-11-23` |
//! | `ship_to` | The code of one of the account's addresses |
//! | `ship_to_name`, `ship_to_street`, `ship_to_postcode`, `ship_to_city`, `ship_to_country` | A full address |
//! | `ship_to_region`, `ship_to_county`, `ship_to_district` | Of that address, where taxes depend on them |
//! | `ship_complete` | `true` or `false` |
//! | `max_backorders` | how many parts may be delivered after the first; 0 cancels what is not there at once |
//! | `consolidate_until` | until this day the release waits for the rest |
//! | `accepts_earlier` | `true` if it may come before the day that the customer was told |
//! | `reservations` | Reservations of its items that were made before, separated by vertical bars; the order takes them over |
//! | `incoterm` | the term of delivery, such as `DAP`, if otherwise than the account |
//! | `ship_group` | Lines of the same group are released together or not at all |
//! | `quote` | The quote by which the line was ordered |
//! | `freight`, `discount` | Of the whole order, net, in major units |
//! | `billing` | How it is billed, if otherwise than the account: `per_shipment`, `on_complete=14`, `monthly` … |
//!
//! What concerns the whole order is taken from its first row; further rows may leave it empty, but not contradict it.

use trade::ReservationId;
use trade::master::{NoBillingPolicy, NoIncoterm, ShipTo};
use trade::order::{Channel, Destination, Original, Submission, SubmittedLine};
use units::{Amount, Currency, Day, Decimal};

use super::OrderDocument;
use crate::csv_table::{Row, rows, short};
use crate::{Finding, Place, Read};

const COLUMNS: [&str; 30] = [
    "account",
    "purchase_order",
    "order",
    "item",
    "description",
    "quantity",
    "uom",
    "price",
    "currency",
    "requested",
    "ship_to",
    "ship_to_name",
    "ship_to_street",
    "ship_to_postcode",
    "ship_to_city",
    "ship_to_country",
    "ship_complete",
    "freight",
    "discount",
    "ship_group",
    "quote",
    "billing",
    "max_backorders",
    "consolidate_until",
    "accepts_earlier",
    "reservations",
    "incoterm",
    "ship_to_region",
    "ship_to_county",
    "ship_to_district",
];
/// Columns that concern the whole order.
const WHOLE: [&str; 19] = [
    "currency",
    "requested",
    "ship_to",
    "ship_to_name",
    "ship_to_street",
    "ship_to_postcode",
    "ship_to_city",
    "ship_to_country",
    "freight",
    "discount",
    "billing",
    "max_backorders",
    "consolidate_until",
    "accepts_earlier",
    "reservations",
    "incoterm",
    "ship_to_region",
    "ship_to_county",
    "ship_to_district",
];

/// An order whose rows are being read.
struct Open<'a> {
    place: Place,
    first: Row<'a>,
    submission: Submission,
    /// Nothing was wrong so far. Half of an order is another order, so one with a wrong row is left out as a whole.
    sound: bool,
}

pub(super) fn read(text: &str, name: &str) -> Read<OrderDocument> {
    let mut read = Read::default();
    let mut open: Option<Open<'_>> = None;
    rows(text, name, &COLUMNS, &["account", "item", "quantity"], &mut read, |read, row| {
        let row = match row {
            Ok(row) => row,
            Err(finding) => {
                // nobody knows which order it belongs to, and the one at hand is the likeliest
                if let Some(open) = &mut open {
                    open.sound = false;
                }
                return read.find(finding);
            }
        };
        let line = match open.as_mut().filter(|open| continues(&open.first, &row)) {
            Some(open) => consistent(&open.first, &row).and_then(|()| line(&row)),
            None => {
                finish(read, open.take());
                let line = line(&row);
                let (submission, sound) = match header(&row) {
                    Ok(submission) => (submission, true),
                    Err(finding) => {
                        read.find(*finding);
                        (Submission::default(), false)
                    }
                };
                open = Some(Open { place: row.place(), first: row, submission, sound });
                line
            }
        };
        match (line, &mut open) {
            (Ok(line), Some(open)) => open.submission.lines.push(line),
            (Ok(_), None) => {}
            (Err(finding), open) => {
                read.find(*finding);
                if let Some(open) = open {
                    open.sound = false;
                }
            }
        }
    });
    finish(&mut read, open);
    read
}

fn finish(read: &mut Read<OrderDocument>, open: Option<Open<'_>>) {
    if let Some(Open { place, submission, sound: true, .. }) = open {
        read.records.push((place, OrderDocument::Order(Box::new(submission))));
    }
}

fn purchase_order<'a>(row: &'a Row<'_>) -> &'a str {
    let number = row.get("purchase_order");
    if number.is_empty() { row.get("order") } else { number }
}

/// A row without a purchase order number is an order of its own.
fn continues(first: &Row<'_>, row: &Row<'_>) -> bool {
    let number = purchase_order(row);
    !number.is_empty() && number == purchase_order(first) && row.get("account") == first.get("account")
}

fn consistent(first: &Row<'_>, row: &Row<'_>) -> Result<(), Box<Finding>> {
    for column in WHOLE {
        let (given, before) = (row.get(column), first.get(column));
        if !given.is_empty() && given != before {
            let cause = format!("`{}` contradicts the first row of the order, which says `{}`", short(given), short(before));
            return Err(Box::new(row.wrong(column, cause, "give it once per order")));
        }
    }
    Ok(())
}

fn header(row: &Row<'_>) -> Result<Submission, Box<Finding>> {
    let currency = row.parsed::<Currency>("currency", "use an ISO 4217 code such as EUR")?;
    let amount = |column: &str| {
        let mend = "give a number such as 12.50 that is not below zero, or nothing";
        let amount = row.amount(column, currency.unwrap_or_default(), mend)?.unwrap_or_default();
        if amount.is_negative() {
            Err(Box::new(row.wrong(column, "it is below zero", mend)))
        } else {
            Ok::<Amount, Box<Finding>>(amount)
        }
    };
    Ok(Submission {
        account: row.needed("account")?.into(),
        purchase_order: purchase_order(row).into(),
        channel: Channel::File,
        original: Original { format: "csv".into(), place: row.place().within, ..Original::default() },
        currency,
        ship_to: destination(row),
        requested: row.parsed::<Day>("requested", "write days as 2026-11-23")?,
        ship_complete: row.flag("ship_complete")?,
        freight: amount("freight")?,
        discount: amount("discount")?,
        billing: row.parsed("billing", NoBillingPolicy::MEND)?,
        max_backorders: row.parsed("max_backorders", "give a whole number from 0 to 65535")?,
        consolidate_until: row.parsed::<Day>("consolidate_until", "write days as 2026-11-23")?,
        accepts_earlier: row.flag("accepts_earlier")?,
        reservations: reservations(row)?,
        incoterm: row.parsed("incoterm", NoIncoterm::MEND)?,
        // a row is a line, and names the quote of that
        ..Submission::default()
    })
}

/// Reservations that the order takes over, separated by vertical bars.
fn reservations(row: &Row<'_>) -> Result<Vec<ReservationId>, Box<Finding>> {
    let mend = "give numbers of reservations such as RS-12, separated by |";
    let named = row.get("reservations").split('|').map(str::trim).filter(|named| !named.is_empty());
    let read = |named: &str| {
        named.parse().map_err(|_| Box::new(row.wrong("reservations", format!("`{}` is none", short(named)), mend)))
    };
    named.map(read).collect()
}

fn destination(row: &Row<'_>) -> Destination {
    let address = ShipTo {
        code: row.get("ship_to").into(),
        name: row.get("ship_to_name").into(),
        street: row.get("ship_to_street").into(),
        postcode: row.get("ship_to_postcode").into(),
        city: row.get("ship_to_city").into(),
        country: row.get("ship_to_country").into(),
        region: row.get("ship_to_region").into(),
        county: row.get("ship_to_county").into(),
        district: row.get("ship_to_district").into(),
    };
    if address == ShipTo::default() {
        Destination::Default
    } else if address == (ShipTo { code: address.code.clone(), ..ShipTo::default() }) {
        Destination::Code(address.code)
    } else {
        Destination::Address(address)
    }
}

fn line(row: &Row<'_>) -> Result<SubmittedLine, Box<Finding>> {
    let mend = "give how many units are ordered";
    let quantity: Decimal = row.parsed("quantity", mend)?.unwrap_or_default();
    if quantity.is_zero() || quantity.is_negative() {
        let cause = format!("`{}` is not a positive number", short(row.get("quantity")));
        return Err(Box::new(row.wrong("quantity", cause, mend)));
    }
    let price: Option<Decimal> = row.parsed("price", "give the price per unit, or nothing")?;
    if price.is_some_and(Decimal::is_negative) {
        return Err(Box::new(row.wrong("price", "it is below zero", "give the price per unit, or nothing")));
    }
    Ok(SubmittedLine {
        item: row.needed("item")?.into(),
        description: row.get("description").into(),
        quantity,
        uom: row.get("uom").into(),
        price,
        ship_group: Some(row.get("ship_group")).filter(|group| !group.is_empty()).map(Into::into),
        quote: row.get("quote").into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn orders(text: &str) -> (Vec<Submission>, Vec<String>) {
        let read = read(text, "f");
        let orders = read.records.into_iter().filter_map(|(_, document)| match document {
            OrderDocument::Order(order) => Some(*order),
            OrderDocument::Return(_) => None,
        });
        (orders.collect(), read.findings.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn an_order_with_a_wrong_row_is_left_out_as_a_whole() {
        let (orders, findings) = orders("account,order,item,quantity\nA,1,X,1\nA,1,Y,none\nA,2,X,1\n");
        assert_eq!(orders.iter().map(|order| order.purchase_order.as_str()).collect::<Vec<_>>(), ["2"]);
        assert_eq!(findings, ["f, row 3, column quantity: `none` cannot be read; give how many units are ordered"]);
    }

    #[test]
    fn a_torn_row_takes_the_order_at_hand_with_it() {
        let (orders, findings) = orders("account,order,item,quantity\nA,1,X,1\nA,1,Y\nA,2,X,1\n");
        assert_eq!(orders.len(), 1);
        assert_eq!(findings, ["f, row 3: the row has 3 fields and the header 4; quote fields that hold the delimiter"]);
    }

    #[test]
    fn rows_of_an_order_must_not_contradict_each_other() {
        let (orders, findings) = orders("account;order;item;quantity;freight\nA;1;X;1;4\nA;1;Y;1;5\nA;2;X;1;4\nA;2;Y;1;\n");
        assert_eq!((orders.len(), orders[0].lines.len()), (1, 2));
        assert!(findings[0].contains("row 3, column freight: `5` contradicts"), "{findings:?}");
    }

    #[test]
    fn amounts_have_the_decimals_of_their_currency() {
        let (orders, _) = orders("account,item,quantity,currency,freight\nA,X,1,JPY,500\nA,X,1,EUR,500\n");
        assert_eq!((orders[0].freight, orders[1].freight), (Amount(500), Amount(50_000)));
    }

    #[test]
    fn each_line_names_its_quote() {
        let (orders, findings) = orders("account,order,item,quantity,quote\nA,1,X,1,Q-1\nA,1,Y,1,\nA,1,Z,1,Q-2\n");
        let quotes: Vec<&str> = orders[0].lines.iter().map(|line| line.quote.as_str()).collect();
        assert_eq!((quotes, orders[0].quote.as_str(), findings), (vec!["Q-1", "", "Q-2"], "", vec![]));
    }

    #[test]
    fn an_address_is_more_than_a_code() {
        let (orders, _) = orders("account,item,quantity,ship_to,ship_to_city\nA,X,1,,\nA,X,1,D1,\nA,X,1,D1,Bonn\n");
        assert_eq!(orders[0].ship_to, Destination::Default);
        assert_eq!(orders[1].ship_to, Destination::Code("D1".into()));
        assert!(matches!(&orders[2].ship_to, Destination::Address(address) if address.city == "Bonn"));
    }
}
