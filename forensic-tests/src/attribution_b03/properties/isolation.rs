//! 14: a session of one tenant neither sees nor writes the rows of another, for roles that are bound by row-level
//! security. `tenants` and `revenue_state_transitions` have none; the suite records that as a finding.

use phasegate_engine::fuzz::{Insert, Outcome, Property, Script};
use proptest::{collection::vec, prelude::*, sample::select};

use super::AFTER_ALL_PHASES;
use crate::attribution_b03::{
    model::{Access, Write, visible, written},
    rows,
};

/// A session reads and writes.
#[derive(Debug, Clone)]
pub struct IsolationCase {
    /// Its role.
    pub role: &'static str,
    /// Its tenant.
    pub session: u8,
    /// The table.
    pub table: &'static str,
    /// The tenants of the rows.
    pub rows: Vec<u8>,
    /// The write.
    pub write: Write,
}

const TENANTS: u8 = 4;

/// Property 14.
#[must_use]
pub fn isolation() -> Property<IsolationCase> {
    let role = select(vec!["app_rw", "app_ro", "app_user", "b03_owner"]);
    let table = select(vec![
        "attribution_events",
        "attribution_allocations",
        "revenue_ledger",
        "dead_events",
        "reconciliation_runs",
    ]);
    let tenant = || 0..TENANTS;
    let write = prop_oneof![
        tenant().prop_map(Write::Insert),
        (tenant(), tenant()).prop_map(|(from, to)| Write::Move(from, to)),
        tenant().prop_map(Write::Delete),
    ];
    Property {
        name: "attribution_b03::property_14_a_session_neither_sees_nor_writes_rows_of_another_tenant",
        state: AFTER_ALL_PHASES,
        strategy: (role, tenant(), table, vec(tenant(), 0..6), write)
            .prop_map(|(role, session, table, rows, write)| IsolationCase {
                role,
                session,
                table,
                rows,
                write: within_guards(role, table, write),
            })
            .sboxed(),
        script: Box::new(script),
        cases: 200,
    }
}

/// The owner may update events and ledger as far as privileges go, and meets the guard: that is property 13.
fn within_guards(role: &str, table: &str, write: Write) -> Write {
    match write {
        Write::Move(_, tenant) | Write::Delete(tenant) if role == "b03_owner" && is_guarded(table) => {
            Write::Insert(tenant)
        }
        other => other,
    }
}

fn is_guarded(table: &str) -> bool {
    matches!(table, "attribution_events" | "revenue_ledger")
}

fn access(role: &str, table: &str) -> Access {
    let writes = matches!(role, "app_rw" | "b03_owner");
    Access { insert: writes, mutate: writes && !is_guarded(table) }
}

fn row(table: &str, number: usize, tenant: usize) -> Insert {
    match table {
        "attribution_events" => rows::event(number, tenant, 0),
        "attribution_allocations" => rows::allocation(number, tenant, number),
        "revenue_ledger" => rows::ledger(number, tenant, number),
        "dead_events" => rows::dead_event(number, tenant),
        _ => rows::reconciliation_run(number, tenant),
    }
}

fn row_id(table: &str, number: usize) -> String {
    match table {
        "attribution_events" => rows::event_id(number),
        "attribution_allocations" => rows::allocation_id(number),
        "revenue_ledger" => rows::ledger_id(number),
        "dead_events" => rows::dead_event_id(number),
        _ => rows::other_id(number),
    }
}

/// What a row of the table refers to.
fn prerequisites(script: &mut Script, table: &str, number: usize, tenant: usize) {
    if matches!(table, "attribution_allocations" | "revenue_ledger") {
        script.given(rows::event(number, tenant, 0).to_string());
    }
    if table == "revenue_ledger" {
        script.given(rows::allocation(number, tenant, number).to_string());
    }
}

fn script(case: &IsolationCase) -> Script {
    let table = case.table;
    let mut script = Script::new();
    for tenant in 0..TENANTS {
        script.given(rows::tenant(tenant.into()).to_string());
    }
    for (number, tenant) in case.rows.iter().enumerate() {
        prerequisites(&mut script, table, number, (*tenant).into());
        script.given(row(table, number, (*tenant).into()).to_string());
    }
    let new = case.rows.len();
    if let Write::Insert(tenant) = case.write {
        prerequisites(&mut script, table, new, tenant.into());
    }
    script.become_role(case.role, &[(rows::TENANT, &rows::tenant_id(case.session.into()))]);
    let seen: Vec<String> = visible(case.session, &case.rows).map(|n| row_id(table, n)).collect();
    let query = format!("SELECT id::text FROM {table} ORDER BY id");
    if case.role == "app_user" {
        script.attempt("it has no right to read".to_owned(), &query, &Outcome::refused("42501", "privilege"));
    } else {
        script.query("it sees the rows of its tenant, and those only", &query, &seen);
    }
    let tenant = |tenant: u8| rows::tenant_id(tenant.into());
    let sql = match case.write {
        Write::Insert(tenant) => row(table, new, tenant.into()).to_string(),
        Write::Move(from, to) => format!(
            "UPDATE {table} SET tenant_id = {} WHERE tenant_id = {}",
            rows::quoted(&tenant(to)),
            rows::quoted(&tenant(from))
        ),
        Write::Delete(of) => {
            let of = rows::quoted(&tenant(of));
            format!("DELETE FROM {table} WHERE tenant_id = {of}")
        }
    };
    let expected = written(access(case.role, table), case.session, &case.rows, case.write);
    let claim = format!("{} of tenant {} tries {:?}", case.role, case.session, case.write);
    script.attempt(claim, &sql, &expected);
    script.step_down();
    let others: Vec<String> = case
        .rows
        .iter()
        .enumerate()
        .filter(|(_, tenant)| **tenant != case.session)
        .map(|(number, of)| format!("{} {}", row_id(table, number), tenant(*of)))
        .collect();
    let query = format!(
        "SELECT concat_ws(' ', id, tenant_id) FROM {table} WHERE tenant_id = ANY (ARRAY[{}]::uuid[]) ORDER BY id",
        rows::quoted_all((0..TENANTS).filter(|other| *other != case.session).map(tenant))
    );
    script.query("the rows of the other tenants are as they were", &query, &others);
    script
}
