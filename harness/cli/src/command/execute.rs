use super::{
    adopt, check, completions, diff, import, init, keygen, list, man, prove, report, run, server, sign, verify,
};
use crate::{
    args::{Args, Command},
    exit::{Exit, Failure},
};

/// Does what was asked for.
pub(crate) fn execute(args: &Args) -> Result<Exit, Failure> {
    let global = &args.global;
    match &args.command {
        Command::Run(asked) => run::run(global, asked),
        Command::Prove(asked) => prove::prove(global, asked),
        Command::Check(asked) => check::check(global, asked),
        Command::Init(asked) => init::init(global, asked),
        Command::Adopt(asked) => adopt::adopt(global, asked),
        Command::Import(asked) => import::import(global, asked),
        Command::List(asked) => list::list(global, asked),
        Command::Report(asked) => report::report(global, asked),
        Command::Verify(asked) => verify::verify(global, asked),
        Command::Keygen(asked) => keygen::keygen(global, asked),
        Command::Sign(asked) => sign::sign(global, asked),
        Command::Diff(asked) => diff::diff(global, asked),
        Command::Server(asked) => server::server(global, asked),
        Command::Completions(asked) => completions::completions(asked),
        Command::Man(asked) => man::man(asked),
    }
}
