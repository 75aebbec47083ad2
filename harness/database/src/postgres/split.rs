//! Splits a file by PostgreSQL's rules, and holds what people write by hand against its grammar.

use std::thread;

use squawk_syntax::SourceFile;

use super::statements::{PSQL, Piece, TooDeep, copies_in, statements, words_of};
use crate::{
    Error,
    size::{PARSED_BYTES_MAX, PARSED_TOKENS_MAX},
    split::{Lines, Statement, SyntaxFault, line_of, too_deep},
};

/// Splits a file of PostgreSQL's SQL. The first MiB is held against the grammar, but for statements of more than 5 000
/// tokens: what is larger is data, and the server says best what is wrong with it.
///
/// # Errors
/// At the first place that does not parse.
pub(crate) fn split(text: &str) -> Result<Vec<Statement>, SyntaxFault> {
    if let Some(fault) = cut_off(text) {
        return Err(fault);
    }
    let (mut pieces, mut fault) = (Vec::new(), None);
    for piece in statements(text) {
        match piece {
            Ok(piece) => pieces.push(piece),
            Err(TooDeep(byte)) => fault = Some((byte, too_deep())),
        }
    }
    let fault = first_fault(text, &pieces).or(fault).or_else(|| beside_the_dump(text, &pieces));
    if let Some((byte, message)) = fault {
        return Err(SyntaxFault { line: line_of(text, byte), message });
    }
    let mut lines = Lines::of(text);
    let statements = pieces.into_iter().map(|piece| Statement {
        text: piece.text.to_owned(),
        line: lines.of_byte(piece.start),
        controls_transaction: controls_transaction(piece.text),
        rows: piece.rows.map(str::to_owned),
    });
    Ok(statements.collect())
}

/// The statements of a text for a session that runs them one by one: what is wrong with one, the server says.
pub(super) fn one_by_one(text: &str) -> Result<Vec<&str>, Error> {
    let pieces = statements(text).map(|piece| piece.map(|piece| piece.text));
    pieces.collect::<Result<_, _>>().map_err(|TooDeep(_)| Error::mistake(too_deep()))
}

/// What pg_dump writes first and last.
const DUMP_HEAD: &str = "-- PostgreSQL database dump\n";
const DUMP_END: &str = "-- PostgreSQL database dump complete";

/// Whether pg_dump wrote a text, which needs not be held against the grammar.
pub(crate) fn is_dump(text: &str) -> bool {
    text.trim_start_matches("--\n").starts_with(DUMP_HEAD)
}

/// What is wrong with a dump that has lost its end: each of its statements may be whole.
fn cut_off(text: &str) -> Option<SyntaxFault> {
    if !is_dump(text) || text.contains(DUMP_END) {
        return None;
    }
    let why = format!("the dump is cut off here: it lacks its last line, `{DUMP_END}`");
    Some(SyntaxFault { line: line_of(text, text.trim_end().len()), message: why })
}

/// Where a dump holds the hypertables of TimescaleDB, whose own functions must see them restored: a session that has met a table
/// before takes it for none.
fn beside_the_dump(text: &str, pieces: &[Piece<'_>]) -> Option<(usize, String)> {
    let has_rows = |piece: &&Piece<'_>| piece.rows.is_some_and(|rows| !rows.is_empty());
    let is_hypertables = |piece: &&Piece<'_>| piece.text.starts_with("COPY _timescaledb_catalog.hypertable ");
    let found = pieces.iter().filter(|_| is_dump(text)).find(|piece| is_hypertables(piece) && has_rows(piece))?;
    let why = "the dump holds hypertables of TimescaleDB, which are restored between timescaledb_pre_restore() and \
               timescaledb_post_restore(): let a command do that ([baseline] command = [...])";
    Some((found.start, why.to_owned()))
}

/// The first thing that is wrong, and the byte at which it is.
fn first_fault(text: &str, pieces: &[Piece<'_>]) -> Option<(usize, String)> {
    let by_hand = !is_dump(text);
    let look = || pieces.iter().find_map(|piece| fault(text, piece, by_hand));
    if pieces.iter().all(|piece| piece.tokens <= TOKENS_ON_ANY_STACK) {
        return look();
    }
    thread::scope(|scope| {
        let parser = thread::Builder::new().stack_size(PARSER_STACK_BYTES).spawn_scoped(scope, look);
        match parser.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(found)) => found,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            // Nothing is known to be wrong.
            Err(_) => None,
        }
    })
}

/// How many tokens a statement may have to be parsed on the stack of whoever asks: a level takes up to 700 bytes.
const TOKENS_ON_ANY_STACK: usize = 500;
/// The stack on which larger ones are.
const PARSER_STACK_BYTES: usize = 32 << 20;

