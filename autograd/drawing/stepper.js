// Steps through a computation graph: forward, the seed, backward. One module, two lives: an anywidget in a notebook,
// where Python computes the graph again ("what if"), and a page that needs nothing else, where `compute` does.
// Numbers arrive as they are; what they mean (derivatives, captions) comes from Python. No imports, no network.

const TEXT = { inf: Infinity, "-inf": -Infinity, nan: NaN }; // JSON has no words for these
const read = (x) => TEXT[x] ?? x;

// --- numbers, to the digit as autograd.drawing.text.number writes them ---

/** The first `keep` of some decimal digits, rounded half to even. */
function rounded(digits, keep) {
  const kept = BigInt("0" + digits.slice(0, keep));
  const rest = digits.slice(keep);
  const half = "5".padEnd(rest.length, "0");
  return String(rest > half || (rest === half && kept % 2n) ? kept + 1n : kept);
}

function fixed(size, places) {
  const [whole, part] = size.toFixed(100).split(".");
  const digits = rounded(whole + part, whole.length + places).padStart(places + 1, "0");
  return places ? `${digits.slice(0, -places)}.${digits.slice(-places)}` : digits;
}

function scientific(size, places) {
  const [digits, exponent] = size.toExponential(100).replace(".", "").split("e");
  const kept = rounded(digits, places + 1);
  return [`${kept[0]}.${kept.slice(1, places + 1)}`, +exponent + kept.length - places - 1];
}

export function number(x, precision) {
  if (Number.isNaN(x)) return "nan";
  const sign = x < 0 || Object.is(x, -0) ? "−" : "";
  const size = Math.abs(x);
  if (size === Infinity) return `${sign}inf`;
  let text, exponent;
  if (!size || (size >= [1, 0.1, 0.01][Math.min(precision, 2)] && size < 1e6)) text = fixed(size, precision);
  else {
    const digits = Math.max(precision, 1);
    [text, exponent] = scientific(size, size < 1e6 ? digits - 1 : precision);
    if (size < 1e6 && exponent >= -4 && exponent < digits) {
      text = fixed(size, digits - 1 - exponent);
      exponent = undefined;
    }
  }
  if (text.includes(".")) text = text.replace(/\.?0*$/, "");
  return (sign + text + (exponent === undefined ? "" : `e${exponent}`)).replace("e-", "e−");
}

// --- the graph once more, in a page of its own ---

/** The values and local partials of a program: its equations, computed with the functions of its rows. */
export function compute(program, operations, leaves) {
  const slots = { ...program.constants };
  for (const slot in slots) slots[slot] = read(slots[slot]);
  program.inputs.forEach((slot, i) => (slots[slot] = leaves[i]));
  for (const [name, result, operands, ...params] of program.equations)
    slots[result] = operations[name](...operands.map((slot) => slots[slot]), ...params);
  return { values: program.values.map((slot) => slots[slot]), partials: program.partials.map((slot) => slots[slot]) };
}

// --- what there is to see ---

