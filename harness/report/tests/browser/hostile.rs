//! What a suite's author, a server or whoever made a folder wrote to run in the browser of its reader.

use phasegate_report::html;
use serde_json::Value;

use crate::{
    Claim,
    chromium::Chromium,
    runs::{gate_failed, phase_failed, read},
    sample::Sample,
};

/// Ends every element and attribute that it could stand in, and then runs.
const HOSTILE: &str = "</script></style></title></pre></code><script>document.title='ran'</script>\"'><img src=x \
                       onerror=\"document.title='ran'\"><svg/onload=alert(1)><a href=\"javascript:alert(1)\">x</a>\
                       <meta http-equiv=refresh content=0><base href=x>{{7*7}}&#60;b&#62;`# TODO ok 1 - x\u{1b}[2K\u{202e}";

pub(crate) fn claims() -> Vec<Claim> {
    vec![
        ("hostile_text_makes_no_element_and_runs_nothing", hostile_text_is_inert),
        ("a_megabyte_of_text_is_cut_and_its_size_is_told", long_text_is_cut),
    ]
}

/// The sample with this behind every text that a person or a server wrote.
fn with(text: &str, sample: Sample) -> Sample {
    // What others name each other by stays, so that the folder can be read.
    const NAMES: [&str; 16] = [
        "suite", "phase", "gate", "check", "finding", "id", "slug", "kind", "verdict", "code", "severity", "judging",
        "here", "stored", "plan", "run",
    ];
    fn walk(value: &mut Value, text: &str) {
        match value {
            Value::String(old) if old.len() != 64 => old.push_str(text),
            Value::Array(items) => items.iter_mut().for_each(|item| walk(item, text)),
            Value::Object(map) => {
                let open = map.iter_mut().filter(|(key, value)| !value.is_string() || !NAMES.contains(&key.as_str()));
                open.for_each(|(_, value)| walk(value, text));
            }
            _ => {}
        }
    }
    let mut plan = serde_json::to_value(&sample.plan).expect("JSON");
    let mut events = serde_json::to_value(&sample.events).expect("JSON");
    for value in [&mut plan, &mut events] {
        walk(value, text);
    }
    let plan = serde_json::from_value(plan);
    let events = serde_json::from_value(events);
    Sample { plan: plan.expect("a plan"), events: events.expect("events"), ..sample }
}

fn hostile_text_is_inert(browser: &mut Chromium) {
    for (make, name) in [(Sample::passed as fn() -> Sample, "passed"), (gate_failed, "gate"), (phase_failed, "phase")] {
        let (_plain_holder, plain) = read(&make());
        let (_holder, record) = read(&with(HOSTILE, make()));
        let page = record.folder.path().join("report.html");
        assert!(html(&record).matches("&lt;script&gt;").count() > 50, "{name}: the text is there");
        // What elements and attributes a page has, by their names; the rows of a table are as many as there are.
        let names = "Array.from(new Set(Array.from(document.querySelectorAll('*')).flatMap((at) => [at.localName, \
                     ...at.getAttributeNames()]))).sort().join(' ')";
        browser.open(&plain.folder.path().join("report.html"), "");
        let expected = browser.eval(names);
        browser.open(&page, "");
        assert_eq!(browser.complaints(), Vec::<String>::new(), "{name}");
        assert_eq!(browser.eval("document.querySelectorAll('script, style, title, base').length"), 3, "{name}");
        assert_eq!(browser.eval("document.querySelectorAll('img, iframe, [onerror], [onload]').length"), 0, "{name}");
        let met = browser.eval(names);
        for word in met.as_str().expect("text").split(' ') {
            assert!(expected.as_str().expect("text").split(' ').any(|known| known == word), "{name}: {word}");
        }
        assert!(browser.eval("document.title").as_str().expect("text").starts_with("Phasegate: "), "{name}");
    }
}

fn long_text_is_cut(browser: &mut Chromium) {
    let text = "<i>x</i> ".repeat(1 << 17);
    let mut sample = Sample::passed();
    sample.plan.suites[0].title = text.clone();
    sample.plan.suites[0].phases[0].gates[0].checks[0].title = text.clone();
    sample.plan.suites[0].phases[0].gates[0].checks[0].given = Some(text.clone());
    let (_holder, record) = read(&sample);
    let page = html(&record);
    assert!(page.len() < 200_000, "{}", page.len());
    browser.open(&record.folder.path().join("report.html"), "#c0");
    let text_of = |browser: &mut Chromium, place: &str| {
        browser.eval(&format!("document.querySelector('{place}').innerText")).as_str().expect("text").to_owned()
    };
    let title = text_of(browser, "#c0 .title");
    assert!(title.ends_with(&format!(" … {} bytes more", text.len() - 600)), "{title}");
    let given = text_of(browser, "#c0 .sides .cut");
    assert_eq!(given, format!("Cut here: {} bytes in all, the whole in plan.json.", text.len()));
    browser.screen([360, 800], "light");
    assert_eq!(browser.eval("document.documentElement.scrollWidth"), 360);
}
