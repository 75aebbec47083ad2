//! A query that calls assertions, as its parsed tree says it.

use squawk_syntax::{
    SourceFile,
    ast::{self, AstNode},
};

/// A query whose targets are calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Query {
    /// What stands before SELECT: common table expressions.
    pub(super) before: String,
    /// What follows the targets, from FROM on.
    pub(super) after: String,
    /// Each target that is nothing but a call; none for another one.
    pub(super) targets: Vec<Option<Call>>,
}

/// A call of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    /// The name without its schema, in lower case.
    pub(super) name: String,
    pub(super) arguments: Vec<Argument>,
    /// The call as it stands there.
    pub(super) text: String,
}

/// An argument of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Argument {
    /// As it stands there.
    pub(super) text: String,
    /// The text that it is, where it is a string, with a cast or without.
    pub(super) string: Option<String>,
    /// Whether it is cast to `name`.
    pub(super) is_name: bool,
    /// The texts of an ARRAY of strings.
    pub(super) strings: Option<Vec<String>>,
}

/// Why a statement is no query of that form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoQuery {
    /// It does not parse.
    Syntax(String),
    /// It is another statement.
    Other,
}

/// Reads a statement as a query.
pub(super) fn query(statement: &str) -> Result<Query, NoQuery> {
    let parse = SourceFile::parse(statement);
    if let Some(error) = parse.errors().first() {
        return Err(NoQuery::Syntax(error.message().to_owned()));
    }
    let tree = parse.tree();
    let Some(ast::Stmt::Select(select)) = tree.stmts().next() else { return Err(NoQuery::Other) };
    let Some(clause) = select.select_clause() else { return Err(NoQuery::Other) };
    let Some(targets) = clause.target_list() else { return Err(NoQuery::Other) };
    let begins = usize::from(clause.syntax().text_range().start());
    let ends = usize::from(targets.syntax().text_range().end());
    Ok(Query {
        before: statement.get(..begins).unwrap_or_default().trim().to_owned(),
        after: statement.get(ends..).unwrap_or_default().trim().trim_end_matches(';').trim().to_owned(),
        targets: targets.targets().map(|target| target.expr().and_then(call)).collect(),
    })
}

fn call(expr: ast::Expr) -> Option<Call> {
    let ast::Expr::CallExpr(call) = expr else { return None };
    let name = match call.expr()? {
        ast::Expr::NameRef(name) => name.text(),
        ast::Expr::FieldExpr(field) => field.field()?.text(),
        _ => return None,
    };
    let text = call.syntax().text().to_string();
    let list = call.arg_list()?;
    let arguments = list.args().map(|argument| argument_of(&argument)).collect();
    Some(Call { name: name.to_lowercase(), arguments, text })
}

fn argument_of(argument: &ast::Arg) -> Argument {
    let text = argument.syntax().text().to_string().trim().to_owned();
    let expr = match argument.func_arg_expr() {
        Some(ast::FuncArgExpr::Expr(expr)) => Some(expr),
        // A named argument is left as it is.
        _ => None,
    };
    let (string, is_name) = expr.as_ref().map_or((None, false), string);
    let strings = expr.as_ref().and_then(strings);
    Argument { text, string, is_name, strings }
}

/// The text of a string, and whether it is cast to `name`.
fn string(expr: &ast::Expr) -> (Option<String>, bool) {
    match expr {
        ast::Expr::Literal(literal) => (text_of(literal), false),
        ast::Expr::CastExpr(cast) => {
            let inner = match (cast.expr(), cast.literal()) {
                (Some(inner), _) => string(&inner).0,
                (None, Some(literal)) => text_of(&literal),
                (None, None) => None,
            };
            let to = cast.ty().map(|ty| ty.syntax().text().to_string().trim().to_lowercase()).unwrap_or_default();
            (inner, to == "name")
        }
        ast::Expr::ParenExpr(inner) => inner.expr().map_or((None, false), |inner| string(&inner)),
        _ => (None, false),
    }
}

/// The text of a literal in quotes; a number has none.
fn text_of(literal: &ast::Literal) -> Option<String> {
    let is_quoted = literal.syntax().text().to_string().contains(['\'', '$']);
    literal.string_value().filter(|_| is_quoted)
}

/// The texts of an ARRAY of strings.
fn strings(expr: &ast::Expr) -> Option<Vec<String>> {
    match expr {
        ast::Expr::ArrayExpr(array) => {
            let is_list = array.syntax().text().to_string().ends_with(']');
            let items = array.syntax().children().filter_map(ast::Expr::cast).filter(|_| is_list);
            let items: Option<Vec<String>> = items.map(|item| string(&item).0).collect();
            items.filter(|items| !items.is_empty())
        }
        ast::Expr::CastExpr(cast) => cast.expr().and_then(|inner| strings(&inner)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_read_by_its_tree() {
        let query = query("SELECT pgtap.Has_Table('app'::name, E'it\\'s', $x$ a $x$), 1 FROM t WHERE a = ';'")
            .expect("a query");
        assert_eq!((query.before.as_str(), query.after.as_str()), ("", "FROM t WHERE a = ';'"));
        let [Some(call), None] = query.targets.as_slice() else { panic!("{query:?}") };
        assert_eq!(call.name, "has_table");
        let strings: Vec<_> =
            call.arguments.iter().map(|argument| argument.string.as_deref().unwrap_or("none")).collect();
        assert_eq!(strings, ["app", "it's", " a "]);
        assert_eq!(call.arguments.iter().map(|argument| argument.is_name).collect::<Vec<_>>(), [true, false, false]);
    }

    #[test]
    fn a_number_is_no_string() {
        let query = query("SELECT throws_ok('SELECT 1', 23505, $$$$, 1.5::numeric)").expect("a query");
        let call = query.targets[0].as_ref().expect("a call");
        let strings: Vec<_> = call.arguments.iter().map(|argument| argument.string.as_deref()).collect();
        assert_eq!(strings, [Some("SELECT 1"), None, Some(""), None]);
    }

    #[test]
    fn an_array_of_strings_is_read_and_another_is_not() {
        let of = |text: &str| {
            let query = query(&format!("SELECT f({text})")).expect("a query");
            query.targets[0].as_ref().expect("a call").arguments[0].strings.clone()
        };
        assert_eq!(of("ARRAY['a', 'b'::name]"), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(of("ARRAY['a', lower('B')]"), None);
        assert_eq!(of("'a'"), None);
    }

    #[test]
    fn what_is_no_query_says_so() {
        assert_eq!(query("INSERT INTO t VALUES (1)"), Err(NoQuery::Other));
        assert!(matches!(query("SELECT ok(1 = :x)"), Err(NoQuery::Syntax(_))));
    }
}
