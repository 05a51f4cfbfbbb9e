//! Orders that a payment names: the customer's purchase orders, and ours (domain §1.7, stage 2).

use std::collections::BTreeSet;

use units::Text;

use super::state::Payment;
use crate::account::{Account, OpenItem, normalised};
use crate::books::{Books, Stop};
use crate::ids::OrderId;
use crate::order::gross;

/// From so many characters on, a purchase order number says by itself what is meant; a shorter one may be any number.
const TELLING: usize = 4;

/// What customers call a purchase order before its number, and what may stand between.
const CALLED: [&str; 9] =
    ["PO", "ORDER", "PURCHASEORDER", "BESTELLUNG", "BESTELLNR", "AUFTRAG", "COMMANDE", "PEDIDO", "ORDINE"];
const BETWEEN: [&str; 5] = ["NO", "NR", "NUM", "NUMBER", "NUMMER"];

/// The words of a payment, by themselves and two to four that follow each other: a number may have spaces.
pub(super) struct OrdersNamed {
    all: BTreeSet<Text>,
    /// Those that the word before calls an order.
    called: BTreeSet<Text>,
}

impl OrdersNamed {
    /// What a payment's text and references may name.
    pub(super) fn of(payment: &Payment) -> Self {
        let mut named = Self { all: BTreeSet::new(), called: BTreeSet::new() };
        for text in payment.references.iter().chain([&payment.remittance]) {
            named.read(text);
        }
        named.all.extend(payment.references.iter().map(|reference| normalised(reference)));
        named
    }

    fn read(&mut self, text: &str) {
        let is_between = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '+' | '|' | ':' | '#');
        let words: Vec<Text> = text.split(is_between).map(normalised).filter(|word| !word.is_empty()).collect();
        let mut is_called = false;
        for (at, word) in words.iter().enumerate() {
            for count in 1..=4 {
                let Some(run) = words.get(at..at + count) else { break };
                let run = Text::from(run.concat());
                if is_called {
                    self.called.insert(run.clone());
                }
                self.all.insert(run);
            }
            // in one word, as in PO4711
            let number = CALLED.iter().filter_map(|called| word.strip_prefix(called));
            self.called.extend(number.filter(|number| number.starts_with(|c: char| c.is_ascii_digit())).map(Text::from));
            is_called = CALLED.contains(&word.as_str()) || is_called && BETWEEN.contains(&word.as_str());
        }
    }

    /// Whether all orders that an item is for are named: whoever names one of several does not say that they pay the others.
    pub(super) fn name(&self, item: &OpenItem, has_amount: bool) -> bool {
        match item.shares.as_slice() {
            [] => self.name_order(&item.purchase_order, item.order, has_amount),
            shares => shares.iter().all(|share| self.name_order(&share.purchase_order, share.order, has_amount)),
        }
    }

    /// Whether an order is named, by the customer's number or by ours. A short number of theirs counts where it is called one, or where
    /// what it is for `has_amount` of the payment.
    fn name_order(&self, purchase_order: &str, order: OrderId, has_amount: bool) -> bool {
        let number = normalised(purchase_order);
        let is_telling = has_amount || number.chars().count() >= TELLING;
        self.called.contains(&number)
            || is_telling && !number.is_empty() && self.all.contains(&number)
            || self.all.contains(&normalised(&order.to_string()))
    }
}

/// The order that a payment names and that is held until it is paid. Source: domain §1.2 (prepayment terms), §1.7 (stage 2).
pub(super) fn prepaid(books: &mut dyn Books, payer: &Account, payment: &Payment) -> Result<Option<OrderId>, Stop> {
    let named = OrdersNamed::of(payment);
    for id in &payer.ledger.held {
        let Some(order) = books.order(id)?.filter(|order| order.terms.prepayment && !order.is_over()) else { continue };
        if named.name_order(&order.purchase_order, *id, gross(&order) == payment.amount) {
            return Ok(Some(*id));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(purchase_order: &str, text: &str, has_amount: bool) -> bool {
        let payment = Payment { remittance: text.into(), ..Payment::default() };
        let item = OpenItem { purchase_order: purchase_order.into(), order: OrderId(77), ..OpenItem::default() };
        OrdersNamed::of(&payment).name(&item, has_amount)
    }

    #[test]
    fn a_short_number_is_an_order_only_where_it_is_called_one_or_has_the_amount() {
        assert!(!names("2", "instalment 2 of 3", false));
        assert!(names("2", "instalment 2 of 3", true));
        for text in ["PO 2", "p.o. no. 2 thanks", "PO#2", "order 2", "PO2", "Bestellung Nr. 2"] {
            assert!(names("2", text, false), "{text}");
        }
        assert!(!names("2", "PO 12", false));
        assert!(!names("", "", true));
    }

    #[test]
    fn a_number_with_spaces_is_one_of_the_words_together() {
        assert!(names("4500 17/A", "your order 4500 17/A of May", false));
        assert!(names("PO 4500 17 A", "for PO 4500 17 A", false));
        assert!(names("450017", "4500 17", false));
        assert!(!names("4500 17/A", "4500 18/A", false));
    }

    #[test]
    fn our_own_number_is_named_however_short() {
        assert!(names("", "SO-77", false));
        assert!(names("", "so 77", false));
        assert!(!names("", "77", true));
    }

    #[test]
    fn a_structured_reference_is_read_as_a_whole_too() {
        let references = vec!["Lot 1 of May in Hall 7".into()];
        let item = OpenItem { purchase_order: "LOT 1 OF MAY IN HALL 7".into(), ..OpenItem::default() };
        assert!(OrdersNamed::of(&Payment { references, ..Payment::default() }).name(&item, false));
    }
}
