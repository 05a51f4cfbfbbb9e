//! Credit: exposure, the check, and who may release a hold (domain §1.2).
