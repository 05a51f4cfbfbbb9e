//! The engine as a whole, by playing models.

mod elements;
mod exploration;
mod play;
