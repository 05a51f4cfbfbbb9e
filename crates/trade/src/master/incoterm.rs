//! Incoterms, as far as they say when control of goods passes to the customer (domain §1.6, revenue recognition trigger).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A term of delivery by Incoterms 2020.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Incoterm {
    /// Ex works.
    Exw,
    /// Free carrier.
    Fca,
    /// Carriage paid to.
    Cpt,
    /// Carriage and insurance paid to.
    Cip,
    /// Free alongside ship.
    Fas,
    /// Free on board.
    Fob,
    /// Cost and freight.
    Cfr,
    /// Cost, insurance and freight.
    Cif,
    /// Delivered at place.
    Dap,
    /// Delivered at place unloaded.
    Dpu,
    /// Delivered duty paid.
    Ddp,
}

impl Incoterm {
    /// All there are.
    pub const ALL: [Self; 11] = [
        Self::Exw,
        Self::Fca,
        Self::Cpt,
        Self::Cip,
        Self::Fas,
        Self::Fob,
        Self::Cfr,
        Self::Cif,
        Self::Dap,
        Self::Dpu,
        Self::Ddp,
    ];

    /// Whether control passes when the goods are delivered, and not when they are handed to the carrier.
    pub fn passes_on_delivery(self) -> bool {
        matches!(self, Self::Dap | Self::Dpu | Self::Ddp)
    }
}

impl fmt::Display for Incoterm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&format!("{self:?}").to_ascii_uppercase())
    }
}

/// A text that names no term of delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", Self::MEND)]
pub struct NoIncoterm;

impl NoIncoterm {
    /// What would be right.
    pub const MEND: &'static str = "use EXW, FCA, CPT, CIP, FAS, FOB, CFR, CIF, DAP, DPU or DDP";
}

impl FromStr for Incoterm {
    type Err = NoIncoterm;

    fn from_str(text: &str) -> Result<Self, NoIncoterm> {
        Self::ALL.into_iter().find(|term| term.to_string().eq_ignore_ascii_case(text)).ok_or(NoIncoterm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domain_1_6_control_passes_at_the_hand_over_or_at_the_delivery() {
        let on_delivery: Vec<String> =
            Incoterm::ALL.into_iter().filter(|term| term.passes_on_delivery()).map(|term| term.to_string()).collect();
        assert_eq!(on_delivery, ["DAP", "DPU", "DDP"]);
    }

    #[test]
    fn every_term_is_read_as_it_is_written() {
        for term in Incoterm::ALL {
            assert_eq!(term.to_string().parse(), Ok(term));
            assert_eq!(serde_json::to_string(&term).unwrap(), format!("\"{term}\""));
        }
        assert_eq!("dap".parse(), Ok(Incoterm::Dap));
        assert_eq!("DDU".parse::<Incoterm>(), Err(NoIncoterm));
    }
}
