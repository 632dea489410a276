"use strict";
/* The charts: each specification is drawn with the colours of the page, again when those or the width change. */
const onggi = { chosen: { systems: null, kind: "" }, charts: {}, ready: Promise.resolve() };

onggi.read = (id) => {
  const element = document.getElementById(id);
  return element ? JSON.parse(element.textContent) : null;
};

(() => {
  const PALETTE = 10;

  function colours() {
    const style = getComputedStyle(document.documentElement);
    const of = (name) => style.getPropertyValue("--" + name).trim();
    const named = { first: of("s1"), second: of("s2") };
    for (const name of ["ink", "soft", "up", "down", "hair", "line", "card", "tint", "heat", "s1"]) named[name] = of(name);
    named.palette = Array.from({ length: PALETTE }, (_, place) => of("s" + place));
    return named;
  }

  function config(of, narrow) {
    const text = { labelColor: of.soft, titleColor: of.soft, labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal" };
    return {
      background: "transparent",
      aria: false,
      font: getComputedStyle(document.body).fontFamily,
      view: { stroke: null },
      axis: { ...text, gridColor: of.hair, domainColor: of.line, tickColor: of.line, labelLimit: narrow ? 120 : 260 },
      legend: { ...text, labelColor: of.ink, orient: "bottom", columns: narrow ? 2 : 5, symbolType: "stroke", symbolStrokeWidth: 3, labelLimit: 220 },
      range: { category: of.palette, heatmap: [of.tint, of.heat] },
      line: { color: of.s1 }, point: { color: of.s1 }, bar: { color: of.s1 },
      rect: { stroke: of.card },
    };
  }

  function filled(spec, name, of) {
    const own = onggi.charts[name].signals;
    const given = { ...of, ...own, kind: onggi.chosen.kind };
    if (onggi.chosen.systems) given.systems = onggi.chosen.systems;
    const params = spec.params.map((param) => (param.name in given ? { ...param, value: given[param.name] } : param));
    return { ...spec, params };
  }

  /* What a mark tells, beside it and within the window. */
  function tell(_, event, item, value) {
    const tip = document.getElementById("tip");
    tip.hidden = value === null || value === undefined || value === "";
    if (tip.hidden) return;
    const rows = Object.entries(value).map(([title, text]) => {
      const row = document.createElement("p");
      const head = document.createElement("span");
      head.textContent = title;
      row.append(head, ` ${text}`);
      return row;
    });
    tip.replaceChildren(...rows);
    const box = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(4, Math.min(event.clientX + 12, innerWidth - box.width - 8))}px`;
    const below = event.clientY + 14;
    tip.style.top = `${below + box.height > innerHeight ? Math.max(4, event.clientY - box.height - 10) : below}px`;
  }

  /* Vega names what it draws into; what the chart shows is said by the element around that. */
  async function draw(name) {
    const chart = onggi.charts[name];
    const of = colours();
    const place = chart.element;
    const options = {
      mode: "vega-lite", renderer: "svg", actions: false, ast: true, defaultStyle: false,
      config: config(of, place.clientWidth < 520), tooltip: tell, logLevel: vega.Error,
    };
    const embedded = await vegaEmbed(place, filled(chart.spec, name, of), options);
    if (chart.view) chart.view.finalize();
    chart.view = embedded.view;
    chart.view.addEventListener("click", (_, item) => {
      if (item && item.datum && item.datum.q) location.hash = "q=" + encodeURIComponent(item.datum.q);
    });
  }

  onggi.signal = (name, signal, value) => {
    const chart = onggi.charts[name];
    if (chart.spec.params.some((param) => param.name === signal)) {
      chart.signals[signal] = value;
      onggi.redraw([name]);
    }
  };

  onggi.redraw = (names = Object.keys(onggi.charts)) => {
    onggi.ready = onggi.ready.then(() => Promise.all(names.map(draw)));
    return onggi.ready;
  };

  onggi.startCharts = () => {
    const specs = onggi.read("data-charts") || {};
    for (const [name, spec] of Object.entries(specs)) {
      const figure = document.getElementById("plot-" + name);
      onggi.charts[name] = { spec, signals: {}, element: figure.querySelector(".plot > div"), view: null };
      for (const select of figure.querySelectorAll("select")) {
        onggi.charts[name].signals[select.dataset.signal] = select.value;
        select.addEventListener("change", () => onggi.signal(name, select.dataset.signal, select.value));
      }
    }
    let width = document.documentElement.clientWidth;
    addEventListener("resize", () => {
      if (document.documentElement.clientWidth === width) return;
      width = document.documentElement.clientWidth;
      clearTimeout(onggi.resizing);
      onggi.resizing = setTimeout(() => onggi.redraw(), 150);
    });
    return onggi.redraw();
  };
})();
