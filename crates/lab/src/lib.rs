//! A simulated ERP, WMS, carrier, tax service and bank, over real HTTP, with faults to switch on.
//!
//! Each system is a pure [`model`] that is fed requests and the passing of time, and a service around it that speaks HTTP, keeps a
//! log of what happened and sends what the model has to say. Every decision is drawn from the seed and the document it is about,
//! so it does not depend on the order in which things arrive. Each system keeps a ledger of its own, which is what the product is
//! held against. [`sim`] puts the same models and the product's partition into virtual time.

mod faults;
mod lab;
mod log;
pub mod model;
pub mod people;
mod send;
mod service;
pub mod sim;

pub use faults::FaultProfile;
pub use lab::{Lab, LabConfig, LabError};
