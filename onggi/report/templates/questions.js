"use strict";
/* One question through every system, side by side. All texts enter the page as text, never as HTML. */
(() => {
  const HEAD = 170;
  const AROUND = 70;
  let held = null;
  let shown = "";

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  const cited = (doc, place) => make("code", {}, place ? `${doc}, ${place}` : doc);

  function marked(text, spans, from, to) {
    const parts = [];
    let at = from;
    for (const [start, end] of spans) {
      if (end <= from || start >= to) continue;
      parts.push(text.slice(at, Math.max(at, start)), make("mark", {}, text.slice(Math.max(from, start), Math.min(to, end))));
      at = Math.min(to, end);
    }
    parts.push(text.slice(at, to));
    return parts;
  }

  /* Offsets count characters as Python does, so texts are taken apart into code points first. */
  function passage(text, spans) {
    const points = Array.from(text);
    const joined = points.length === text.length ? null : points;
    const unit = (n) => (joined ? joined.slice(0, n).join("").length : n);
    const own = spans.map(([start, end]) => [unit(start), unit(end)]);
    const from = own.length && own[0][0] > AROUND ? own[0][0] - AROUND : 0;
    const to = Math.min(text.length, Math.max(from + HEAD, own.length ? Math.min(own[0][1] + AROUND, from + 3 * HEAD) : 0));
    const body = make("p", { class: "passage" });
    const part = () => body.replaceChildren(from > 0 ? "… " : "", ...marked(text, own, from, to), to < text.length ? " …" : "");
    part();
    if (from === 0 && to >= text.length) return [body];
    const button = make("button", { type: "button", class: "more", "aria-expanded": "false" }, "펼치기");
    button.addEventListener("click", () => {
      const open = button.getAttribute("aria-expanded") === "true";
      button.setAttribute("aria-expanded", String(!open));
      button.textContent = open ? "펼치기" : "접기";
      if (open) part();
      else body.replaceChildren(...marked(text, own, 0, text.length));
    });
    return [body, button];
  }

  function rankText(rank) {
    if (rank === null || rank === undefined) return "정답 못 찾음";
    return `정답 ${rank}위`;
  }

  const answerable = (question) => question.evidence.length > 0;

  /* How a system did: of several pieces of evidence, how many it has within its first ten. */
  function outcome(question, system) {
    if (!answerable(question)) return "";
    const first = rankText(question.ranks[system]);
    return question.pieces ? `근거 ${question.pieces_found[system]}/${question.pieces} · ${first}` : first;
  }

  function column(question, system) {
    const rank = question.ranks[system];
    const good = rank !== null && rank <= 10;
    const told = outcome(question, system);
    const badge = told ? make("span", { class: good ? "badge good" : "badge" }, told) : "";
    const list = make("ol");
    for (const [id, score] of question.found[system]) {
      const chunk = held.chunks[id];
      const answers = question.answering.includes(id);
      const item = make("li", answers ? { class: "answers" } : {});
      const head = make("p", { class: "quiet" }, cited(id, chunk.place), ` · ${score}`);
      const which = question.says && question.says[id];
      if (answers) head.append(" ", make("b", { class: "tag" }, which ? `정답: 근거 ${which.join(", ")}` : "정답"));
      item.append(head);
      if (chunk.heading) item.append(make("p", { class: "heading" }, chunk.heading));
      item.append(...passage(chunk.text, question.marks[id] || []));
      list.append(item);
    }
    if (!question.found[system].length) list.append(make("li", { class: "quiet" }, "찾은 것이 없음"));
    return make("section", { class: "system", "aria-label": system }, make("h4", {}, system, " ", badge), list);
  }

  function show(id) {
    const place = document.getElementById("q-shown");
    const question = held.questions.find((each) => each.query_id === id);
    shown = id;
    for (const option of document.querySelectorAll("#q-list [role=option]")) {
      const is = option.dataset.id === id;
      option.setAttribute("aria-selected", String(is));
      if (is) {
        document.getElementById("q-list").setAttribute("aria-activedescendant", option.id);
        const box = option.parentElement;
        if (option.offsetTop < box.scrollTop) box.scrollTop = option.offsetTop;
        else if (option.offsetTop + option.offsetHeight > box.scrollTop + box.clientHeight)
          box.scrollTop = option.offsetTop + option.offsetHeight - box.clientHeight;
      }
    }
    if (!question) {
      place.replaceChildren(make("p", { class: "absent" }, `${id}: 나란히 보기에 담지 않은 질문입니다.`));
      return;
    }
    const meta = make("p", { class: "quiet" }, make("code", {}, id), question.type ? ` · ${question.type}` : "");
    const evidence = question.evidence.map((each) =>
      make("blockquote", { class: "expected" }, make("p", {}, each.quote || "문서 전체"), make("footer", {}, cited(each.doc_id, each.place))));
    if (!evidence.length) evidence.push(make("p", { class: "absent" }, "말뭉치에 답이 없는 질문입니다. 무엇이 위에 오든 답하지 않아야 맞습니다."));
    const systems = held.systems.filter((system) => !onggi.chosen.systems || onggi.chosen.systems.includes(system));
    const columns = make("div", { class: "columns", tabindex: "0", role: "region", "aria-label": "시스템별로 찾은 청크" });
    columns.append(...systems.map((system) => column(question, system)));
    const title = make("h4", {}, question.pieces ? `근거 ${question.pieces}가지` : "근거");
    place.replaceChildren(make("h3", {}, question.question), meta, title, ...evidence, columns);
    const told = systems.map((system) => `${system} ${outcome(question, system)}`).join(", ");
    document.getElementById("q-said").textContent = `${question.question}: ${answerable(question) ? told : "답이 없는 질문"}`;
  }

  function list() {
    const sought = document.getElementById("q-search").value.trim().toLowerCase();
    const kind = onggi.chosen.kind;
    const found = held.questions.filter((each) =>
      (!kind || each.type === kind) && (!sought || `${each.question} ${each.query_id}`.toLowerCase().includes(sought)));
    const options = found.map((each, place) => {
      const ranks = held.systems.filter((system) => each.ranks[system] !== null && each.ranks[system] <= 10).length;
      const told = answerable(each) ? `${ranks}/${held.systems.length}` : "답 없음";
      const count = make("span", { class: "quiet", title: "10위 안에서 정답을 찾은 시스템" }, told);
      const option = make("li", { role: "option", id: `q-option-${place}`, "aria-selected": String(each.query_id === shown) },
        make("span", {}, each.question), count);
      option.dataset.id = each.query_id;
      option.addEventListener("click", () => go(each.query_id));
      return option;
    });
    document.getElementById("q-list").replaceChildren(...options);
    document.getElementById("q-count").textContent = `${found.length}개`;
  }

  function go(id) {
    history.replaceState(null, "", "#q=" + encodeURIComponent(id));
    show(id);
  }

  function step(event) {
    const ids = [...document.querySelectorAll("#q-list [role=option]")].map((option) => option.dataset.id);
    const at = ids.indexOf(shown);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: ids.length - 1 }[event.key];
    if (next === undefined || !ids.length || (event.target.id === "q-search" && ["Home", "End"].includes(event.key))) return;
    event.preventDefault();
    go(ids[Math.min(ids.length - 1, Math.max(0, next))]);
  }

  function follow() {
    if (!location.hash.startsWith("#q=")) return;
    let id = location.hash.slice(3);
    try { id = decodeURIComponent(id); } catch (error) { /* a hash that a person wrote */ }
    show(id);
    document.getElementById("questions").scrollIntoView();
  }

  onggi.startQuestions = () => {
    held = onggi.read("data-questions");
    if (!held) return;
    onggi.relist = () => { list(); if (shown) show(shown); };
    document.getElementById("q-search").addEventListener("input", list);
    for (const id of ["q-search", "q-list"]) document.getElementById(id).addEventListener("keydown", step);
    addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
      event.preventDefault();
      document.getElementById("q-search").focus();
    });
    addEventListener("hashchange", follow);
    list();
    if (location.hash.startsWith("#q=")) follow();
    else if (held.questions.length) show(held.questions[0].query_id);
  };
})();
