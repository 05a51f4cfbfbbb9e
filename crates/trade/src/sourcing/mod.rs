//! Sourcing: which node ships what (domain §1.1.7).
//!
//! [`plan()`] is a pure function of what is asked for and what each node can do; `order::promise` carries a plan out. Hard
//! constraints bar a node and are named in the plan; soft ones cost something. What is *not* here: reading stocks, and
//! promising supply that is still to come.

mod fill;
mod network;
mod plan;
mod request;
mod search;

pub use network::{delivery_day, transit_days};
pub use plan::{Assignment, Barrier, Exclusion, Method, Plan, plan};
pub use request::{Candidate, Objective, Request, RequestLine, Weights};

pub(crate) use network::{Eligibility, barrier, candidate, in_order_of_preference};
