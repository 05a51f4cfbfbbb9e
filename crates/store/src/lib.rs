//! The journal, state, timers and outbox behind one trait: SQLite.
