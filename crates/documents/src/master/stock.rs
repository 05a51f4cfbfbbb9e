//! Stock that was counted, as CSV: how a warehouse's opening stock, or a stocktaking, comes in.

use std::collections::BTreeSet;

use trade::stock::Count;
use units::Quantity;

use crate::csv_table::{Row, rows, short};
use crate::{Finding, Read};

const COLUMNS: [&str; 6] = ["item", "warehouse", "on_hand", "unavailable", "document", "reason"];

pub(super) fn read(text: &str, name: &str) -> Read<Count> {
    let mut read = Read::default();
    let mut seen = BTreeSet::new();
    rows(text, name, &COLUMNS, &["item", "warehouse", "on_hand"], &mut read, |read, row| {
        let outcome = row.map_err(Box::new).and_then(|row| {
            let count = count(&row)?;
            let place = (count.item.clone(), count.node.clone(), count.document.clone());
            if !seen.insert(place) {
                let cause = format!("`{}` stands there twice for this warehouse", short(row.get("item")));
                return Err(Box::new(row.wrong("item", cause, "give one row for each item and warehouse")));
            }
            Ok((row.place(), count))
        });
        match outcome {
            Ok(record) => read.records.push(record),
            Err(finding) => read.find(*finding),
        }
    });
    read
}

fn count(row: &Row<'_>) -> Result<Count, Box<Finding>> {
    row.needed("on_hand")?;
    Ok(Count {
        item: row.needed("item")?.into(),
        node: row.needed("warehouse")?.into(),
        on_hand: units(row, "on_hand")?,
        unavailable: units(row, "unavailable")?,
        document: row.get("document").into(),
        reason: row.get("reason").into(),
    })
}

fn units(row: &Row<'_>, column: &str) -> Result<Quantity, Box<Finding>> {
    let mend = "give whole base units, from 0 on";
    let quantity = Quantity(row.parsed(column, mend)?.unwrap_or_default());
    if quantity.is_negative() || quantity > Quantity::LIMIT {
        return Err(Box::new(row.wrong(column, format!("`{}` is no number of units", quantity.0), mend)));
    }
    Ok(quantity)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_has_an_item_a_warehouse_and_units() {
        let read = read("item,warehouse,on_hand,unavailable\nA,EAST,12,2\nA,WEST,0,\nA,EAST,5,\nB,EAST,-1,\nC,,1,\n", "s");
        let counts: Vec<(&str, i64, i64)> =
            read.records.iter().map(|(_, count)| (count.node.0.as_str(), count.on_hand.0, count.unavailable.0)).collect();
        assert_eq!(counts, [("EAST", 12, 2), ("WEST", 0, 0)]);
        let told: Vec<String> = read.findings.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "s, row 4, column item: `A` stands there twice for this warehouse; give one row for each item and warehouse",
                "s, row 5, column on_hand: `-1` is no number of units; give whole base units, from 0 on",
                "s, row 6, column warehouse: it is empty; give a value",
            ]
        );
    }
}