fn fault(text: &str, piece: &Piece<'_>, by_hand: bool) -> Option<(usize, String)> {
    let mut words = words_of(piece.text);
    if words.next().is_some_and(|first| first.eq_ignore_ascii_case("copy"))
        && words.any(|word| word.eq_ignore_ascii_case("stdout"))
    {
        let why = "COPY to STDOUT waits for a client that takes the rows, and a file does not: write a query";
        return Some((piece.start, why.to_owned()));
    }
    if let Some((byte, why)) = piece.open.filter(|(_, why)| *why == PSQL || copies_in(piece.text)) {
        return Some((byte, why.to_owned()));
    }
    if by_hand && piece.start < PARSED_BYTES_MAX && piece.tokens <= PARSED_TOKENS_MAX {
        // With the semicolon, where there is one.
        let end = (piece.start + piece.text.len() + 1).min(text.len());
        let whole = text.get(piece.start..end).unwrap_or(piece.text);
        let parse = SourceFile::parse(whole);
        if let Some(error) = parse.errors().first() {
            return Some((piece.start + usize::from(error.range().start()), error.message().to_owned()));
        }
    }
    piece.open.map(|(byte, why)| (byte, why.to_owned()))
}

/// Whether a statement begins or ends a transaction; a savepoint is none.
pub(super) fn controls_transaction(statement: &str) -> bool {
    let mut words = words_of(statement).map(str::to_lowercase);
    match words.next().as_deref() {
        Some("begin" | "start" | "commit" | "end" | "abort") => true,
        Some("rollback") => !words.any(|word| word == "to"),
        Some("prepare") => words.next().as_deref() == Some("transaction"),
        _ => false,
    }
}
#[cfg(test)]
mod tests {
    use super::*;
    use crate::split::line_number;

    fn texts(statements: &[Statement]) -> Vec<(u32, &str)> {
        statements.iter().map(|s| (s.line, s.text.as_str())).collect()
    }

    #[test]
    fn a_semicolon_within_quotes_comments_or_bodies_ends_nothing() {
        let text = "-- first; comment\nSELECT ';' AS \"a;b\";\n\n/* ; */ CREATE FUNCTION f() RETURNS trigger \
                    LANGUAGE plpgsql AS $x$ BEGIN NULL; RETURN NULL; END $x$;\nSELECT 2";
        let statements = split(text).expect("parses");
        assert_eq!(statements.len(), 3);
        assert_eq!(texts(&statements)[0], (2, "SELECT ';' AS \"a;b\""));
        assert_eq!(statements[1].line, 4);
        assert!(statements[1].text.starts_with("CREATE FUNCTION") && statements[1].text.ends_with("$x$"));
        assert_eq!(texts(&statements)[2], (5, "SELECT 2"));
    }

    /// Past what is parsed, a text that nothing ends would take in every statement after it.
    #[test]
    fn what_does_not_end_is_named_in_a_statement_that_is_too_large_to_be_parsed() {
        let rows = "(1),\n".repeat(PARSED_TOKENS_MAX);
        for (what, opens) in [
            ("string", "'"),
            ("string", "E'"),
            ("string", "U&'"),
            ("string", "x'"),
            ("string", "$x$"),
            ("quoted name", "\""),
            ("comment", "/* "),
        ] {
            let ends = split(&format!("INSERT INTO t VALUES\n{rows}(2);\nSELECT 1;\n")).expect("data");
            assert_eq!(ends.len(), 2);
            let fault = split(&format!("INSERT INTO t VALUES\n{rows}({opens}2);\nSELECT 1;\n")).expect_err(opens);
            let line = line_number(PARSED_TOKENS_MAX + 1);
            assert_eq!(
                (fault.line, fault.message),
                (line, format!("a {what} that begins here does not end")),
                "{opens}"
            );
        }
    }

    #[test]
    fn sql_that_does_not_parse_is_named_by_its_line() {
        let fault = split("SELECT 1;\nSELEKT 2;\n").expect_err("no SQL");
        assert_eq!(fault.line, 2);
        let fault = split("SELECT 1;\n\\i other.sql\n").expect_err("psql");
        assert_eq!(fault.line, 2);
        assert!(fault.message.contains("psql"), "{}", fault.message);
        let fault = split("SELECT 1;\n-- rows\nCOPY t FROM STDIN;\n").expect_err("no client");
        assert!(fault.line == 3 && fault.message.contains("do not end with a line `\\.`"), "{fault:?}");
        let fault = split("COPY t TO STDOUT;\n").expect_err("no client");
        assert!(fault.message.contains("takes the rows"), "{fault:?}");
        assert!(split("COPY t FROM '/tmp/stdins'").is_ok());
        assert!(split("SELECT '\n\\i no command';").is_ok());
        assert_eq!(
            split("\\unset ECHO\n\\set QUIET 1\n\\pset format unaligned\nSELECT 1;\n").map(|all| all.len()),
            Ok(1)
        );
        assert!(split("\\set tenant 1\nSELECT 1;\n").is_err(), "what follows may use it");
    }

