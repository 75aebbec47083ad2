//! 13: no UPDATE and no DELETE changes a row of events or ledger while the guards are on, whoever tries.

use phasegate_engine::fuzz::{Property, Script};
use proptest::{collection::vec, prelude::*, sample::select};

use super::AFTER_ALL_PHASES;
use crate::attribution_b03::{
    model::{Mutation, Role, guarded},
    rows,
};

/// Somebody tries to change rows.
#[derive(Debug, Clone)]
pub struct GuardCase {
    /// Who.
    pub role: Role,
    /// The tenant of the session.
    pub session: usize,
    /// What is tried.
    pub mutation: Mutation,
    /// Whether it is tried on the ledger.
    pub on_ledger: bool,
    /// The rows: the tenant of each, and whether it is aimed at.
    pub rows: Vec<(usize, bool)>,
    /// Which of the assignments an UPDATE makes.
    pub assignment: usize,
}

const TENANTS: usize = 3;

/// Each changes nothing or something, a state, a count or an amount: the guards do not look.
const ASSIGNMENTS: [[&str; 2]; 4] = [
    ["processing_status = 'processed'", "state = 'refunded'"],
    ["retry_count = retry_count + 1", "metadata = '{\"rate\": 1}'"],
    ["revenue_cents = revenue_cents", "revenue_cents = revenue_cents"],
    ["tenant_id = tenant_id, updated_at = now()", "is_verified = true, verified_at = now()"],
];

/// Property 13.
#[must_use]
pub fn guards() -> Property<GuardCase> {
    let role =
        select(vec![Role::AppRw, Role::AppRo, Role::AppUser, Role::Owner, Role::MigrationOwner, Role::Superuser]);
    let mutation = select(vec![
        Mutation::Update,
        Mutation::Delete,
        Mutation::Merge,
        Mutation::Upsert,
        Mutation::CascadeFromAllocations,
        Mutation::CascadeFromTenants,
    ]);
    let row = (0..TENANTS, proptest::bool::weighted(0.6));
    let case = (role, 0..TENANTS, mutation, any::<bool>(), vec(row, 1..5), 0..ASSIGNMENTS.len());
    Property {
        name: "attribution_b03::property_13_no_update_or_delete_changes_events_or_ledger_for_any_role",
        state: AFTER_ALL_PHASES,
        strategy: case
            .prop_map(|(role, session, mutation, on_ledger, rows, assignment)| GuardCase {
                role,
                session,
                mutation,
                on_ledger,
                rows,
                assignment,
            })
            .sboxed(),
        script: Box::new(script),
        cases: 200,
    }
}

fn role_name(role: Role) -> Option<&'static str> {
    match role {
        Role::AppRw => Some("app_rw"),
        Role::AppRo => Some("app_ro"),
        Role::AppUser => Some("app_user"),
        Role::Owner => Some("b03_owner"),
        Role::MigrationOwner => Some("migration_owner"),
        Role::Superuser => None,
    }
}

const CREATE_MIGRATION_OWNER: &str = "DO $role$
BEGIN
    CREATE ROLE migration_owner NOLOGIN;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
END
$role$;
GRANT SELECT, INSERT, UPDATE, DELETE ON attribution_events, revenue_ledger TO migration_owner;";

fn script(case: &GuardCase) -> Script {
    let mut script = Script::new();
    for tenant in 0..TENANTS {
        script.given(rows::tenant(tenant).to_string());
    }
    for (number, (tenant, _)) in case.rows.iter().enumerate() {
        script.given(rows::event(number, *tenant, 0).to_string());
        script.given(rows::allocation(number, *tenant, number).to_string());
        script.given(rows::ledger(number, *tenant, number).to_string());
    }
    let tables = ["attribution_events", "revenue_ledger"];
    for table in tables {
        script.keep(table, &[]);
    }
    if case.role == Role::MigrationOwner {
        script.given(CREATE_MIGRATION_OWNER);
    }
    let is_upsert = case.mutation == Mutation::Upsert;
    let aimed: Vec<(usize, usize)> = case
        .rows
        .iter()
        .enumerate()
        // An upsert is of one row, whichever are aimed at.
        .filter(|(number, (_, is_aimed))| if is_upsert { *number == 0 } else { *is_aimed })
        .map(|(number, (tenant, _))| (number, *tenant))
        .collect();
    let (sql, guard) = statement(case, &aimed);
    let reached = aimed.iter().filter(|(_, tenant)| *tenant == case.session).count();
    let expected = guarded(case.role, case.mutation, guard, reached, aimed.len());
    let role = role_name(case.role);
    if let Some(role) = role {
        script.become_role(role, &[(rows::TENANT, &rows::tenant_id(case.session))]);
    }
    let claim = format!("{:?} tries {:?}", case.role, case.mutation);
    script.attempt(claim, &sql, &expected);
    if role.is_some() {
        script.step_down();
    }
    for table in tables {
        script.unchanged(table, &[]);
    }
    script
}

/// The statement, and the function that guards the first table it reaches.
fn statement(case: &GuardCase, aimed: &[(usize, usize)]) -> (String, &'static str) {
    let ids = |id: &dyn Fn(usize) -> String, numbers: &mut dyn Iterator<Item = usize>| {
        format!("id = ANY (ARRAY[{}]::uuid[])", rows::quoted_all(numbers.map(id)))
    };
    let mut numbers = aimed.iter().map(|(number, _)| *number);
    let (events_guard, ledger_guard) = ("fn_events_prevent_mutation", "fn_ledger_prevent_mutation");
    let (table, guard, place, rows) = if case.on_ledger {
        ("revenue_ledger", ledger_guard, 1, ids(&rows::ledger_id, &mut numbers.clone()))
    } else {
        ("attribution_events", events_guard, 0, ids(&rows::event_id, &mut numbers.clone()))
    };
    match case.mutation {
        Mutation::Update => {
            let assignment = ASSIGNMENTS[case.assignment % ASSIGNMENTS.len()][place];
            (format!("UPDATE {table} SET {assignment} WHERE {rows}"), guard)
        }
        Mutation::Delete => (format!("DELETE FROM {table} WHERE {rows}"), guard),
        Mutation::Merge => {
            let sql = format!("MERGE INTO {table} USING (SELECT 1) AS one ON {rows} WHEN MATCHED THEN DELETE");
            (sql, guard)
        }
        Mutation::Upsert => {
            let tenant = aimed.first().map_or(0, |(_, tenant)| *tenant);
            let row = if case.on_ledger { rows::ledger(0, tenant, 0) } else { rows::event(0, tenant, 0) };
            let sql = format!("{row}\nON CONFLICT (id) DO UPDATE SET updated_at = now()");
            (sql, guard)
        }
        Mutation::CascadeFromAllocations => {
            let rows = ids(&rows::allocation_id, &mut numbers);
            (format!("DELETE FROM attribution_allocations WHERE {rows}"), ledger_guard)
        }
        Mutation::CascadeFromTenants => {
            let rows = ids(&rows::tenant_id, &mut aimed.iter().map(|(_, tenant)| *tenant));
            (format!("DELETE FROM tenants WHERE {rows}"), events_guard)
        }
    }
}
