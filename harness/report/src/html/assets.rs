//! Style and script of the page, and the policy that lets nothing else in.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha256};

/// How the page looks: on a screen, light and dark, and on paper.
pub(super) const STYLE: &str = include_str!("page.css");
/// What filters and finds. Without it the page shows the same.
pub(super) const SCRIPT: &str = include_str!("page.js");

/// What a browser may do with the page: apply this style and run this script, and nothing else. It loads nothing.
pub(super) fn policy() -> String {
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// What is read in which colour on which, and the least contrast: 4.5 for text, 3 for what is no text (WCAG 2.2, AA).
    const PAIRS: [(&str, &str, f64); 17] = [
        ("ink", "paper", 4.5),
        ("ink", "panel", 4.5),
        ("ink", "code", 4.5),
        ("faint", "paper", 4.5),
        ("faint", "panel", 4.5),
        ("faint", "code", 4.5),
        ("link", "paper", 4.5),
        ("link", "panel", 4.5),
        ("passed", "paper", 4.5),
        ("passed", "panel", 4.5),
        ("failed", "paper", 4.5),
        ("failed", "panel", 4.5),
        ("open", "paper", 4.5),
        ("open", "panel", 4.5),
        ("failed", "alarm", 4.5),
        ("ink", "alarm", 4.5),
        ("link", "paper", 3.0),
    ];

    /// The colours of the light and of the dark page by their names.
    fn colours() -> [BTreeMap<&'static str, &'static str>; 2] {
        let of = |block: &'static str| {
            let block = block.split('}').next().unwrap_or_default();
            let colours = block.lines().filter_map(|line| line.trim().strip_prefix("--")?.split_once(": #"));
            colours.map(|(name, colour)| (name, colour.trim_end_matches(';'))).collect()
        };
        let blocks: Vec<&str> = STYLE.split(":root {").skip(1).collect();
        assert_eq!(blocks.len(), 3, "light, dark and paper");
        let [light, dark] = [of(blocks[0]), of(blocks[1])];
        assert_eq!(light, of(blocks[2]), "paper is as light as the light page");
        [light, dark]
    }

    /// The relative luminance of a colour in hexadecimal digits, after WCAG 2.2.
    fn luminance(colour: &str) -> f64 {
        let part = |at: usize| {
            let part = u8::from_str_radix(&colour[at..at + 2], 16).expect("two digits");
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4)
    }

    fn contrast(one: &str, other: &str) -> f64 {
        let [one, other] = [luminance(one), luminance(other)];
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn black_on_white_has_the_greatest_contrast_and_a_colour_on_itself_none() {
        assert!((contrast("000000", "ffffff") - 21.0).abs() < 1e-9);
        assert!((contrast("767676", "767676") - 1.0).abs() < 1e-9);
        assert!(contrast("777777", "ffffff") < 4.5);
    }

    #[test]
    fn every_text_has_the_contrast_that_people_with_poor_sight_need() {
        for colours in colours() {
            for (text, ground, least) in PAIRS {
                let met = contrast(colours[text], colours[ground]);
                assert!(met >= least, "{text} on {ground}: {met:.2}, and {least} is needed; {colours:?}");
            }
        }
    }

    #[test]
    fn neither_style_nor_script_can_end_its_element_or_reach_for_anything() {
        for text in [STYLE, SCRIPT] {
            for word in ["</", "<!--", "http", "url(", "@import", "fetch", "innerHTML", "eval"] {
                assert!(!text.contains(word), "{word}");
            }
        }
    }
}
