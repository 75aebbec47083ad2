//! What the driver promises on a real server: that what happens is written when it happens, that a lost connection and a time
//! limit are errors and never failed claims, and what is kept.

mod commands;
mod dump;
mod events;
mod format;
mod kept;
mod limits;
mod lost;
mod marks;
mod outcome;
mod sizes;
mod tap;
mod way_back;
mod workspace;
