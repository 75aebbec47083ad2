//! The parts of a CREATE TABLE.

use std::collections::BTreeSet;

use super::{
    names::{is_reserved, settle_all},
    token::{Kind, Token, tokens},
    words::words,
};

/// What a CREATE TABLE says, apart from its name.
pub(in crate::sqlite) struct Table<'t> {
    pub(super) columns: Vec<Column<'t>>,
    pub(super) constraints: Vec<Constraint<'t>>,
    /// WITHOUT ROWID, STRICT.
    pub(super) options: Vec<Vec<Token<'t>>>,
}

pub(super) struct Column<'t> {
    pub(super) name: Token<'t>,
    of_type: Vec<Token<'t>>,
    pub(super) constraints: Vec<Token<'t>>,
}

/// A constraint of the table rather than of a column.
pub(super) struct Constraint<'t> {
    pub(super) name: Option<Token<'t>>,
    pub(super) body: Vec<Token<'t>>,
}

impl<'t> Table<'t> {
    /// Takes a statement apart; `None` when it is no CREATE TABLE with columns.
    pub(in crate::sqlite) fn parse(sql: &'t str) -> Option<Self> {
        let mut tokens = tokens(sql);
        let open = tokens.iter().position(|token| token.is("("))?;
        let close = open + closing(tokens.get(open..)?)?;
        let is_table = tokens.iter().take(3).any(|token| token.is("table"));
        if !is_table || tokens.get(1)?.is("virtual") {
            return None;
        }
        let columns = |tokens: &[Token<'t>]| -> Vec<Column<'t>> {
            let elements = split(&tokens[open + 1..close], ",");
            elements.into_iter().map_while(Column::parse).collect()
        };
        let known: BTreeSet<String> = columns(&tokens).into_iter().map(|column| column.name.name()).collect();
        settle_all(&mut tokens, &known);
        let columns = columns(&tokens);
        let constraints = split(&tokens[open + 1..close], ",").into_iter().skip(columns.len());
        Some(Self {
            constraints: constraints.flat_map(Constraint::parse).collect(),
            columns,
            options: split(&tokens[close + 1..], ",").into_iter().map(<[_]>::to_vec).collect(),
        })
    }

    /// The name of each foreign key in the order of the text; of one without a name, its columns as SQLite names those of
    /// a key: `table.column, table.column`.
    pub(in crate::sqlite) fn foreign_keys(&self, table: &str) -> Vec<String> {
        let named = |columns: &[Token<'_>], name: Option<&Token<'_>>| match name {
            Some(name) => name.unquoted().into_owned(),
            None => {
                columns.iter().map(|column| format!("{table}.{}", column.unquoted())).collect::<Vec<_>>().join(", ")
            }
        };
        let of_column = |column: &Column<'_>| -> Vec<String> {
            let said = &column.constraints;
            let is_named = |at: usize| at >= 2 && said[at - 2].is("constraint");
            let references = (0..said.len()).filter(|at| said[*at].is("references"));
            references.map(|at| named(&[column.name], is_named(at).then(|| &said[at - 1]))).collect()
        };
        let of_table = self.constraints.iter().filter(|constraint| constraint.is("foreign"));
        let of_table = of_table.map(|constraint| named(&constraint.columns(), constraint.name.as_ref()));
        self.columns.iter().flat_map(of_column).chain(of_table).collect()
    }

    /// The place of a column within a primary key that is a constraint of the table, from 1.
    pub(super) fn place_in_key(&self, column: &str) -> Option<usize> {
        let key = self.constraints.iter().find(|constraint| constraint.is("primary"))?;
        key.columns().iter().position(|token| token.name() == column).map(|at| at + 1)
    }
}

impl<'t> Column<'t> {
    /// `None` where the constraints of the table begin.
    fn parse(element: &[Token<'t>]) -> Option<Self> {
        let (name, rest) = element.split_first()?;
        if name.is_any(&["constraint", "primary", "unique", "check", "foreign"]) {
            return None;
        }
        let ends_type = |at: &usize| {
            let token = &rest[*at];
            let is_word = matches!(token.kind, Kind::Word | Kind::Name | Kind::NameOrText | Kind::Text);
            let is_generated = token.is("generated") && rest.get(at + 1).is_some_and(|next| next.is("always"));
            !is_word || is_generated || token.kind == Kind::Word && is_reserved(&token.name())
        };
        let mut end = (0..rest.len()).find(ends_type).unwrap_or(rest.len());
        if end > 0 && rest.get(end).is_some_and(|token| token.is("(")) {
            end += closing(&rest[end..])? + 1;
        }
        let as_name = |token: &Token<'t>| match token.kind {
            Kind::NameOrText | Kind::Text => Token { kind: Kind::Name, ..*token },
            _ => *token,
        };
        Some(Self {
            name: *name,
            of_type: rest[..end].iter().map(as_name).collect(),
            constraints: rest[end..].to_vec(),
        })
    }

