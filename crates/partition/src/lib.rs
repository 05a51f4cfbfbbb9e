//! Engine and trade as one decision: a command in, a journal entry out; and the fold; pure.
