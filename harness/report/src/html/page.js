"use strict";
// Shows the checks that are asked for, by verdict and by words, and moves between them. What is asked for stands behind
// the address (#verdict=failed&q=tenant), so that a link leads to it.
(() => {
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));
  const filter = document.getElementById("filter");
  const query = document.getElementById("query");
  const keys = document.getElementById("keys");
  const shown = document.getElementById("shown");
  const buttons = all("button", filter);
  const checks = all(".check");
  const gates = all(".gate");
  const texts = new Map();
  let verdict = "";

  const text = (check) => {
    if (!texts.has(check)) texts.set(check, check.textContent.toLowerCase());
    return texts.get(check);
  };

  const show = () => {
    const words = query.value.toLowerCase().split(/\s+/).filter((word) => word !== "");
    let number = 0;
    for (const check of checks) {
      const fits = (verdict === "" || check.dataset.verdict === verdict) && words.every((word) => text(check).includes(word));
      check.toggleAttribute("data-out", !fits);
      if (fits) number += 1;
    }
    for (const gate of gates) gate.toggleAttribute("data-out", gate.querySelector(".check:not([data-out])") === null);
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.show === verdict));
    shown.textContent = `${number} of ${checks.length} checks shown`;
  };

  // A place on the page keeps its own address.
  const note = () => {
    const asked = new URLSearchParams();
    if (verdict !== "") asked.set("verdict", verdict);
    if (query.value !== "") asked.set("q", query.value);
    history.replaceState(null, "", `#${asked}`);
  };

  const open = (place) => {
    for (let at = place; at !== null; at = at.parentElement) {
      at.removeAttribute("data-out");
      if (at.localName === "details") at.open = true;
    }
    place.scrollIntoView();
  };

  const read = () => {
    const fragment = location.hash.slice(1);
    const place = fragment === "" ? null : document.getElementById(fragment);
    if (place !== null) return open(place);
    const asked = new URLSearchParams(fragment);
    const wanted = asked.get("verdict") ?? "";
    verdict = buttons.some((button) => button.dataset.show === wanted) ? wanted : "";
    query.value = asked.get("q") ?? "";
    show();
  };

  const step = (direction, fits) => {
    const within = checks.filter((check) => !check.hasAttribute("data-out") && fits(check));
    if (within.length === 0) return;
    const here = document.activeElement?.closest(".check") ?? null;
    // From outside of the checks the way leads to the first or the last of them.
    const after = (check) => here === null || Boolean(here.compareDocumentPosition(check) & Node.DOCUMENT_POSITION_FOLLOWING);
    const before = (check) => here === null || Boolean(here.compareDocumentPosition(check) & Node.DOCUMENT_POSITION_PRECEDING);
    const next = direction > 0 ? within.find(after) : within.findLast(before);
    if (next === undefined) return;
    const summary = next.querySelector("summary");
    next.open = next.open || fits === failed;
    summary.focus({ preventScroll: true });
    summary.scrollIntoView({ block: "center" });
  };

  const any = () => true;
  const failed = (check) => check.dataset.verdict === "failed" || check.dataset.verdict === "error";

  const pressed = {
    "/": () => query.focus(),
    j: () => step(1, any),
    k: () => step(-1, any),
    n: () => step(1, failed),
    p: () => step(-1, failed),
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.activeElement === query) {
      query.value = "";
      query.blur();
      show();
      return note();
    }
    const writes = document.activeElement?.matches("input[type=search]") ?? false;
    if (writes || !keys.checked || event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(pressed, event.key)) return;
    event.preventDefault();
    pressed[event.key]();
  });

  for (const button of buttons) {
    button.addEventListener("click", () => {
      verdict = button.dataset.show;
      show();
      note();
    });
  }

  let waiting = 0;
  query.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      show();
      note();
    }, 150);
  });

  window.addEventListener("hashchange", read);
  filter.hidden = false;
  shown.textContent = `${checks.length} of ${checks.length} checks shown`;
  if (location.hash !== "") read();
})();
