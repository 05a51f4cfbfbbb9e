//! Accounts as CSV.

use std::collections::BTreeSet;

use trade::AccountId;
use trade::account::{Certificate, Profile};
use trade::master::{BillingPolicy, Consent, NoBillingPolicy, NoIncoterm, ShipTo, Terms, Watch};
use units::{Day, Decimal};

use super::items::{list, minor_units};
use crate::csv_table::{Row, rows, short};
use crate::{Finding, Read};

const COLUMNS: [&str; 46] = [
    "id",
    "name",
    "aliases",
    "tier",
    "net_days",
    "discount_percent",
    "discount_days",
    "prepayment",
    "billing",
    "credit_limit",
    "secured",
    "insurance_limit",
    "blocked",
    "bank_accounts",
    "price_books",
    "ship_complete",
    "exemption",
    "exemption_until",
    "ship_to",
    "ship_to_name",
    "ship_to_street",
    "ship_to_postcode",
    "ship_to_city",
    "ship_to_country",
    "credit_parent",
    "excluded_nodes",
    "payer",
    "substitutes",
    "max_backorders",
    "exemption_jurisdiction",
    "exemption_category",
    "exemption_from",
    "exemption_verified",
    "tax_number",
    "accepts_earlier",
    "watch",
    "watched_ship_tos",
    "incoterm",
    "ship_to_region",
    "ship_to_county",
    "ship_to_district",
    "currency",
    "tax_number_verified",
    "freight_allowance",
    "not_billable",
    "branch",
];

pub(super) fn read(text: &str, name: &str) -> Read<(AccountId, Profile)> {
    let mut read: Read<(AccountId, Profile)> = Read::default();
    let mut seen = BTreeSet::new();
    rows(text, name, &COLUMNS, &["id"], &mut read, |read, row| {
        let row = match row {
            Ok(row) => row,
            Err(finding) => return read.find(finding),
        };
        let id = AccountId::from(row.get("id"));
        // further rows of an account add addresses
        if let Some((_, (last, profile))) = read.records.last_mut()
            && *last == id
        {
            match further(&row) {
                Ok(address) => profile.ship_tos.push(address),
                Err(finding) => read.find(*finding),
            }
            return;
        }
        if !seen.insert(id.clone()) {
            let cause = format!("`{}` was there before", short(row.get("id")));
            return read.find(row.wrong("id", cause, "put the rows of an account together"));
        }
        match profile(&row) {
            Ok(profile) => read.records.push((row.place(), (id, profile))),
            Err(finding) => read.find(*finding),
        }
    });
    read
}

/// A further row holds an address and nothing else, because which of two names or limits would be right?
fn further(row: &Row<'_>) -> Result<ShipTo, Box<Finding>> {
    let other = row.fields().find(|(column, _)| *column != "id" && !column.starts_with("ship_to"));
    match (other, address(row)) {
        (Some((column, _)), _) => {
            Err(Box::new(row.wrong(column, "a further row of an account adds an address only", "leave it empty")))
        }
        (None, Some(address)) => Ok(address),
        (None, None) => {
            Err(Box::new(row.wrong("ship_to", "the account was there before, and the row has no address", "take it out")))
        }
    }
}

fn profile(row: &Row<'_>) -> Result<Profile, Box<Finding>> {
    let id = row.needed("id")?;
    let name = row.get("name");
    let tier = row.parsed::<u8>("tier", "give 1 (most important) to 9")?.unwrap_or(5);
    if !(1..=9).contains(&tier) {
        return Err(Box::new(row.wrong("tier", format!("`{tier}` is no tier"), "give 1 (most important) to 9")));
    }
    let certificate = certificate(row)?;
    let until = row.parsed::<Day>("exemption_until", "write days as 2026-11-23")?;
    let exemption = match (row.get("exemption"), until) {
        _ if certificate.is_some() => None,
        ("", None) => None,
        ("", Some(_)) => return Err(Box::new(row.wrong("exemption", "it is empty", "give the number of the certificate"))),
        (_, None) => return Err(Box::new(row.wrong("exemption_until", "it is empty", "give the certificate's last day"))),
        (number, Some(until)) => Some((number.into(), until)),
    };
    Ok(Profile {
        name: if name.is_empty() { id.into() } else { name.into() },
        aliases: list(row.get("aliases")),
        tier,
        terms: terms(row)?,
        billing: billing(row)?,
        credit_limit: minor_units(row, "credit_limit")?,
        blocked: row.flag("blocked")?.unwrap_or_default(),
        secured: minor_units(row, "secured")?.unwrap_or_default(),
        insurance_limit: minor_units(row, "insurance_limit")?,
        ship_tos: address(row).into_iter().collect(),
        bank_accounts: list(row.get("bank_accounts")),
        price_books: list(row.get("price_books")),
        ship_complete: row.flag("ship_complete")?.unwrap_or_default(),
        exemption,
        credit_parent: Some(row.get("credit_parent")).filter(|parent| !parent.is_empty()).map(AccountId::from),
        excluded_nodes: list(row.get("excluded_nodes")).into_iter().map(trade::NodeId).collect(),
        certificates: certificate.into_iter().collect(),
        payer: Some(row.get("payer")).filter(|payer| !payer.is_empty()).map(AccountId::from),
        substitutes: consent(row)?,
        max_backorders: row.parsed("max_backorders", "give a whole number from 0 to 65535, or nothing")?,
        tax_number: row.get("tax_number").into(),
        accepts_earlier: row.flag("accepts_earlier")?.unwrap_or_default(),
        watch: watch(row),
        export_licences: Vec::new(),
        incoterm: row.parsed("incoterm", NoIncoterm::MEND)?,
        freight_allowance: percent(row, "freight_allowance", row.get("freight_allowance"))?.unwrap_or_default(),
        tax_number_verified: row.flag("tax_number_verified")?.unwrap_or_default(),
        currency: row.parsed("currency", "give a currency code such as EUR, or nothing for the company's")?,
        not_billable: row.get("not_billable").into(),
        branch: row.get("branch").into(),
    })
}

