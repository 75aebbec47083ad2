//! The `phasegate` command as a user meets it: what it prints, word for word, and how it ends.

mod adopt;
mod check;
mod colours;
mod commands;
mod documents;
mod environment;
mod external;
#[path = "../../../evidence/tests/verify/failed.rs"]
mod failed;
mod golden;
mod home;
mod in_place;
mod interrupt;
mod junit;
mod kept;
mod killed;
mod large;
mod limits;
mod list;
mod lost;
mod messages;
mod mistakes;
mod names;
mod output;
mod phasegate;
mod prove;
mod refusals;
mod reports;
mod resume;
mod run;
mod runs;
#[path = "../../../evidence/tests/verify/sample.rs"]
#[expect(dead_code, reason = "the sample is shared with the tests of the evidence, which use more of it")]
mod sample;
mod secrets;
mod settings;
mod shell;
mod signing;
mod sizes;
mod told;
mod unfinished;
mod verification;
mod width;
mod workspace;
