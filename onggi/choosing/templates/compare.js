"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const at = (id) => document.getElementById(id);
  const key = "onggi-compare:" + data.names.join("|");
  const id = (pair) => pair.query_id + "|" + pair.answers;
  const given = new Map(kept());
  let place = Math.max(0, data.pairs.findIndex((pair) => !given.has(id(pair))));

  function kept() {
    try { return JSON.parse(localStorage.getItem(key)) || []; } catch { return []; }
  }

  function keep() {
    try { localStorage.setItem(key, JSON.stringify([...given])); } catch { /* a private window keeps nothing */ }
  }

  function show() {
    const pair = data.pairs[place];
    const done = data.pairs.filter((each) => given.has(id(each))).length;
    at("place").textContent = pair ? `${place + 1} / ${data.pairs.length} · 판정 ${done}` : "고를 답이 없습니다.";
    for (const button of document.querySelectorAll("button")) button.disabled = !pair;
    if (!pair) return;
    at("question").textContent = pair.question;
    at("gold").textContent = pair.answerable ? "정답: " + (pair.golds.join(" / ") || "적힌 것 없음") : "문서에 답이 없는 질문";
    for (const side of ["left", "right"]) at(side).textContent = pair[side] || "(답하지 않음)";
    for (const verdict of ["left", "right", "tie"]) {
      at("choose-" + verdict).setAttribute("aria-pressed", String(given.get(id(pair)) === verdict));
    }
  }

  function move(steps) {
    place = Math.min(Math.max(place + steps, 0), Math.max(data.pairs.length - 1, 0));
    show();
  }

  function choose(verdict) {
    if (!data.pairs[place]) return;
    given.set(id(data.pairs[place]), verdict);
    keep();
    move(1);
  }

  function cell(text) {
    return /[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
  }

  function save() {
    const lines = data.pairs.filter((pair) => given.has(id(pair))).map((pair) =>
      [...data.names, pair.query_id, pair.answers, given.get(id(pair))]);
    const text = [data.columns, ...lines].map((line) => line.map(cell).join(",") + "\n").join("");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    link.download = "verdicts.csv";
    link.click();
    URL.revokeObjectURL(link.href);
  }

  const actions = {
    ArrowLeft: () => choose("left"), ArrowRight: () => choose("right"), ArrowDown: () => choose("tie"),
    ArrowUp: () => move(-1), n: () => move(1), s: save,
  };
  document.addEventListener("keydown", (event) => {
    const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  });
  for (const verdict of ["left", "right", "tie"]) at("choose-" + verdict).addEventListener("click", () => choose(verdict));
  at("back").addEventListener("click", () => move(-1));
  at("skip").addEventListener("click", () => move(1));
  at("save").addEventListener("click", save);
  show();
})();
