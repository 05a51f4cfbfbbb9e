//! Forms that people fill in, as form-js has them: whether what was submitted is what the modeller of the form allows.
//!
//! It is judged as the viewer judges it before it submits, so that whoever asks by another way gets in no more than people do. What a
//! condition hides is passed over; what is disabled or read only keeps its value; bounds, conditions and options may be expressions on
//! what is known and what was submitted. What a submission has beside the fields of its form is nobody's here: it is not looked at.
//!
//! What a field computes is computed here, whatever was submitted. What could not be judged later is refused when a form is deployed.
//!
//! `check` walks over the form, `computed` gives what it computes, `lint` is about the form itself, `field` is a component as it is drawn,
//! `path` where its value is, `rule` what is asked of a value, `option` what there is to choose from, `text` the rules for texts.

mod check;
mod computed;
mod field;
mod lint;
mod option;
mod path;
mod rule;
mod text;

pub(crate) use check::check;
pub(crate) use computed::with_computed;
pub(crate) use lint::lint;
