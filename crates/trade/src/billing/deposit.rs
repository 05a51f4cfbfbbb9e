//! A deposit is asked for before anything ships.

use units::{Amount, prorate};

use super::post::{Effects, post, summed};
use super::state::{DocumentKind, Invoice, TaxLine};
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::master::TaxRounding;
use crate::order::{existing, line_net, net};
use crate::tax::{self, TaxedLine};

/// Bills the deposit of an approved order, or all of it, once; `None` if none is agreed or it is billed. Source: domain §1.6 (upfront, on
/// order).
pub fn deposit(books: &mut dyn Books, id: OrderId, cx: &Context) -> Result<Option<InvoiceId>, Stop> {
    let order = existing(books, id)?;
    let percent = order.billing.upfront();
    let asked = (net(&order) - order.discount + order.freight).percent(percent);
    if order.approved_at.is_none() || order.is_over() || !order.deposit_invoiced.is_zero() || !asked.is_positive() {
        return Ok(None);
    }
    let taxed = order.lines.iter().map(|line| {
        let units = line.ordered() - line.buckets.cancelled;
        TaxedLine::new(line.tax_rate, line_net(line, order.currency), line.price, units, order.currency)
    });
    // there is no line in this document, so there is one way to round it: once per rate
    let of_all = tax::of_parts(TaxRounding::default(), &taxed.collect::<Vec<_>>(), order.freight, order.discount);
    let shares = prorate(asked.0, &of_all.iter().map(|tax| tax.base.0).collect::<Vec<_>>());
    let taxes = of_all.iter().zip(shares).map(|(tax, share)| {
        let base = Amount(share);
        TaxLine { rate: tax.rate, base, tax: base.percent(tax.rate) }
    });
    // what is asked for stands in no line: as freight it would be shared again, so it is a line-less net amount
    let draft = Invoice { kind: DocumentKind::Deposit, taxes: taxes.collect(), ..Invoice::default() };
    let draft = summed(draft);
    let draft = Invoice { net: asked, gross: asked + draft.tax, ..draft };
    let effects = Effects { deposit: asked, ..Effects::default() };
    post(books, &order, draft, effects, cx).map(Some)
}