const STYLE = `
.walk{position:relative;background:var(--page);color:var(--ink);font:14px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,
"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;padding:12px 14px;border-radius:10px;text-align:left}
.bar,.whatif{display:flex;flex-wrap:wrap;gap:6px;align-items:center}
button{font:inherit;min-width:38px;padding:3px 10px;border:1px solid var(--line);border-radius:8px;background:var(--card);
color:var(--ink);cursor:pointer}
button:hover{border-color:var(--leaf)}button:disabled{opacity:.45;cursor:default}
:focus-visible{outline:2px solid var(--leaf);outline-offset:2px}
input[type=range]{flex:1 1 160px;max-width:420px;accent-color:var(--leaf)}
input[type=number]{font:inherit;width:11em;padding:2px 6px;border:1px solid var(--line);border-radius:6px;
background:var(--card);color:var(--ink)}
.count{color:var(--muted);font-variant-numeric:tabular-nums}
.caption{margin:8px 0 4px;overflow-x:auto}
.phase{display:inline-block;min-width:6.2em;margin-right:10px;padding:0 9px;border-radius:7px;text-align:center;
font-size:12.5px;font-weight:600;color:var(--on-chip);background:var(--chip)}
.phase.seed{background:var(--root)}.phase.backward{background:var(--function)}
.line{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:15px;white-space:pre}
.told{display:grid;grid-template-columns:max-content max-content;column-gap:2.5em}.told .line{display:contents}
.line small{font-size:13px;color:var(--muted);align-self:center}
.plus{font-weight:700;color:var(--on-chip);background:var(--chip);border-radius:4px;padding:0 4px}
.view{overflow:auto}
.view svg{display:block;height:auto}
.value,.strip,.pill{transition:opacity .25s}
.off{opacity:0}
.node{cursor:pointer;outline:none}
.hot>.frame{stroke:var(--leaf);stroke-width:3}.hot{filter:drop-shadow(0 0 5px var(--leaf))}
.hot>.wire{stroke-width:5}
.node:focus-visible>.frame,.node:hover>.frame,.chosen>.frame{stroke-width:3.4}.chosen>.frame{stroke-dasharray:none}
.panel{margin-top:8px;padding:8px 12px;border-left:3px solid var(--leaf);background:var(--shade);border-radius:0 8px 8px 0;
overflow-x:auto}
.panel .line{font-size:14px}.panel hr{border:0;border-top:1px solid var(--line);margin:6px 0}
.hint{color:var(--muted);font-size:12.5px;margin-top:6px}
@media(prefers-reduced-motion:reduce){.value,.strip,.pill{transition:none}}`;

const make = (tag, className, text = "") => {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
};

