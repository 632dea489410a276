() => {
  const parse = (c) => { const m = c.match(/rgba?\(([^)]+)\)/); if (!m) return null; const p = m[1].split(/[ ,/]+/).map(Number); return { r: p[0], g: p[1], b: p[2], a: p.length > 3 ? p[3] : 1 }; };
  const over = (f, b) => ({ r: f.r * f.a + b.r * (1 - f.a), g: f.g * f.a + b.g * (1 - f.a), b: f.b * f.a + b.b * (1 - f.a), a: 1 });
  const lum = ({ r, g, b }) => [r, g, b].map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)).reduce((s, v, i) => s + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (e) => { const layers = []; for (let at = e; at; at = at.parentElement) { const c = parse(getComputedStyle(at).backgroundColor); if (c && c.a) { layers.push(c); if (c.a === 1) break; } } return layers.reverse().reduce((b, c) => over(c, b), { r: 255, g: 255, b: 255, a: 1 }); };
  const low = {}; let n = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let t = walker.nextNode(); t; t = walker.nextNode()) {
    const e = t.parentElement;
    if (!t.textContent.trim() || /^(SCRIPT|STYLE|NOSCRIPT|OPTION)$/.test(e.tagName) || !e.checkVisibility()) continue;
    const style = getComputedStyle(e);
    const inSvg = e.closest("svg");
    let back = behind(inSvg ? inSvg.parentElement : e);
    const box = e.getBoundingClientRect();
    if (inSvg) {
      const x = box.left + box.width / 2, y = box.top + box.height / 2;
      for (const r of inSvg.querySelectorAll(".mark-rect path, rect")) {
        const f = parse(getComputedStyle(r).fill), q = r.getBoundingClientRect();
        if (f && f.a && q.left <= x && x <= q.right && q.top <= y && y <= q.bottom) back = over({ ...f, a: f.a * Number(getComputedStyle(r).fillOpacity) }, back);
      }
    }
    const ink = parse(inSvg ? style.fill : style.color);
    if (!ink) continue;
    if (Number(style.opacity) === 0) continue;
    const a = lum(over(ink, back)), b = lum(back);
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    n += 1;
    if (ratio < (large ? 3 : 4.5)) { const key = `${e.tagName}.${e.className.baseVal ?? e.className} ${ratio.toFixed(2)}`; low[key] = t.textContent.trim().slice(0, 40); }
  }
  return [n, low];
}
