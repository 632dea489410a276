"use strict";
/* What holds for the whole page: which systems and which type are shown, and light or dark. */
(() => {
  const root = document.documentElement;
  const KEY = "onggi-theme";

  function dark() {
    return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  function startTheme() {
    const button = document.getElementById("theme");
    const name = () => { button.textContent = dark() ? "밝게" : "어둡게"; };
    button.hidden = false;
    button.addEventListener("click", () => {
      root.dataset.theme = dark() ? "light" : "dark";
      try { localStorage.setItem(KEY, root.dataset.theme); } catch (error) { /* kept for this visit alone */ }
      name();
      onggi.redraw();
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { name(); onggi.redraw(); });
    name();
  }

  function filterTables(systems, chosen) {
    const off = (name) => systems.includes(name) && !chosen.includes(name);
    for (const row of document.querySelectorAll("table.systems tbody tr")) {
      const head = row.querySelector("th");
      row.hidden = head !== null && head.textContent.split(" → ").some(off);
    }
  }

  function startFilters() {
    const form = document.getElementById("filters");
    if (!form) return;
    const boxes = [...form.querySelectorAll("input[type=checkbox]")];
    const kind = form.querySelector("select");
    const apply = () => {
      const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
      onggi.chosen = { systems: chosen, kind: kind ? kind.value : "" };
      const told = kind && kind.value ? kind.value : "모든 유형";
      form.querySelector("summary").textContent = `거르기: 시스템 ${chosen.length}/${boxes.length} · ${told}`;
      filterTables(boxes.map((box) => box.value), chosen);
      if (onggi.relist) onggi.relist();
      onggi.redraw();
    };
    form.hidden = false;
    form.addEventListener("change", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.querySelector("button").addEventListener("click", () => {
      for (const box of boxes) box.checked = true;
      if (kind) kind.value = "";
      apply();
    });
  }

  try {
    const kept = localStorage.getItem(KEY);
    if (kept === "light" || kept === "dark") root.dataset.theme = kept;
  } catch (error) { /* a browser that keeps nothing */ }
  root.classList.add("scripted");
  startTheme();
  startFilters();
  onggi.startQuestions();
  onggi.startCharts();
})();
