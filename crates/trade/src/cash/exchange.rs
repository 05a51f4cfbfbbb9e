//! Money in other currencies: whether it fits an account, and what is gained by the rates (domain §1.6, multi-currency).

use std::sync::Arc;

use units::{Amount, Text};

use super::post::existing;
use super::state::{Allocation, Payment, PaymentEvent};
use crate::billing::Invoice;
use crate::books::{Books, Stop};
use crate::ids::{AccountId, PaymentId};
use crate::order::company;

/// Why a payment cannot be applied to items of an account: it is in another currency than they are, or nobody knows its rate.
pub(crate) fn foreign(books: &mut dyn Books, payment: &Payment, account: &AccountId) -> Result<Option<Text>, Stop> {
    let company = company(books)?;
    let kept = books.account(account)?.map_or(company.currency, |account| account.currency(&company));
    if payment.currency != kept {
        let reason = format!("the money is in {}, and open items of {account} are in {kept}", payment.currency);
        return Ok(Some(reason.into()));
    }
    unknown(books, payment)
}

/// Why a payment can be applied to nothing: it is in another currency than the company's, and nobody knows its rate.
pub(super) fn unknown(books: &mut dyn Books, payment: &Payment) -> Result<Option<Text>, Stop> {
    let company = company(books)?;
    let (currency, day) = (payment.currency, payment.value_date);
    let is_known = payment.rate.is_some() || company.can_book(currency, day);
    let reason =
        || format!("the company keeps {}, and there is no rate of {currency} on {day}: import `rates`", company.currency);
    Ok((!is_known).then(|| Text::from(reason())))
}

/// The payment with the exchange rate of its value date, which may have come after it.
pub(super) fn rated(books: &mut dyn Books, id: PaymentId) -> Result<Arc<Payment>, Stop> {
    let payment = existing(books, id)?;
    let company = company(books)?;
    if payment.currency == company.currency || payment.rate.is_some() {
        return Ok(payment);
    }
    if let Some(rate) = company.rate(payment.currency, payment.value_date) {
        books.record(&id, PaymentEvent::Rated { rate });
    }
    existing(books, id)
}

