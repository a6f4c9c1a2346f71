//! What the calls cost at worst.
