//! What `import` writes runs at once, and fails where what it was taken from fails.

mod breaks;
mod dumped;
mod pgtap;
mod suite;