function render({ model, el, compute }) {
  const data = model.get("data");
  const { words, names, cards, edges, leaves, precision } = data;
  const root = names.length - 1;
  const into = names.map((_, place) => edges.flatMap((edge, i) => (edge[0] === place ? [i] : [])));
  const uses = names.map((_, place) => edges.filter((edge) => edge[1] === place).length);
  const inner = names.flatMap((_, place) => (leaves.includes(place) ? [] : [place]));
  const steps = [
    { phase: "leaves" },
    ...inner.map((place) => ({ phase: "forward", place })),
    { phase: "seed", place: root },
    ...inner.filter((place) => into[place].length).reverse().map((place) => ({ phase: "backward", place })),
  ];
  const last = steps.length - 1;
  const lines = Math.max(1, ...into.map((some) => some.length));

  // --- elements ---

  const shadow = el.shadowRoot ?? el.attachShadow({ mode: "open" }); // no rule of the page around comes in
  const walk = make("div", "walk");
  walk.tabIndex = 0;
  walk.lang = words.code;
  walk.dataset.lmSuppressShortcuts = "true"; // JupyterLab keeps its hands off the arrow keys
  walk.innerHTML = `<style>${data.theme}${STYLE}</style>
<div class="bar" role="toolbar" aria-label="${words.toolbar}"><button data-to="first" aria-label="${words.first}">|◀</button>
<button data-to="back" aria-label="${words.back}">◀</button><button data-to="play" aria-label="${words.play}"></button>
<button data-to="next" aria-label="${words.next}">▶</button><button data-to="last" aria-label="${words.last}">▶|</button>
<input class="steps" type="range" min="0" max="${last}" aria-label="${words.step}"><span class="count"></span></div>
<div class="caption" aria-live="polite" style="min-height:${1.6 * lines + 1.7}em"></div>
<div class="view">${data.svg}</div><div class="panel" hidden></div><div class="hint">${words.hint}</div>`;
  shadow.replaceChildren(walk);
  const find = (selector) => walk.querySelector(selector);
  const [slider, caption, view, panel, svg] = [".steps", ".caption", ".view", ".panel", ".view svg"].map(find);
  const width = svg.viewBox.baseVal.width;
  svg.style.cssText = `width:max(100%,${Math.round(0.55 * width)}px);max-width:${Math.round(1.3 * width)}px`;
  const nodes = cards.map((card) => svg.querySelector(`#w-node-${card}`));
  const [values, strips] = [".value", ".strip"].map((kind) => nodes.map((node) => node.querySelector(kind)));
  const pills = edges.map(([, , wire]) => svg.querySelector(`.pill[data-i="${wire}"]`));

  // --- numbers ---

  let numbers; // values, gradients, local partials; contributions, and gradients after each
  const shown = (x) => number(x, precision);
  const times = (cotangent, partial) => (cotangent ? cotangent * partial : 0); // strong zero

  function sweep({ values, partials }) {
    const found = { v: values.map(read), p: partials.map(read), g: names.map(() => 0), c: [], t: [] };
    found.g[root] = 1;
    if (data.gradients) found.g = data.gradients.map(read); // those of arrays come from Python
    for (const place of [...inner].reverse())
      for (const edge of into[place]) {
        found.c[edge] = times(found.g[place], found.p[edge]) + 0;
        if (!data.gradients) found.t[edge] = found.g[edges[edge][1]] += found.c[edge];
      }
    return found;
  }

  const fill = (template) =>
    template.replace(/\{(\()?([vgpct])(\d+)\)?\}/g, (_, open, kind, i) => {
      const text = shown(numbers[kind][i]);
      return open && /[−e]/.test(text) ? `(${text})` : text;
    });

  // --- what a step shows ---

  const written = (text, aside = "", several = false) => {
    const line = make("div", "line");
    const main = make("span", "");
    const [before, ...after] = several ? text.split(" += ") : [text];
    main.append(before);
    if (after.length) main.append(" ", make("span", "plus", "+="), " ", after.join(" += "));
    line.append(main, make("small", "", aside));
    return line;
  };

  const isLost = (edge) => numbers.g[edges[edge][0]] === 0 && numbers.p[edge] !== null && !Number.isFinite(numbers.p[edge]);

  function passed(edge) {
    const [target, source] = edges[edge];
    const slots = { slope: `∂${names[root]}/∂${names[source]}`, p: `{p${edge}}`, g: `{g${target}}`, c: `{c${edge}}`, t: `{t${edge}}` };
    return data.passed[+(uses[source] > 1)].replace(/<(\w+)>/g, (_, slot) => slots[slot]);
  }

  function told({ phase, place }) {
    if (phase === "leaves") return [written(fill(data.start))];
    if (phase === "forward") return [written(fill(data.formulas[place]))];
    if (phase === "seed") return [written(fill(data.seed), words["seed why"])];
    return into[place].map((edge) => {
      const [, source, , aside, line] = edges[edge];
      return written(fill(line || passed(edge)), isLost(edge) ? words["strong zero"] : fill(aside), uses[source] > 1);
    });
  }

  function showStrip(place, gradient, isReady) {
    const strip = strips[place];
    if (!strip) return;
    strip.classList.toggle("off", !isReady);
    if (!isReady || numbers.v[place] === null) return;
    const largest = Math.max(...numbers.g.map(Math.abs).filter((x) => x < Infinity)) || 1;
    let [role, ink, opacity] = ["zero", "muted", 1];
    if (!Number.isFinite(gradient)) [role, ink, opacity] = ["alarm", "alarm-ink", 0.35];
    else if (gradient) {
      role = gradient > 0 ? "positive" : "negative";
      [ink, opacity] = [`${role}-ink`, 0.1 + 0.42 * Math.sqrt(Math.min(1, Math.abs(gradient) / largest))];
    }
    const [box, label, text] = strip.children;
    box.setAttribute("class", `f-${role}`);
    box.setAttribute("fill-opacity", opacity.toFixed(2));
    for (const one of [label, text]) one.setAttribute("class", one.getAttribute("class").replace(/f-\S+/, `f-${ink}`));
    const start = label.getBBox();
    write(text, shown(gradient), start.x + start.width + 6);
  }

  /** Write a number that ends where it does, from `left` on: narrower where there is no room. */
  function write(text, content, left) {
    text.textContent = content;
    fit(text, text.getAttribute("x") - left);
  }

  function fit(text, room) {
    text.removeAttribute("textLength");
    if (text.getComputedTextLength() <= room || room < 10) return;
    text.setAttribute("textLength", room);
    text.setAttribute("lengthAdjust", "spacingAndGlyphs");
  }

  /** After "what if": the numbers on the cards, and the colours and labels of the edges. */
  function repaint() {
    numbers.v.forEach((x, place) => {
      const text = values[place].querySelector("text");
      const name = nodes[place].querySelector(".tilted");
      const start = (name ?? nodes[place].querySelector(".frame")).getBBox();
      if (name) write(text, shown(x), start.x + start.width + 6);
      else text.textContent = shown(x);
      const ink = Number.isFinite(x) ? "f-ink" : "f-alarm-ink";
      text.setAttribute("class", text.getAttribute("class").replace(/f-\S+/, ink));
    });
    edges.forEach(([, , wire], edge) => {
      const partial = numbers.p[edge];
      let [role, dash, width] = ["wire", "3 4", 1.2];
      if (!Number.isFinite(partial)) [role, dash, width] = ["alarm", "", 2];
      else if (partial)
        [role, dash, width] = [partial > 0 ? "positive" : "negative", "", 1.2 + 2.6 * Math.min(1, Math.sqrt(Math.abs(partial) / 3))];
      const [path, dot] = svg.querySelector(`#w-edge-${wire}`).children;
      path.setAttribute("class", `wire s-${role}`);
      path.setAttribute("stroke-width", width.toFixed(2));
      path.setAttribute("stroke-dasharray", dash || "none");
      dot.setAttribute("class", `f-${role}`);
      if (!pills[edge]) return;
      const [box, text] = [pills[edge].querySelector("rect"), pills[edge].querySelector("text")];
      text.textContent = `×${shown(partial)}`;
      text.setAttribute("class", text.getAttribute("class").replace(/f-\S+/, `f-${role === "wire" ? "muted" : `${role}-ink`}`));
      box.setAttribute("class", `f-card s-${role}`);
      const wide = Math.min(75, 6.35 * text.textContent.length + 13);
      fit(text, wide - 12);
      box.setAttribute("x", text.getAttribute("x") - wide / 2);
      box.setAttribute("width", wide);
    });
  }

  function draw() {
    const now = model.get("step");
    const ready = new Set(leaves);
    const arrived = new Map(); // gradients so far
    const counts = new Map();
    const open = new Set(); // edges with their local partial
    for (const { phase, place } of steps.slice(0, now + 1)) {
      if (phase === "forward") ready.add(place);
      if (phase === "seed") arrived.set(root, 1);
      if (phase !== "backward") continue;
      for (const edge of into[place]) {
        const source = edges[edge][1];
        open.add(edge);
        counts.set(source, (counts.get(source) ?? 0) + 1);
        if (!data.gradients) arrived.set(source, numbers.t[edge]);
        else if (counts.get(source) === uses[source]) arrived.set(source, numbers.g[source]);
      }
    }
    values.forEach((group, place) => group.classList.toggle("off", !ready.has(place)));
    names.forEach((_, place) => showStrip(place, arrived.get(place), arrived.has(place)));
    pills.forEach((group, edge) => group?.classList.toggle("off", !open.has(edge)));
    const { phase, place } = steps[now];
    const hot = [];
    if (phase === "forward") hot.push(nodes[place], ...data.wires[place].map((wire) => svg.querySelector(`#w-edge-${wire}`)));
    else if (phase === "seed") hot.push(nodes[root]);
    else if (phase === "backward")
      for (const edge of into[place]) hot.push(nodes[edges[edge][1]], svg.querySelector(`#w-edge-${edges[edge][2]}`));
    else hot.push(...leaves.map((leaf) => nodes[leaf]));
    svg.querySelectorAll(".hot").forEach((one) => one.classList.remove("hot"));
    hot.forEach((one) => one.classList.add("hot"));
    follow(place);
    const chip = make("span", `phase ${phase}`, words[phase]);
    const title = phase === "backward" ? fill(data.formulas[place]).split(" = ").slice(0, 2).join(" = ") : "";
    const head = make("div", "");
    head.append(chip, make("span", "count", title && `${words.through} ${title}`));
    const body = make("div", "told");
    body.append(...told(steps[now]));
    caption.replaceChildren(head, body);
    slider.value = now;
    find(".count").textContent = `${now} / ${last}`;
    const at = { first: now === 0, back: now === 0, next: now === last, last: now === last };
    for (const name in at) find(`[data-to=${name}]`).disabled = at[name];
    if (!panel.hidden) explain();
  }

  /** Keep the card of a step in sight where the figure is wider than the page. */
  function follow(place) {
    if (place === undefined || view.scrollWidth <= view.clientWidth) return;
    const [card, frame] = [nodes[place].getBoundingClientRect(), view.getBoundingClientRect()];
    if (card.left < frame.left + 20 || card.right > frame.right - 20)
      view.scrollBy({ left: card.left - frame.left - (frame.width - card.width) / 2, behavior: "smooth" });
  }

  // --- a click: the formula, and where its gradient comes from ---

  let chosen = null;

  /** The edges of a path, each of which names the path that it goes on with. */
  function way(place, i) {
    const passed = [];
    while (data.paths[place][2].length) {
      const [edge, next] = data.paths[place][2][i];
      passed.push(edge);
      [place, i] = [edges[edge][0], next];
    }
    return passed;
  }

  /** The first and the last few of many. */
  const ends = (texts, hidden) => (texts.length <= 10 ? texts : [...texts.slice(0, 3), hidden, ...texts.slice(-2)]);

  /** Four equal factors in a row, or more, as a power. */
  function powers(factors) {
    const runs = [];
    for (const factor of factors)
      if (runs.at(-1)?.[0] === factor) runs.at(-1)[1]++;
      else runs.push([factor, 1]);
    const raised = (n) => String(n).replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]);
    return runs.flatMap(([factor, n]) =>
      n < 4 ? Array(n).fill(factor) : [(/^−|e/.test(factor) ? `(${factor})` : factor) + raised(n)]);
  }

  function explain() {
    const formula = [fill(data.formulas[chosen]), ...into[chosen].map((edge) => fill(edges[edge][3]))];
    const content = formula.filter(Boolean).map((text) => written(text));
    const [several, more, found] = data.paths[chosen];
    if (several) {
      const ways = found.length ? found.map((_, i) => way(chosen, i)) : [[]];
      const slope = `∂${names[root]}/∂${names[chosen]}`;
      const total = shown(numbers.g[chosen]);
      content.push(document.createElement("hr"), written(`${slope} = ${total}${words.comma}${several}${words.colon}`));
      const products = ways.map((edges) => shown(edges.reduceRight((product, edge) => times(product, numbers.p[edge]), 1) + 0));
      ways.forEach((way, i) => {
        const passed = way.map((edge) => names[edges[edge][0]] + (edges[edge][5] ?? ""));
        const hidden = `… ${words.steps.replace("{}", passed.length - 4)} …`;
        const chain = ends([names[chosen], ...passed], hidden).join(" → ");
        const factors = ends(powers(way.map((edge) => shown(numbers.p[edge]))), "…").join(" × ") || "1";
        content.push(written(`${chain}:   ${factors} = ${products[i]}`));
      });
      if (more) content.push(written(more));
      if (more || ways.length > 1) {
        const terms = [...products, ...(more ? ["…"] : [])].join(" + ").replaceAll("+ −", "− ");
        content.push(written(`${slope} = ${terms} = ${total}`));
      }
    }
    const control = panel.querySelector(".whatif");
    panel.replaceChildren(...(control && +control.dataset.place === chosen ? [control] : whatIf()), ...content);
  }

  function choose(place) {
    nodes.forEach((node) => node.classList.remove("chosen"));
    chosen = place === chosen && !panel.hidden ? null : place;
    panel.hidden = chosen === null;
    if (chosen === null) return;
    nodes[chosen].classList.add("chosen");
    panel.replaceChildren();
    explain();
  }

  // --- what if a leaf had another value ---

  const recorded = data.values.map(read);

  function whatIf() {
    if (!data.whatif || !leaves.includes(chosen)) return [];
    const control = make("div", "whatif");
    const [label, range, field, reset] = ["label", "input", "input", "button"].map((tag) => document.createElement(tag));
    const place = chosen;
    const room = Math.max(1, 2 * Math.abs(recorded[place]));
    label.textContent = `${words["what if"]} ${names[place] || ""} =`;
    range.type = "range";
    Object.assign(range, { min: recorded[place] - room, max: recorded[place] + room, step: "any" });
    field.type = "number";
    field.step = "any";
    for (const one of [range, field]) one.ariaLabel = label.textContent;
    const set = (x) => {
      if (!Number.isFinite(x)) return;
      const all = leaves.map((leaf) => numbers.v[leaf]);
      all[leaves.indexOf(place)] = x;
      ask(all);
    };
    const [fine, rough] = [(2 * room) / 200, (x) => Math.round(x / fine) * fine];
    range.oninput = () => set(+(field.value = +rough(+range.value).toPrecision(6)));
    field.oninput = () => set(+(range.value = field.value));
    reset.textContent = words.reset;
    reset.onclick = () => {
      range.value = field.value = recorded[place];
      set(recorded[place]);
    };
    range.value = numbers.v[place];
    field.value = numbers.v[place];
    control.dataset.place = place;
    control.append(label, range, field, reset);
    return [control];
  }

  function ask(all) {
    if (!compute) {
      model.set("leaves", all);
      model.save_changes();
    } else renew(compute(all));
  }

  function renew(found) {
    numbers = sweep(found);
    repaint();
    draw();
  }

  // --- buttons, keys ---

  let timer = null;
  const button = find("[data-to=play]");
  const playing = (on) => {
    clearInterval(timer);
    timer = on ? setInterval(() => (model.get("step") < last ? go(model.get("step") + 1) : playing(false)), 1100) : null;
    button.textContent = on ? `❚❚ ${words.pause}` : `▶ ${words.play}`;
    button.ariaLabel = on ? words.pause : words.play;
  };
  const go = (step) => {
    model.set("step", Math.max(0, Math.min(last, step)));
    model.save_changes();
    draw();
  };
  const press = (name) => {
    const now = model.get("step");
    if (name === "play") {
      if (!timer && now === last) go(0);
      return playing(!timer);
    }
    playing(false);
    go({ first: 0, back: now - 1, next: now + 1, last }[name]);
  };
  const KEYS = { ArrowRight: "next", ArrowLeft: "back", Home: "first", End: "last", " ": "play" };
  const onKey = (event) => {
    const target = event.composedPath()[0];
    if (event.ctrlKey || event.metaKey || event.altKey || target.tagName === "INPUT") return;
    const node = nodes.indexOf(target);
    const isPress = event.key === "Enter" || event.key === " ";
    if (node >= 0 && isPress) choose(node);
    else if (KEYS[event.key] && !(event.key === " " && target.tagName === "BUTTON")) press(KEYS[event.key]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  walk.querySelectorAll("[data-to]").forEach((one) => (one.onclick = () => press(one.dataset.to)));
  slider.oninput = () => {
    playing(false);
    go(+slider.value);
  };
  nodes.forEach((node, place) => {
    if (!data.formulas[place]) return;
    Object.assign(node, { onclick: () => choose(place) });
    for (const [key, value] of [["tabindex", 0], ["role", "button"], ["aria-label", names[place] || words.constant]]) node.setAttribute(key, value);
  });
  const keys = data.host ? walk : document; // a page of its own has them all
  keys.addEventListener("keydown", onKey);
  const onNumbers = () => renew(model.get("numbers"));
  model.on?.("change:step", draw);
  model.on?.("change:numbers", onNumbers);

  const dress = () => {
    const dark = data.host ? isHostDark() : undefined;
    walk.classList.toggle("dark", dark ?? matchMedia("(prefers-color-scheme:dark)").matches);
    walk.classList.toggle("light", dark === false);
  };
  const watcher = new MutationObserver(dress);
  for (const one of [document.body, document.documentElement]) watcher.observe(one, { attributes: true });
  matchMedia("(prefers-color-scheme:dark)").addEventListener("change", dress);

  dress();
  playing(false);
  numbers = sweep(data);
  draw();
  if (model.get("numbers")?.values) requestAnimationFrame(onNumbers); // of other leaves; it measures, so once in the page
  return () => {
    clearInterval(timer);
    watcher.disconnect();
    keys.removeEventListener("keydown", onKey);
    model.off?.("change:step", draw);
    model.off?.("change:numbers", onNumbers);
  };
}

export default { render };
