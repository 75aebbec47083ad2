use super::{escape::text, head, log, notes, phase, requirements, tried};
use crate::record::{GATES_ALONE, Record, phases};

/// A run as Markdown. Made from nothing but the folder, it has the same bytes whenever it is made.
pub fn markdown(record: &Record) -> String {
    let mut page = head::head(record);
    for (suite, result) in record.suites() {
        let title = format!("\n## {}: {}\n\n", text(&suite.suite), text(&suite.title));
        page.push_str(&title);
        page.push_str(&head::suite(suite, result));
        if record.is_gates_alone() {
            page.push_str(&format!("\n**{GATES_ALONE}.**\n"));
        }
        for said in [record.resumed(suite), record.kept_going(result)].iter().flatten() {
            page.push_str(&format!("\n**This run** {}.\n", text(said)));
        }
        page.push_str(&head::overview(suite, result));
        let checks = record.checks(suite, result);
        if let Some(stopped) = &result.stopped {
            page.push_str(&format!("\n**The run of this suite stopped**: {}\n", text(&stopped.to_string())));
        }
        page.push_str(&notes::failures(record, result, &checks));
        for (plan, result) in phases(suite, result) {
            page.push_str(&phase::phase(record, suite, plan, result, &checks));
        }
        page.push_str(&tried::tried(record, suite, result));
        page.push_str(&notes::findings(suite, result));
        page.push_str(&notes::deviations(suite));
        page.push_str(&log::log(record, suite, result, &checks));
        page.push_str(&requirements::requirements(suite, result));
    }
    page.push_str(&head::servers(record));
    page.push_str(&head::verification(record));
    page
}
