//! The token engine: instance and input in, events out; pure.