    #[test]
    fn the_rows_behind_a_copy_are_no_sql() {
        let rows = "1\tit's; \"x\n2\t$$ (\n\\N\t--\n";
        let text = format!("SELECT 1;\nCOPY public.t (a, b) FROM stdin;\n{rows}\\.\n\n\nSELECT 2;\n");
        let statements = split(&text).expect("rows");
        assert_eq!(statements[1].rows.as_deref(), Some(rows));
        assert_eq!(texts(&statements)[1..], [(2, "COPY public.t (a, b) FROM stdin"), (9, "SELECT 2")]);
        let none = split("COPY t FROM STDIN WITH (FORMAT csv);\n\\.\n").expect("no row");
        assert_eq!(none[0].rows.as_deref(), Some(""));
        let fault = split("COPY t FROM stdin; SELECT 1;\n1\n\\.\n").expect_err("two on a line");
        assert!(fault.message.contains("neither rows nor run"), "{fault:?}");
    }

    #[test]
    fn a_dump_is_read_as_it_is_unless_it_is_cut_off() {
        let dump = |end: &str| format!("--\n-- PostgreSQL database dump\n--\n\n\\restrict aB3'\n\nSELECT 1;\n\n{end}");
        let whole = dump("--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict aB3'\n\n");
        assert_eq!(texts(&split(&whole).expect("a dump")), [(7, "SELECT 1")]);
        let fault = split(&dump("")).expect_err("cut off");
        assert!(fault.line == 7 && fault.message.contains("is cut off here"), "{fault:?}");
        let fault = split(&whole.replace("SELECT 1;", "\\connect app")).expect_err("of psql");
        assert!(fault.line == 7 && fault.message.contains("dump without --create"), "{fault:?}");
    }

    #[test]
    fn a_dump_of_hypertables_is_told_what_restores_it_and_one_of_an_empty_timescaledb_is_read() {
        let dump = |rows: &str| {
            let copy = "COPY _timescaledb_catalog.hypertable (id) FROM stdin;";
            format!("--\n-- PostgreSQL database dump\n--\n\n{copy}\n{rows}\\.\n\n{DUMP_END}\n")
        };
        assert_eq!(split(&dump("")).expect("none").len(), 1);
        let fault = split(&dump("1\n")).expect_err("a hypertable");
        assert!(fault.line == 5 && fault.message.contains("timescaledb_pre_restore()"), "{fault:?}");
    }

    #[test]
    fn a_large_file_is_split_without_being_parsed_and_a_small_one_is_held_against_the_grammar() {
        let row = "INSERT INTO t VALUES (1, 'a; b');\n";
        let many = PARSED_BYTES_MAX / row.len() + 1;
        let text = format!("{}SELEKT 2;\n", row.repeat(many));
        assert_eq!(split(&text).expect("split only").len(), many + 1);
        let text = format!("{}SELEKT 2;\n", row.repeat(many - 2));
        assert_eq!(split(&text).expect_err("parsed").line, u32::try_from(many - 1).expect("small"));
    }

    #[test]
    fn a_statement_of_many_tokens_is_not_parsed_and_takes_no_stack() {
        let wrong = |words: usize| format!("SELECT {}1 FROM FROM;", "NOT ".repeat(words));
        assert!(split(&wrong(PARSED_TOKENS_MAX - 5)).is_err(), "held against the grammar");
        assert!(split(&wrong(PARSED_TOKENS_MAX * 100)).is_ok());
    }

    #[test]
    fn a_bracket_that_is_not_closed_is_named_where_it_opens() {
        let text = format!("SELECT 1;\nSELECT (1;\n{}", "SELECT 2;\n".repeat(PARSED_TOKENS_MAX));
        let fault = split(&text).expect_err("open");
        assert_eq!((fault.line, fault.message.as_str()), (2, "a bracket that opens here is not closed"));
    }

    #[test]
    fn brackets_that_lie_too_deep_are_named_by_their_line() {
        let nested = |depth: usize| format!("SELECT 1;\nSELECT {}1{};", "(".repeat(depth), ")".repeat(depth));
        assert_eq!(split(&nested(crate::size::NESTING_MAX)).map(|all| all.len()), Ok(2));
        assert_eq!(split(&nested(20_000)), Err(SyntaxFault { line: 2, message: too_deep() }));
    }

    #[test]
    fn transaction_control_is_seen_and_savepoints_are_not_taken_for_it() {
        let control = |text: &str| split(text).expect("parses")[0].controls_transaction;
        for text in ["BEGIN", "START TRANSACTION", "COMMIT", "END", "ROLLBACK", "ABORT"] {
            assert!(control(text), "{text}");
        }
        for text in ["SAVEPOINT a", "ROLLBACK TO SAVEPOINT a", "SELECT 1"] {
            assert!(!control(text), "{text}");
        }
    }
}
