//! How the page looks, and whether everybody can use it.

use std::path::Path;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;

use crate::{
    Claim,
    chromium::Chromium,
    kinds::proved,
    page::opened,
    runs::{gate_failed, phase_failed},
    sample::Sample,
};

pub(crate) fn claims() -> Vec<Claim> {
    vec![
        ("no_page_is_wider_than_the_screen_from_360_pixels_on", no_page_is_too_wide),
        ("headings_stand_in_order_and_everything_that_is_used_has_a_name", everybody_can_use_it),
        ("the_page_prints_on_a4", prints),
    ]
}

/// The samples by what came of them.
fn samples() -> [(&'static str, Sample); 4] {
    [
        ("passed", Sample::passed()),
        ("gate-failed", gate_failed()),
        ("phase-failed", phase_failed()),
        ("proved", proved()),
    ]
}

fn no_page_is_too_wide(browser: &mut Chromium) {
    for (name, sample) in samples() {
        let _holder = opened(browser, &sample, "");
        lay_out_everything(browser);
        for (width, scheme) in [(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")] {
            browser.screen([width, 800], scheme);
            let height = browser.eval("document.documentElement.scrollHeight").as_u64().expect("a height");
            browser.screen([width, height], scheme);
            assert_eq!(browser.eval("document.documentElement.scrollWidth"), width, "{name} {scheme}");
            picture(browser, &format!("page-{name}-{width}-{scheme}"));
        }
    }
}

/// Lays out what is out of sight, too, and opens what is shut: else neither the picture nor the width knows of it.
fn lay_out_everything(browser: &mut Chromium) {
    browser.eval("document.styleSheets[0].insertRule('* { content-visibility: visible !important }')");
    browser.eval("document.querySelectorAll('details').forEach((at) => { at.open = true })");
}

/// Leaves what is on the screen among the temporary files of the target.
fn picture(browser: &mut Chromium, name: &str) {
    let picture = browser.ask("Page.captureScreenshot", json!({}));
    let bytes = STANDARD.decode(picture["data"].as_str().expect("a picture")).expect("base64");
    std::fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png")), bytes).expect("writable");
}

fn everybody_can_use_it(browser: &mut Chromium) {
    for (name, sample) in samples() {
        let _holder = opened(browser, &sample, "");
        let levels =
            "Array.from(document.querySelectorAll('h1, h2, h3, h4, h5, h6')).map((at) => Number(at.localName[1]))";
        let levels: Vec<u64> = serde_json::from_value(browser.eval(levels)).expect("numbers");
        assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1, "{name}");
        assert_eq!(levels[0], 1, "{name}");
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{name}: {levels:?}");
        let doubled = "Array.from(document.querySelectorAll('[id]')).map((at) => at.id).filter((id, at, all) => \
                       all.indexOf(id) !== at)";
        assert_eq!(browser.eval(doubled), json!([]), "{name}");
        // What the browser tells those who do not see the page: everything that takes the focus has a name.
        let tree = browser.ask("Accessibility.getFullAXTree", json!({}));
        let nodes = tree["nodes"].as_array().expect("nodes");
        let of_role = |role: &str| nodes.iter().filter(|node| node["role"]["value"] == role).count();
        assert!(
            of_role("link") > 5 && of_role("button") > 1 && of_role("searchbox") == 1 && of_role("main") == 1,
            "{name}"
        );
        let uses = ["link", "button", "searchbox", "checkbox", "region", "DisclosureTriangle", "img", "image"];
        let nameless = nodes.iter().filter(|node| {
            let role = node["role"]["value"].as_str().unwrap_or_default();
            uses.contains(&role)
                && node["ignored"] != true
                && node["name"]["value"].as_str().unwrap_or_default().is_empty()
        });
        assert_eq!(nameless.collect::<Vec<_>>(), Vec::<&serde_json::Value>::new(), "{name}");
    }
}

fn prints(browser: &mut Chromium) {
    let _holder = opened(browser, &gate_failed(), "");
    let pdf = browser.ask("Page.printToPDF", json!({ "preferCSSPageSize": true }));
    let bytes = STANDARD.decode(pdf["data"].as_str().expect("a file")).expect("base64");
    std::fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join("page-gate-failed.pdf"), &bytes).expect("writable");
    // 210 mm by 297 mm, in points.
    let text = String::from_utf8_lossy(&bytes);
    let size = text.split("/MediaBox [").nth(1).and_then(|rest| rest.split(']').next()).expect("a page");
    let size: Vec<f64> = size.split_whitespace().map(|number| number.parse().expect("a number")).collect();
    assert!((size[2] - 595.3).abs() < 1.0 && (size[3] - 841.9).abs() < 1.0, "{size:?}");
    // Within its margins of 15 mm a page is 180 mm wide: what is wider would be cut off.
    let width = 680;
    browser.screen([width, 3000], "light");
    browser.ask("Emulation.setEmulatedMedia", json!({ "media": "print" }));
    assert_eq!(browser.eval("document.querySelector('#filter').checkVisibility()"), false);
    let widest =
        "Math.max(...Array.from(document.querySelectorAll('*')).map((at) => at.getBoundingClientRect().right))";
    assert!(browser.eval(widest).as_f64().expect("a width") <= width as f64, "{}", browser.eval(widest));
    picture(browser, "page-gate-failed-print");
}
