//! At the end: the fold of the journal is the stored state, records agree, and so do the systems' ledgers.

use std::collections::BTreeMap;

use partition::{AnyKey, AnyState};
use serde_json::Value;
use trade::Aggregate;
use units::Currency;

use super::world::World;
use super::{Failure, invariants};

/// What a world came to.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Outcome {
    /// The seed.
    pub seed: u64,
    /// Steps of all parties.
    pub steps: u32,
    /// How often the product died.
    pub crashes: u32,
    /// Journal entries.
    pub entries: usize,
    /// Orders received.
    pub orders: u64,
    /// Units shipped.
    pub units_shipped: i64,
    /// Invoices and credit notes.
    pub invoices: u64,
    /// Money received, in minor units.
    pub cash_received_minor: i64,
    /// Exceptions by type: how many were raised, and how many are still open.
    pub exceptions: BTreeMap<String, Exceptions>,
    /// Virtual time from the beginning to the end, in hours.
    pub hours: i64,
}

/// Exceptions of one type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Exceptions {
    /// All of them.
    pub raised: u64,
    /// Those that nobody has decided on.
    pub open: u64,
}

impl World<'_> {
    /// Holds everything against everything else.
    pub(super) fn check(&self) -> Result<Outcome, Failure> {
        self.check_fold()?;
        invariants::at_rest(&self.product.states).map_err(|what| self.failure(what))?;
        let report = invariants::reconcile(&self.product.states).map_err(|what| self.failure(what))?;
        let totals = &report.totals;
        let shipped = self.ledger("wms-east", "units_shipped") + self.ledger("wms-west", "units_shipped");
        self.agree("units shipped", shipped, totals.units_shipped)?;
        self.agree("invoices", self.ledger("erp", "invoices"), i64::try_from(totals.invoices).unwrap_or(i64::MAX))?;
        self.agree("money", self.ledger("bank", "balance_minor"), totals.money_in(Currency::GBP).cash_received.0)?;
        let erp = |account: &str| {
            let balances = self.system("erp")["balances_minor"]["GBP"].clone();
            balances[account].as_i64().unwrap_or_default()
        };
        self.agree("money in the bank by the ERP", erp("bank"), totals.money_in(Currency::GBP).cash_received.0)?;
        let owed = self.product.states.values().filter_map(|state| match state {
            AnyState::Trade(Aggregate::Account(account), _) => Some(account.ledger.receivable().0),
            _ => None,
        });
        self.agree("receivables by the ERP", erp("receivables"), owed.sum())?;
        if totals.orders != self.plan.orders || totals.units_shipped == 0 {
            let what = format!("{} orders of {}, {} units shipped", totals.orders, self.plan.orders, totals.units_shipped);
            return Err(self.failure(what));
        }
        let first = self.product.journal.first().map_or(self.now, |entry| entry.command.at.0);
        Ok(Outcome {
            seed: self.plan.seed,
            steps: self.steps,
            crashes: self.crashes,
            entries: self.product.journal.len(),
            orders: totals.orders,
            units_shipped: totals.units_shipped,
            invoices: totals.invoices,
            cash_received_minor: totals.money_in(Currency::GBP).cash_received.0,
            exceptions: self.exceptions(),
            hours: (self.now - first) / crate::model::HOUR,
        })
    }

    fn exceptions(&self) -> BTreeMap<String, Exceptions> {
        let mut all: BTreeMap<String, Exceptions> = BTreeMap::new();
        for state in self.product.states.values() {
            let AnyState::Trade(Aggregate::Exception(exception), _) = state else { continue };
            let name = serde_json::to_value(exception.kind).ok();
            let name = name.as_ref().and_then(Value::as_str).unwrap_or_default();
            let count = all.entry(name.to_owned()).or_default();
            count.raised += 1;
            count.open += u64::from(exception.is_open());
        }
        all
    }

    /// Entry by entry only what changed was compared; now nothing may be left on either side.
    fn check_fold(&self) -> Result<(), Failure> {
        let stored = &self.product.states;
        let folded: BTreeMap<&AnyKey, &AnyState> = self.product.fold.iter().collect();
        if let Some((key, _)) = stored.iter().find(|(key, state)| folded.get(key) != Some(state)) {
            return Err(self.failure(format_args!("{key} differs from the fold of the journal")));
        }
        if folded.len() != stored.len() || self.product.fold.timers() != self.product.stored_timers {
            return Err(self.failure("the fold of the journal has more than is stored, or other timers"));
        }
        Ok(())
    }

    /// A figure of a system's own ledger.
    fn ledger(&self, system: &str, figure: &str) -> i64 {
        self.system(system)[figure].as_i64().unwrap_or(-1)
    }

    /// A system's own ledger.
    fn system(&self, system: &str) -> Value {
        let found = self.systems.iter().find(|(name, _)| *name == system);
        found.map(|(_, model)| model.ledger()).unwrap_or_default()
    }

    fn agree(&self, what: &str, theirs: i64, ours: i64) -> Result<(), Failure> {
        if theirs == ours { Ok(()) } else { Err(self.failure(format_args!("{what}: {theirs} there, {ours} here"))) }
    }
}