/// Why its orders are looked at before they go on, and to which addresses; export licences are given in JSON.
fn watch(row: &Row<'_>) -> Option<Watch> {
    let reason = row.get("watch");
    (!reason.is_empty()).then(|| Watch { reason: reason.into(), ship_tos: list(row.get("watched_ship_tos")) })
}

/// What the customer has to say to substitutes, whatever the item says.
fn consent(row: &Row<'_>) -> Result<Option<Consent>, Box<Finding>> {
    match row.get("substitutes") {
        "" => Ok(None),
        "notify" => Ok(Some(Consent::Notify)),
        "ask" => Ok(Some(Consent::Ask)),
        "never" => Ok(Some(Consent::Never)),
        other => {
            let cause = format!("`{}` is no answer to substitutes", short(other));
            Err(Box::new(row.wrong("substitutes", cause, "give notify, ask or never, or nothing to leave it to the item")))
        }
    }
}

/// The certificate of a row that says more of it than number and last day; further ones of a customer are given in JSON.
fn certificate(row: &Row<'_>) -> Result<Option<Certificate>, Box<Finding>> {
    const MORE: [&str; 4] = ["exemption_jurisdiction", "exemption_category", "exemption_from", "exemption_verified"];
    if MORE.iter().all(|column| row.get(column).is_empty()) {
        return Ok(None);
    }
    let day = |column| row.parsed::<Day>(column, "write days as 2026-11-23");
    Ok(Some(Certificate {
        number: row.needed("exemption")?.into(),
        jurisdiction: row.get("exemption_jurisdiction").into(),
        category: row.get("exemption_category").into(),
        from: day("exemption_from")?,
        until: day("exemption_until")?,
        verified: row.flag("exemption_verified")?.unwrap_or_default(),
    }))
}

pub(super) fn terms(row: &Row<'_>) -> Result<Terms, Box<Finding>> {
    let terms = Terms::default();
    Ok(Terms {
        net_days: row.parsed("net_days", "give whole days")?.unwrap_or(terms.net_days),
        discount_percent: percent(row, "discount_percent", row.get("discount_percent"))?.unwrap_or_default(),
        discount_days: row.parsed("discount_days", "give whole days")?.unwrap_or_default(),
        prepayment: row.flag("prepayment")?.unwrap_or_default(),
    })
}

pub(super) fn billing(row: &Row<'_>) -> Result<BillingPolicy, Box<Finding>> {
    match row.get("billing") {
        "" => Ok(BillingPolicy::default()),
        text => text.parse().map_err(|_: NoBillingPolicy| {
            let cause = format!("`{}` is no way of billing", short(text));
            Box::new(row.wrong("billing", cause, NoBillingPolicy::MEND))
        }),
    }
}

fn percent(row: &Row<'_>, column: &str, text: &str) -> Result<Option<Decimal>, Box<Finding>> {
    if text.is_empty() {
        return Ok(None);
    }
    let percent = text.parse::<Decimal>().ok().filter(|percent| !percent.is_negative() && *percent <= Decimal::HUNDRED);
    let wrong = || Box::new(row.wrong(column, format!("`{}` is no percentage", short(text)), "give 0 to 100"));
    percent.map(Some).ok_or_else(wrong)
}

/// The address of a row; `None` if it has none.
fn address(row: &Row<'_>) -> Option<ShipTo> {
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
    (address != ShipTo::default()).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_rows_of_an_account_add_addresses() {
        let csv = "id,name,billing,ship_to,ship_to_country\nA,Acme,deposit=30,M,DE\nA,,,N,FR\nB,Bert,,,\nA,,,O,ES\n";
        let read = read(csv, "f");
        let (id, acme) = &read.records[0].1;
        assert_eq!((id.as_str(), acme.ship_tos.len()), ("A", 2));
        assert_eq!(acme.billing, BillingPolicy::Deposit { percent: Decimal::from(30i64) });
        assert_eq!(read.records.len(), 2);
        assert_eq!(
            read.findings[0].to_string(),
            "f, row 5, column id: `A` was there before; put the rows of an account together"
        );
    }

    #[test]
    fn domain_1_4_a_certificate_for_a_jurisdiction_is_read_with_its_validity() {
        let csv = "id,exemption,exemption_jurisdiction,exemption_from,exemption_until,exemption_verified,payer\n\
                   A,EX-1,DE,2026-01-01,2026-12-31,true,P\nB,,DE,,,,\n";
        let read = read(csv, "f");
        let profile = &read.records[0].1.1;
        let certificate = &profile.certificates[0];
        assert_eq!((certificate.number.as_str(), certificate.jurisdiction.as_str()), ("EX-1", "DE"));
        assert_eq!((certificate.until, certificate.verified), (Some("2026-12-31".parse().unwrap()), true));
        assert_eq!((&profile.exemption, profile.payer.as_ref().map(|payer| payer.as_str())), (&None, Some("P")));
        assert!(read.findings[0].to_string().starts_with("f, row 3, column exemption"), "{}", read.findings[0]);
    }

    #[test]
    fn values_out_of_range_name_their_column() {
        for (column, value) in [("tier", "0"), ("billing", "deposit=120"), ("credit_limit", "-1"), ("exemption", "X-1")] {
            let read = read(&format!("id,{column}\nA,{value}\n"), "f");
            assert!(
                read.records.is_empty() && read.findings[0].to_string().starts_with(&format!("f, row 2, column {column}"))
            );
        }
    }
}