    /// The definition in one line. Of a key of its own it says the `place` too, as of a key of the table.
    pub(super) fn words(&self, place: &str) -> String {
        let mut constraints = self.constraints.clone();
        if let Some(key) = own_key(&constraints) {
            constraints.insert(key + 2, Token { kind: Kind::Literal, text: place, start: 0 });
        }
        [words(&self.of_type).to_uppercase(), words(&constraints)].join(" ").trim().to_owned()
    }
}

/// Where the constraints of a column say PRIMARY KEY.
pub(super) fn own_key(constraints: &[Token<'_>]) -> Option<usize> {
    let depths = depths(constraints);
    constraints
        .windows(2)
        .zip(depths)
        .position(|(pair, depth)| depth == 0 && pair[0].is("primary") && pair[1].is("key"))
}

impl<'t> Constraint<'t> {
    /// The constraints of one element: the comma between two of them may be left out.
    fn parse(element: &[Token<'t>]) -> Vec<Self> {
        let depths = depths(element);
        let begins = |at: &usize| {
            let is_named = *at >= 2 && element[at - 2].is("constraint");
            let unnamed = element[*at].is_any(&["primary", "unique", "check", "foreign"]) && !is_named;
            depths[*at] == 0 && (element[*at].is("constraint") || unnamed)
        };
        let starts: Vec<usize> = (0..element.len()).filter(begins).chain([element.len()]).collect();
        let constraint = |pair: &[usize]| {
            let tokens = &element[pair[0]..pair[1]];
            match tokens {
                [first, name, body @ ..] if first.is("constraint") => Self { name: Some(*name), body: body.to_vec() },
                _ => Self { name: None, body: tokens.to_vec() },
            }
        };
        starts.windows(2).map(constraint).collect()
    }

    /// Whether its body begins with this keyword.
    pub(super) fn is(&self, keyword: &str) -> bool {
        self.body.first().is_some_and(|token| token.is(keyword))
    }

    /// The columns in its first list.
    pub(super) fn columns(&self) -> Vec<Token<'t>> {
        let Some(open) = self.body.iter().position(|token| token.is("(")) else { return Vec::new() };
        let list = &self.body[open..];
        let end = closing(list).unwrap_or(list.len());
        split(&list[1..end], ",").into_iter().filter_map(|item| item.first().copied()).collect()
    }
}

/// Where the bracket closes that the tokens begin with.
pub(super) fn closing(tokens: &[Token<'_>]) -> Option<usize> {
    let mut depth = 0_usize;
    tokens.iter().position(|token| {
        depth += usize::from(token.is("("));
        depth = depth.saturating_sub(usize::from(token.is(")")));
        depth == 0
    })
}

/// In how many brackets each token stands.
fn depths(tokens: &[Token<'_>]) -> Vec<usize> {
    let mut depth = 0_usize;
    let depth_of = |token: &Token<'_>| {
        depth = depth.saturating_sub(usize::from(token.is(")")));
        let own = depth;
        depth += usize::from(token.is("("));
        own
    };
    tokens.iter().map(depth_of).collect()
}

/// The parts between separators that stand in no bracket; none of nothing.
fn split<'s, 't>(tokens: &'s [Token<'t>], separator: &str) -> Vec<&'s [Token<'t>]> {
    let depths = depths(tokens);
    let mut parts = Vec::new();
    let mut start = 0;
    for at in (0..tokens.len()).filter(|at| depths[*at] == 0 && tokens[*at].is(separator)) {
        parts.push(&tokens[start..at]);
        start = at + 1;
    }
    if !tokens.is_empty() {
        parts.push(&tokens[start..]);
    }
    parts
}
