// The keys of a row of tabs (ARIA Authoring Practices Guide, Tabs).

const STEPS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };

/** Lets the arrow keys, Home and End go through the tabs of a row, and Delete close one where that can be. */
export function withKeys(row, close = () => {}) {
  row.addEventListener("keydown", (event) => {
    const tabs = [...row.querySelectorAll('[role="tab"]')];
    const at = tabs.indexOf(document.activeElement);
    if (at < 0) return;
    if (event.key === "Delete") close();
    if (!Object.hasOwn(STEPS, event.key)) return;
    event.preventDefault();
    const step = STEPS[event.key];
    const next = Number.isFinite(step) ? (at + step + tabs.length) % tabs.length : step < 0 ? 0 : tabs.length - 1;
    tabs[next].focus();
    tabs[next].click();
  });
}