/// What is gained by an allocation: the money at the payment's rate, and what is allowed, against what it settles of the item at the
/// document's rate. `applied` is what the payment had paid before, so that all allocations together are the whole of it to the minor unit.
/// Nothing in the company's currency.
///
/// Source: domain §1.6 (invoiced at 1.10, paid at 1.08: realised loss).
pub(super) fn realised(
    payment: &Payment,
    applied: Amount,
    allocation: &Allocation,
    open: Amount,
    document: &Invoice,
) -> Amount {
    let (Some(paid), Some(booked)) = (&payment.rate, &document.rate) else { return Amount::ZERO };
    let money = |amount| paid.booked(amount, payment.currency);
    let owed = |amount| booked.booked(amount, document.currency);
    let allowed = allocation.discount + allocation.written_off;
    let received = money(applied + allocation.amount) - money(applied);
    let settled = owed(open) - owed(open - allocation.amount - allowed);
    received + owed(allowed) - settled
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::billing::{bill, credit_note};
    use crate::books::Key;
    use crate::cash::{self, EntryDocument, Outcome, PaymentStatus, StatementDocument};
    use crate::credit::exposure;
    use crate::exception::{Action, ExceptionKind, Raise, Subject};
    use crate::ids::*;
    use crate::master::{BookingDay, Company, CompanyEvent, ExchangeRate, put_rates};
    use crate::order::fixture::{Story, at, clerk, submitted};
    use crate::order::{Submission, approve, promise};
    use crate::refusal::Refusal;
    use units::{Currency, Quantity};

    const ACME: AccountId = AccountId(Text::const_new("ACME"));

    fn set_company(story: &mut Story, change: impl Fn(&mut Company)) {
        let mut company = (*company(story.books()).unwrap()).clone();
        change(&mut company);
        story.books().record(&Text::const_new(Company::KEY), CompanyEvent::Set(Box::new(company)));
    }

    /// A company that counts in dollars, and a customer that is kept in euros: 1.10 from the first of March on, 1.08 from the fifth.
    pub(in crate::cash) fn in_euros() -> Story {
        let mut story = Story::new();
        set_company(&mut story, |company| company.currency = Currency::USD);
        let rate = |day: &str, rate: &str| ExchangeRate {
            currency: Currency::EUR,
            day: day.parse().unwrap(),
            rate: rate.parse().unwrap(),
            source: "ECB".into(),
        };
        put_rates(story.books(), &[rate("2026-03-01", "1.10"), rate("2026-03-05", "1.08")], &at(0)).unwrap();
        let mut profile = story.books().account(&ACME).unwrap().unwrap().profile.clone();
        profile.currency = Some(Currency::EUR);
        crate::account::set_profile(story.books(), &ACME, &profile, &at(0)).unwrap();
        story.stock("X", "WH1", 1_000);
        story
    }

    /// An invoice of so many pieces at 10.00 euros.
    pub(in crate::cash) fn billed(story: &mut Story, pieces: i64) -> (OrderId, InvoiceId) {
        let lines = vec![submitted("X", &pieces.to_string())];
        let id = story.receive(&Submission { lines, ..story.submission() }).unwrap();
        approve(story.books(), id, &at(1)).unwrap();
        promise(story.books(), id, &at(1)).unwrap();
        story.ship_everything(id);
        (id, bill(story.books(), id, &at(4)).unwrap()[0])
    }

    /// Money that names an invoice, on the fifth of March.
    pub(in crate::cash) fn pay(
        story: &mut Story,
        invoice: InvoiceId,
        amount: i64,
        currency: Currency,
        reference: &str,
    ) -> (PaymentId, Outcome) {
        let number = story.books().invoice(&invoice).unwrap().unwrap().number.clone();
        let entry = EntryDocument {
            bank_reference: reference.into(),
            amount: Amount(amount),
            value_date: "2026-03-05".parse().unwrap(),
            remittance: number,
            ..EntryDocument::default()
        };
        let (reference, entries) = (reference.into(), vec![entry]);
        let bank_account = "DE99".into();
        let statement = StatementDocument { reference, bank_account, currency, entries, ..StatementDocument::default() };
        let id = cash::import(story.books(), &statement, &at(4 * 1_440)).unwrap().payments[0];
        (id, cash::apply(story.books(), id, &at(4 * 1_440)).unwrap().outcome)
    }

    fn gains(story: &mut Story, id: PaymentId) -> Vec<i64> {
        let payment = story.books().payment(&id).unwrap().unwrap();
        payment.allocations.iter().map(|allocation| allocation.realised.0).collect()
    }

    #[test]
    fn money_in_another_currency_than_the_payers_account_can_be_acknowledged() {
        let mut story = in_euros();
        let (_, invoice) = billed(&mut story, 10);
        let (payment, outcome) = pay(&mut story, invoice, 10_000, Currency::USD, "B-1");
        assert_eq!(outcome, Outcome::Suspense);
        let subject = Subject { key: Some(Key::Payment(payment)), ..Subject::default() };
        let raise = Raise::new(ExceptionKind::PaymentUnmatched, subject, "?");
        let id = crate::exception::raise(story.books(), raise, &at(6)).unwrap();
        let offered = story.books().exception(&id).unwrap().unwrap().actions.clone();
        assert!(offered.contains(&Action::Acknowledge), "{offered:?}");
        crate::exception::resolve(story.books(), id, Action::Acknowledge, "sent back", &clerk("ann", 7)).unwrap();
    }

    #[test]
    fn domain_1_6_what_was_invoiced_at_one_rate_and_paid_at_a_lower_one_is_a_realised_loss() {
        let mut story = in_euros();
        let (order, invoice) = billed(&mut story, 100);
        let document = story.books().invoice(&invoice).unwrap().unwrap();
        let rate = document.rate.clone().unwrap();
        assert_eq!((rate.booked(document.gross, document.currency), rate.source.as_str()), (Amount(110_000), "ECB"));
        let (payment, outcome) = pay(&mut story, invoice, 100_000, Currency::EUR, "B-1");
        assert_eq!((outcome, gains(&mut story, payment)), (Outcome::Applied, vec![-2_000]));
        assert_eq!(story.order(order).receivable, Amount(0));
        story.check();
    }

    #[test]
    fn gains_of_parts_add_up_to_that_of_the_whole_and_what_is_allowed_gains_nothing() {
        let mut story = in_euros();
        let (_, invoice) = billed(&mut story, 100);
        let parts = [33_333, 33_333, 33_334].map(|part| {
            let reference = format!("B-{part}-{}", story.books.iter().count());
            let (payment, _) = pay(&mut story, invoice, part, Currency::EUR, &reference);
            gains(&mut story, payment)[0]
        });
        // 360.00, 360.00 and 360.01 came in for 366.66, 366.67 and 366.67
        assert_eq!(parts, [-666, -667, -666]);
        // 4.00 of 1,000.00 are written off
        let (_, invoice) = billed(&mut story, 100);
        let (payment, outcome) = pay(&mut story, invoice, 99_600, Currency::EUR, "B-9");
        assert_eq!((outcome, gains(&mut story, payment)), (Outcome::Applied, vec![-1_992]));
        story.check();
    }

    #[test]
    fn a_match_that_is_taken_back_takes_its_gain_with_it() {
        let mut story = in_euros();
        let (_, invoice) = billed(&mut story, 100);
        let (payment, _) = pay(&mut story, invoice, 100_000, Currency::EUR, "B-1");
        cash::unapply(story.books(), payment, invoice, "wrong", &clerk("ann", 6_000)).unwrap();
        assert_eq!(gains(&mut story, payment), Vec::<i64>::new());
        cash::match_manually(story.books(), payment, &[(invoice, Amount(50_000))], false, &clerk("ann", 6_001)).unwrap();
        assert_eq!(gains(&mut story, payment), [-1_000]);
        story.check();
    }

    #[test]
    fn money_in_the_companys_currency_settles_no_item_in_another() {
        let mut story = in_euros();
        let (order, invoice) = billed(&mut story, 100);
        let (payment, outcome) = pay(&mut story, invoice, 100_000, Currency::USD, "B-1");
        assert_eq!((outcome, story.order(order).receivable), (Outcome::Suspense, Amount(100_000)));
        let by_hand = cash::match_manually(story.books(), payment, &[(invoice, Amount(1))], false, &clerk("ann", 6_000));
        assert!(matches!(by_hand, Err(Stop::Refused(Refusal::Conflict(_)))), "{by_hand:?}");
        let on_account = cash::put_on_account(story.books(), payment, &ACME, &clerk("ann", 6_000));
        assert!(matches!(on_account, Err(Stop::Refused(Refusal::Conflict(_)))), "{on_account:?}");
        // one bank account with statements in two currencies: each agrees by itself
        let (second, _) = pay(&mut story, invoice, 100_000, Currency::EUR, "B-2");
        assert_eq!(story.books().payment(&second).unwrap().unwrap().status, PaymentStatus::Applied);
        story.check();
    }

    #[test]
    fn money_whose_rate_nobody_knows_waits_and_takes_the_rate_when_it_is_there() {
        let mut story = in_euros();
        let (_, invoice) = billed(&mut story, 100);
        let mut rates = Vec::new();
        set_company(&mut story, |company| company.rates.clear());
        let (payment, outcome) = pay(&mut story, invoice, 100_000, Currency::EUR, "B-1");
        assert_eq!(outcome, Outcome::Suspense);
        let (currency, day) = (Currency::EUR, "2026-03-05".parse().unwrap());
        rates.push(ExchangeRate { currency, day, rate: "1.12".parse().unwrap(), source: "ECB".into() });
        put_rates(story.books(), &rates, &at(6_000)).unwrap();
        assert_eq!(cash::rate_has_come(story.books(), currency).unwrap(), [payment]);
        assert_eq!(cash::apply(story.books(), payment, &at(6_001)).unwrap().outcome, Outcome::Applied);
        assert_eq!(gains(&mut story, payment), [2_000]);
        assert_eq!(cash::rate_has_come(story.books(), currency).unwrap(), []);
    }

    /// Money of nobody on the fifth of March.
    fn unnamed(story: &mut Story, amount: i64, reference: &str) -> PaymentId {
        let entry = EntryDocument {
            bank_reference: reference.into(),
            amount: Amount(amount),
            value_date: "2026-03-05".parse().unwrap(),
            ..EntryDocument::default()
        };
        let (reference, bank_account) = (reference.into(), "DE99".into());
        let currency = Currency::EUR;
        let entries = vec![entry];
        let statement = StatementDocument { reference, bank_account, currency, entries, ..StatementDocument::default() };
        let id = cash::import(story.books(), &statement, &at(4 * 1_440)).unwrap().payments[0];
        assert_eq!(cash::apply(story.books(), id, &at(4 * 1_440)).unwrap().outcome, Outcome::Suspense);
        id
    }

    #[test]
    fn foreign_money_that_nobody_can_place_is_in_the_bank_at_the_rate_of_its_day_or_as_soon_as_that_comes() {
        let in_bank = |story: &mut Story, id| {
            let payment = story.books().payment(&id).unwrap().unwrap();
            let bank = payment.ledger.iter().find(|entry| entry.ledger == cash::LedgerAccount::Bank);
            bank.map(|entry| (entry.amount.0, entry.booked.0))
        };
        let mut story = in_euros();
        let known = unnamed(&mut story, 10_000, "B-1");
        assert_eq!(in_bank(&mut story, known), Some((10_000, 10_800)));
        set_company(&mut story, |company| company.rates.clear());
        let waiting = unnamed(&mut story, 20_000, "B-2");
        assert_eq!(in_bank(&mut story, waiting), Some((20_000, 0)));
        let day = "2026-03-05".parse().unwrap();
        let rate = ExchangeRate { currency: Currency::EUR, day, rate: "1.12".parse().unwrap(), source: "ECB".into() };
        put_rates(story.books(), &[rate], &at(6_000)).unwrap();
        assert_eq!(cash::rate_has_come(story.books(), Currency::EUR).unwrap(), [waiting]);
        cash::apply(story.books(), waiting, &at(6_001)).unwrap();
        assert_eq!(in_bank(&mut story, waiting), Some((20_000, 22_400)));
        assert_eq!(in_bank(&mut story, known), Some((10_000, 10_800)), "what was booked stays");
        story.check();
    }

    #[test]
    fn money_goes_on_waiting_until_the_rate_of_its_own_day_is_there_or_somebody_has_dealt_with_it() {
        let mut story = in_euros();
        let (_, invoice) = billed(&mut story, 100);
        set_company(&mut story, |company| company.rates.clear());
        let waiting = ["B-1", "B-2", "B-3"].map(|bank| pay(&mut story, invoice, 1_000, Currency::EUR, bank).0);
        // looked at once more, it still waits once
        cash::apply(story.books(), waiting[1], &at(6_000)).unwrap();
        let rate = |day: &str| ExchangeRate {
            currency: Currency::EUR,
            day: day.parse().unwrap(),
            rate: "1.12".parse().unwrap(),
            source: "ECB".into(),
        };
        put_rates(story.books(), &[rate("2026-03-06")], &at(6_000)).unwrap();
        assert_eq!(cash::rate_has_come(story.books(), Currency::EUR).unwrap(), [], "that is a day too late");
        put_rates(story.books(), &[rate("2026-03-05")], &at(6_000)).unwrap();
        cash::put_on_account(story.books(), waiting[0], &ACME, &clerk("ann", 6_001)).unwrap();
        assert_eq!(cash::rate_has_come(story.books(), Currency::USD).unwrap(), []);
        assert_eq!(cash::rate_has_come(story.books(), Currency::EUR).unwrap(), waiting[1..]);
        assert_eq!(cash::rate_has_come(story.books(), Currency::EUR).unwrap(), []);
    }

    #[test]
    fn domain_1_6_the_booking_rate_is_that_of_the_order_the_shipment_or_the_invoice_by_policy() {
        for (booking, rate) in
            [(BookingDay::OrderDate, "1.10"), (BookingDay::ShipDate, "1.10"), (BookingDay::InvoiceDate, "1.08")]
        {
            let mut story = in_euros();
            set_company(&mut story, |company| company.policy.exchange.booking = booking);
            let lines = vec![submitted("X", "1")];
            let id = story.receive(&Submission { lines, ..story.submission() }).unwrap();
            approve(story.books(), id, &at(1)).unwrap();
            promise(story.books(), id, &at(1)).unwrap();
            story.ship_everything(id);
            let invoice = bill(story.books(), id, &at(5 * 1_440)).unwrap()[0];
            let booked = story.books().invoice(&invoice).unwrap().unwrap().rate.clone().unwrap();
            assert_eq!(booked.rate, rate.parse().unwrap(), "{booking:?}");
        }
    }

    #[test]
    fn a_credit_note_is_booked_at_the_rate_of_its_invoice() {
        let mut story = in_euros();
        let (_, invoice) = billed(&mut story, 10);
        let one = [(LineNo(1), Quantity(1))];
        let note = credit_note(story.books(), invoice, None, &one, "broken", &clerk("ann", 9 * 1_440)).unwrap();
        let rate = story.books().invoice(&note).unwrap().unwrap().rate.clone().unwrap();
        assert_eq!(rate.rate, "1.10".parse().unwrap());
    }

    #[test]
    fn exposure_and_the_limits_of_people_count_in_the_companys_currency() {
        let mut story = in_euros();
        let lines = vec![submitted("X", "100")];
        let id = story.receive(&Submission { lines, ..story.submission() }).unwrap();
        let mut small = clerk("max", 1);
        small.actor.limit = Some(Amount(109_999));
        assert!(matches!(approve(story.books(), id, &small), Err(Stop::Refused(Refusal::NotAllowed { .. }))));
        small.actor.limit = Some(Amount(110_000));
        approve(story.books(), id, &small).unwrap();
        let account = story.books().account(&ACME).unwrap().unwrap();
        let company = company(story.books()).unwrap();
        assert_eq!(account.ledger.open_orders, Amount(100_000));
        assert_eq!(exposure(&account, &company, at(1).now.day()).total(), Amount(110_000));
        // the limit is in dollars: another 100.00 euros are 110.00
        crate::account::set_limit(story.books(), &ACME, Some(Amount(120_999)), &clerk("eve", 1)).unwrap();
        let second = story.receive(&story.submission()).unwrap();
        let decision = crate::credit::check(story.books(), second, &at(2)).unwrap();
        let crate::credit::Decision::Hold { code: "CR-LIMIT", over, reason } = decision else { panic!("{decision:?}") };
        assert_eq!(over, Amount(1), "{reason}");
    }

    #[test]
    fn an_order_in_another_currency_than_the_accounts_is_refused_and_so_is_changing_it_in_use() {
        let mut story = in_euros();
        let dollars = Submission { currency: Some(Currency::USD), ..story.submission() };
        let refused = story.receive(&dollars);
        assert!(matches!(refused, Err(Stop::Refused(Refusal::Invalid { .. }))), "{refused:?}");
        let waiting = story.receive(&story.submission()).unwrap();
        let mut profile = story.books().account(&ACME).unwrap().unwrap().profile.clone();
        let set = |story: &mut Story, currency, profile: &mut crate::account::Profile| {
            profile.currency = currency;
            crate::account::set_profile(story.books(), &ACME, profile, &at(2))
        };
        // nothing is counted yet, so it may still be put right: what was received before cannot be approved
        set(&mut story, None, &mut profile).unwrap();
        assert!(matches!(approve(story.books(), waiting, &at(3)), Err(Stop::Refused(Refusal::Conflict(_)))));
        set(&mut story, Some(Currency::EUR), &mut profile).unwrap();
        approve(story.books(), waiting, &at(3)).unwrap();
        assert!(matches!(set(&mut story, None, &mut profile), Err(Stop::Refused(Refusal::Invalid { .. }))));
        let yen = Some("JPY".parse().unwrap());
        assert!(matches!(set(&mut story, yen, &mut profile), Err(Stop::Refused(Refusal::Invalid { .. }))));
    }

    #[test]
    fn prices_in_another_currency_say_nothing_and_list_prices_are_converted() {
        use crate::master::{PriceBook, PriceEntry, PriceTier, put_price_book};
        let mut story = in_euros();
        let entry = |price: &str| {
            let tiers = vec![PriceTier { from: Quantity(1), price: price.parse().unwrap() }];
            [(ItemId::from("X"), vec![PriceEntry { tiers, ..PriceEntry::default() }])].into()
        };
        let book = |code: &str, currency, price| PriceBook {
            code: code.into(),
            entries: entry(price),
            currency,
            ..PriceBook::default()
        };
        put_price_book(story.books(), &book("us", None, "11"), &at(0)).unwrap();
        put_price_book(story.books(), &book("eu", Some(Currency::EUR), "9.50"), &at(0)).unwrap();
        let changed = put_price_book(story.books(), &book("eu", None, "9.50"), &at(0));
        assert!(matches!(changed, Err(Stop::Refused(Refusal::Invalid { .. }))), "{changed:?}");
        let expected = |story: &mut Story, price_books: &[&str]| {
            let mut account = (*story.books().account(&ACME).unwrap().unwrap()).clone();
            account.profile.price_books = price_books.iter().map(|code| Text::from(*code)).collect();
            let item = story.books().item(&"X".into()).unwrap().unwrap();
            let day = "2026-03-02".parse().unwrap();
            let found = crate::price::expected(story.books(), &account, &item, Quantity(1), day).unwrap().unwrap();
            (found.price, found.rule.to_string())
        };
        assert_eq!(expected(&mut story, &["us", "eu"]), ("9.50".parse().unwrap(), "eu".to_owned()));
        // 10.00 dollars at 1.10
        assert_eq!(expected(&mut story, &["us"]), ("9.0909".parse().unwrap(), "list price, converted".to_owned()));
    }
}
