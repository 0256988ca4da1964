// A network that learns to tell points of the plane apart, to be looked at and changed. Python trains and says what is
// to be seen: `scene` when a network starts anew, then `frame` after `frame`, each when the one before was drawn.
// What is chosen here goes back as `settings` and `playing`. No imports, no network.

const SIZE = 64; // points along a side of the plane
const SMALL = 32; // and of what a unit says
const PIXELS = 200;
const SVG = "http://www.w3.org/2000/svg";

// --- what there is to see ---

const STYLE = `
.walk{container-type:inline-size;background:var(--page);color:var(--ink);font:13.5px/1.45 system-ui,-apple-system,
"Segoe UI",Roboto,Helvetica,Arial,"DejaVu Sans",sans-serif;padding:12px 14px;border-radius:10px;text-align:left}
.bar{display:flex;flex-wrap:wrap;gap:6px 14px;align-items:end;margin-bottom:8px}
.bar label{display:grid;font-size:12px;color:var(--muted)}.bar .inline{display:flex;gap:6px;align-items:center}
button,select,input{font:inherit;font-size:13.5px;border:1px solid var(--line);border-radius:8px;background:var(--card);
color:var(--ink);padding:3px 8px;height:29px;box-sizing:border-box}
button{cursor:pointer}button:hover:enabled,select:hover:enabled{border-color:var(--leaf)}
button:disabled,select:disabled{opacity:.5;cursor:default}
input{width:4.4em}
[data-do=play]{min-width:92px;font-weight:600;background:var(--chip);border-color:var(--chip);color:var(--on-chip)}
:focus-visible{outline:2px solid var(--leaf);outline-offset:2px}
.done{margin-left:auto;font-size:17px;font-variant-numeric:tabular-nums;line-height:29px}
.done b{font-weight:650}.done span+span{margin-left:16px}
.panels{display:grid;grid-template-columns:minmax(0,1fr) min(41%,420px);gap:6px 22px}
.network{grid-area:1/1}.losses{grid-area:2/1}.plane{grid-area:1/2/3/3}
@container(max-width:700px){.panels{grid-template-columns:minmax(0,1fr) minmax(0,1fr)}.network{grid-area:1/1/2/3}
.losses{grid-area:2/1}.plane{grid-area:2/2}.done{margin-left:0}}
.network{position:relative;height:300px}
.network svg{position:absolute;inset:0;width:100%;height:100%}
.head{position:absolute;top:0;transform:translateX(-50%);display:flex;gap:4px;align-items:center;white-space:nowrap;
font-size:12px;color:var(--muted)}
.head button{height:22px;width:22px;padding:0;border-radius:6px;line-height:1}
.head b{min-width:1.2em;text-align:center;color:var(--ink);font-weight:600}
.depth{position:absolute;bottom:0;left:50%;transform:translateX(-50%);display:flex;gap:6px;align-items:center;
font-size:12px;color:var(--muted);white-space:nowrap}.depth button{height:22px;padding:0 8px;border-radius:6px;font-size:12px}
.unit{position:absolute;border:1.5px solid var(--wire);border-radius:6px;background:var(--page);padding:0;height:auto;
overflow:hidden;cursor:pointer}
.unit canvas{display:block;width:100%;height:100%}
.unit:hover,.unit:focus-visible,.unit.chosen{border-color:var(--ink)}
.name{position:absolute;font:italic 14px/1 "STIX Two Text",Cambria,Georgia,"DejaVu Serif",serif;transform:translate(-100%,-50%)}
.more{position:absolute;font-size:11.5px;color:var(--muted);transform:translate(-50%,0)}
.edge{fill:none;pointer-events:none}.reach{fill:none;stroke:transparent;stroke-width:9;cursor:help}.reach:hover+.edge,.edge.hot{stroke:var(--ink)}
.tip{position:absolute;z-index:2;pointer-events:none;background:var(--ink);color:var(--page);border-radius:6px;
padding:2px 9px;font-size:13px;white-space:pre;transform:translate(-50%,-135%)}
.legend{display:flex;flex-wrap:wrap;gap:2px 14px;min-height:20px;margin-bottom:4px;font-size:12.5px;align-items:center}
.dot{display:inline-block;width:10px;height:10px;border-radius:50%;margin-right:6px;box-sizing:border-box}
.square{position:relative;aspect-ratio:1;border:1.5px solid var(--wire);border-radius:8px;overflow:hidden;background:var(--page)}
.square canvas,.square svg{position:absolute;inset:0;width:100%;height:100%}
.losses{display:flex;flex-direction:column}.losses svg{width:100%;height:104px;flex:1 0 auto;display:block}
.range{margin-top:4px;font-size:12px;color:var(--muted);display:flex;gap:16px;justify-content:space-between}
.losses text{font-size:11px;fill:var(--muted);font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
.stroke{display:inline-block;width:20px;height:0;border-top:2.5px solid;margin-right:6px;vertical-align:middle}
.legend b{font-weight:600;font-variant-numeric:tabular-nums}
.trouble{margin-top:6px;padding:5px 10px;border-left:3px solid var(--alarm);background:var(--shade);border-radius:0 8px 8px 0}`;

const LABELS = {
  data: "data", noise: "noise", activation: "activation", optimizer: "optimizer", lr: "learning rate",
  batch_size: "batch size", weight_decay: "weight decay",
};

const make = (tag, className = "", text = "") => {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
};

const draw = (tag, attributes) => {
  const element = document.createElementNS(SVG, tag);
  for (const name in attributes) element.setAttribute(name, attributes[name]);
  return element;
};

// --- numbers ---

const copied = (view) => view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
const floats = (view) => new Float32Array(copied(view));
const signs = (view) => new Int8Array(copied(view));
const digits = "₀₁₂₃₄₅₆₇₈₉";
const lowered = (n) => String(n).replace(/\d/g, (digit) => digits[digit]);
const short = (x) => (x === null ? "–" : x.toPrecision(3).replace("-", "−").replace(/^(\d+)\.?0*$/, "$1"));

/** Numbers on a grid as `pixels` × `pixels` of them, each between its four neighbours; `stride` apart in the array. */
function enlarged(grid, size, pixels, offset = 0, stride = 1) {
  const found = new Float32Array(pixels * pixels);
  const scale = (size - 1) / (pixels - 1);
  for (let row = 0; row < pixels; row++) {
    const top = Math.min(Math.floor(row * scale), size - 2);
    const down = row * scale - top;
    for (let column = 0; column < pixels; column++) {
      const left = Math.min(Math.floor(column * scale), size - 2);
      const across = column * scale - left;
      const at = (top * size + left) * stride + offset;
      const [a, b, c, d] = [grid[at], grid[at + stride], grid[at + size * stride], grid[at + (size + 1) * stride]];
      found[row * pixels + column] = (a + (b - a) * across) * (1 - down) + (c + (d - c) * across) * down;
    }
  }
  return found;
}

/** Paint which colour is how strong, from 0 to 1, at each place; the page shines through. */
function paint(canvas, colours, kinds, shares) {
  const image = new ImageData(canvas.width, canvas.height);
  const pixels = new Uint32Array(image.data.buffer); // alpha, blue, green, red
  for (let i = 0; i < pixels.length; i++) pixels[i] = colours[kinds[i]] | ((255 * shares[i]) << 24);
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** Paint numbers from -`most` to `most` in the colours of their signs, so strong at the ends. */
function tint(canvas, colours, numbers, most, strength) {
  const [kinds, shares] = [new Uint8Array(numbers.length), new Float32Array(numbers.length)];
  for (let i = 0; i < numbers.length; i++) {
    kinds[i] = numbers[i] > 0;
    shares[i] = (strength * Math.abs(numbers[i])) / most;
  }
  paint(canvas, colours, kinds, shares);
}

function render({ model, el }) {
  const { theme, ...menus } = model.get("menus");
  const shadow = el.shadowRoot ?? el.attachShadow({ mode: "open" }); // no rule of the page around comes in
  const walk = make("div", "walk");
  walk.lang = "en";
  walk.dataset.lmSuppressShortcuts = "true"; // JupyterLab keeps its hands off the keys
  walk.innerHTML = `<style>${theme}${STYLE}</style>
<div class="bar" role="toolbar" aria-label="training"><button data-do="play"></button><button data-do="step">step</button>
<button data-do="reset">reset</button><label class="inline speed">speed</label><label class="inline seed">seed
<input type="number" min="0" data-name="seed"></label><span class="done"><span>epoch <b class="epoch"></b></span><span>step <b class="count"></b>
</span></span></div><div class="bar menus" role="group" aria-label="settings"></div>
<div class="panels"><div class="network" role="group" aria-label="network"></div>
<div class="losses"><div class="legend"></div><svg role="img"></svg></div>
<div class="plane"><div class="legend"></div><div class="square"><canvas width="${PIXELS}" height="${PIXELS}"></canvas>
<svg viewBox="0 0 1 1" role="img" aria-label="decision boundary and samples"></svg></div><div class="range"></div></div></div>
<div class="trouble" role="alert" hidden></div>`;
  shadow.replaceChildren(walk);
  const find = (selector) => walk.querySelector(selector);
  const [network, plane, losses] = [".network", ".plane", ".losses"].map(find);
  const colours = {}; // of roles, as pixels have them
  const colour = (role) => {
    const text = getComputedStyle(walk).getPropertyValue(`--${role}`).trim();
    return (colours[role] ??= [5, 3, 1].reduce((all, i) => (all << 8) | parseInt(text.slice(i, i + 2), 16), 0));
  };
  const signed = () => ["negative", "positive"].map(colour);

  // --- settings ---

  const choose = (changes) => {
    model.set("settings", { ...model.get("settings"), ...changes });
    model.save_changes();
  };
  const fields = {};
  for (const name of ["speed", ...Object.keys(LABELS)]) {
    const label = name in LABELS ? find(".menus").appendChild(make("label", "", LABELS[name])) : find(".speed");
    const field = (fields[name] = make("select"));
    field.dataset.name = name;
    field.onchange = () => choose({ [name]: typeof menus[name][0] === "number" ? +field.value : field.value });
    label.append(field);
  }
  const seed = find("[data-name=seed]");
  seed.onchange = () => seed.value && seed.validity.valid && choose({ seed: +seed.value });

  function drawSettings() {
    const settings = model.get("settings");
    const { own } = model.get("scene");
    const isOwn = { activation: own.model, noise: own.data };
    for (const name in fields) {
      const [field, value] = [fields[name], isOwn[name] ? "" : settings[name]];
      if (!field.length) field.append(...menus[name].map((choice) => new Option(name === "speed" ? `× ${choice}` : choice, choice)));
      field.querySelector('[value=""]')?.remove();
      if (![...field.options].some((option) => option.value === String(value))) field.add(new Option(value === "" ? "own" : value, value));
      field.value = value;
      field.disabled = Boolean(isOwn[name]);
    }
    if (shadow.activeElement !== seed) seed.value = settings.seed;
  }

  // --- the network ---

  let parts = null; // units and edges on the page, for networks of one form
  let shown = null; // the unit that the plane shows instead of the outputs: [column, unit]

  /** How a unit is called: x₁, a¹₂, and z₁ for an output before the loss makes a probability of it. */
  function named(column, unit) {
    const { sizes } = model.get("frame");
    if (!column) return `x${lowered(unit + 1)}`;
    if (column === sizes.length - 1) return `z${sizes[column] > 1 ? lowered(unit + 1) : ""}`;
    return `a${"⁰¹²³⁴⁵⁶⁷⁸⁹"[column] ?? ""}${lowered(unit + 1)}`;
  }

  function build(frame) {
    const { own, roles, model: kind } = model.get("scene");
    const { hidden } = model.get("settings");
    const { sizes, units } = frame;
    const counts = units.map((one) => one.byteLength / SMALL ** 2);
    const isWhole = counts.every((count, column) => count === sizes[column]);
    const [wide, high, top, bottom] = [network.clientWidth, network.clientHeight, 30, own.model && isWhole ? 6 : 32];
    const side = Math.min(42, (high - top - bottom) / Math.max(...counts) - 5, (wide - 40) / counts.length - 16);
    const [left, gap] = [26, (wide - 30 - side) / (counts.length - 1)];
    const place = (column, unit) => [
      left + column * gap,
      top + ((unit + 0.5) * (high - top - bottom)) / counts[column] - side / 2,
    ];
    const svg = draw("svg", { "aria-hidden": "true" });
    network.replaceChildren(svg);
    const edges = frame.weights.map((_, column) =>
      Array.from({ length: counts[column + 1] * counts[column] }, (_, i) => {
        const [to, from] = [Math.floor(i / counts[column]), i % counts[column]];
        const [[x, y], [x1, y1]] = [place(column, from), place(column + 1, to)];
        const [start, middle, half] = [x + side, (x + side + x1) / 2, side / 2];
        const d = `M${start},${y + half}C${middle},${y + half} ${middle},${y1 + half} ${x1},${y1 + half}`;
        const [reach, edge] = [draw("path", { class: "reach", d }), draw("path", { class: "edge", d })];
        const share = (to + 1) / (counts[column + 1] + 1); // tips of edges that meet stay apart
        reach.onmouseenter = () => {
          const at = edge.getPointAtLength(edge.getTotalLength() * (0.3 + 0.4 * share));
          tell(at.x, at.y, () => `${named(column, from)} → ${named(column + 1, to)}:  w = ${short(floats(model.get("frame").weights[column])[i])}`);
        };
        reach.onmouseleave = hush;
        svg.append(reach, edge);
        return edge;
      }));
    const canvases = counts.map((count, column) =>
      Array.from({ length: count }, (_, unit) => {
        const [x, y] = place(column, unit);
        const button = make("button", "unit");
        button.style.cssText = `left:${x}px;top:${y}px;width:${side}px;height:${side}px`;
        if (column === counts.length - 1 && count > 1) button.style.borderColor = `var(--${roles[unit % roles.length]})`;
        button.ariaLabel = `what ${named(column, unit)} says of the plane`;
        const canvas = make("canvas");
        canvas.width = canvas.height = SMALL;
        button.append(canvas);
        const look = () => {
          shown = [column, unit];
          tell(x + side / 2, y, () => {
            const { biases } = model.get("frame");
            return column && biases.length ? `${named(column, unit)}:  b = ${short(floats(biases[column - 1])[unit])}` : named(column, unit);
          });
          drawPlane();
        };
        const leave = () => {
          shown = null;
          hush();
          drawPlane();
        };
        Object.assign(button, { onmouseenter: look, onfocus: look, onmouseleave: leave, onblur: leave });
        network.append(button);
        if (!column) {
          const name = make("span", "name", named(0, unit));
          name.style.cssText = `left:${x - 5}px;top:${y + side / 2}px`;
          network.append(name);
        }
        return canvas;
      }));
    counts.forEach((count, column) => {
      const middle = left + column * gap + side / 2;
      if (sizes[column] > count) {
        const more = make("span", "more", `+ ${sizes[column] - count}`);
        more.style.cssText = `left:${middle}px;top:${own.model ? high - 24 : high - bottom}px`;
        network.append(more);
      }
      const head = make("div", "head");
      head.style.left = `${middle}px`;
      const last = column === counts.length - 1;
      if (column && !last && !own.model) {
        const alter = (change) => () => choose({ hidden: hidden.map((n, k) => (k === column - 1 ? n + change : n)) });
        head.append(
          press("−", `one unit less in layer ${column}`, alter(-1), sizes[column] === 1),
          make("b", "", sizes[column]),
          press("+", `one unit more in layer ${column}`, alter(1), sizes[column] >= 8),
        );
      } else head.textContent = !column ? "input" : last ? "output" : `${sizes[column]} units`;
      network.append(head);
    });
    if (!frame.weights.length) {
      const name = make("div", "more", kind);
      name.style.cssText = `left:${wide / 2}px;top:${high / 2}px;font-size:15px`;
      network.append(name);
    }
    if (!own.model) {
      const depth = make("div", "depth");
      depth.append(
        press("− layer", "one layer less", () => choose({ hidden: hidden.slice(0, -1) }), !hidden.length),
        make("span", "", `${hidden.length} hidden layer${hidden.length === 1 ? "" : "s"}`),
        press("+ layer", "one layer more", () => choose({ hidden: [...hidden, hidden.at(-1) ?? 4] }), hidden.length >= 5),
      );
      network.append(depth);
    }
    const tip = make("div", "tip");
    tip.hidden = true;
    network.append(tip);
    return { form: formOf(frame), edges, canvases, tip };
  }

  const formOf = (frame) => JSON.stringify([frame.sizes, frame.weights.length, network.clientWidth, model.get("scene").own]);

  function press(text, label, onclick, disabled) {
    const button = Object.assign(make("button", "", text), { onclick, disabled, ariaLabel: label });
    button.dataset.label = label;
    return button;
  }

  let told = null;
  function tell(x, y, text) {
    told = text;
    const { tip } = parts;
    tip.textContent = text();
    tip.hidden = false;
    const half = tip.offsetWidth / 2;
    tip.style.cssText = `left:${Math.max(half, Math.min(network.clientWidth - half, x))}px;top:${Math.max(y, 36)}px`;
  }
  function hush() {
    told = null;
    parts.tip.hidden = true;
  }

  function drawNetwork(frame) {
    if (parts?.form !== formOf(frame)) {
      const focused = shadow.activeElement?.dataset.label;
      told = shown = null;
      parts = build(frame);
      if (focused) network.querySelector(`[data-label="${focused}"]:enabled`)?.focus();
    }
    const weights = frame.weights.map(floats);
    const largest = Math.max(...weights.flatMap((some) => some.reduce((most, w) => Math.max(most, Math.abs(w)), 0)), 1e-9);
    weights.forEach((some, column) =>
      parts.edges[column].forEach((edge, i) => {
        const share = Math.abs(some[i]) / largest;
        edge.setAttribute("stroke", `var(--${some[i] > 0 ? "positive" : "negative"})`);
        edge.setAttribute("stroke-width", (0.6 + 4 * share).toFixed(2));
        edge.setAttribute("stroke-opacity", (0.35 + 0.6 * share).toFixed(2));
      }));
    parts.canvases.forEach((some, column) => {
      const all = signs(frame.units[column]);
      some.forEach((canvas, unit) => {
        const says = all.subarray(unit * SMALL ** 2, (unit + 1) * SMALL ** 2);
        tint(canvas, signed(), says, 127, 0.9);
      });
    });
    if (told) parts.tip.textContent = told();
  }

  // --- the plane ---

  function drawPlane() {
    const frame = model.get("frame");
    const { roles } = model.get("scene");
    const canvas = plane.querySelector("canvas");
    const lines = plane.querySelector(".boundary");
    if (shown) {
      const [column, unit] = shown;
      const all = signs(frame.units[column]).subarray(unit * SMALL ** 2, (unit + 1) * SMALL ** 2);
      tint(canvas, signed(), enlarged(all, SMALL, PIXELS), 127, 0.75);
      lines.setAttribute("d", "");
      return;
    }
    const chances = floats(frame.plane);
    const all = Array.from({ length: frame.outputs }, (_, k) => enlarged(chances, SIZE, PIXELS, k, frame.outputs));
    if (frame.outputs === 1) tint(canvas, roles.map(colour), all[0].map((chance) => 2 * chance - 1), 1, 0.55);
    else {
      const best = all[0].map((_, i) => all.reduce((most, some, k) => (some[i] > all[most][i] ? k : most), 0));
      const even = 1 / frame.outputs;
      const shares = best.map((k, i) => (0.55 * (all[k][i] - even)) / (1 - even));
      paint(canvas, roles.map(colour), best.map((k) => k % roles.length), shares);
    }
    const ends = floats(frame.boundary);
    let d = "";
    for (let i = 0; i < ends.length; i += 4) d += `M${ends[i]},${ends[i + 1]}L${ends[i + 2]},${ends[i + 3]}`;
    lines.setAttribute("d", d);
  }

  function drawPoints() {
    const { points, labels, roles, classes, features, low, high } = model.get("scene");
    const svg = plane.querySelector("svg");
    svg.replaceChildren(
      draw("path", { class: "boundary", fill: "none", stroke: "var(--ink)", "stroke-width": 0.0045, "stroke-opacity": 0.75, "stroke-linecap": "round" }),
      ...points.flatMap((some, part) =>
        some.map(([x, y], i) =>
          draw("circle", {
            cx: x, cy: 1 - y, r: 0.0115, fill: `var(--${roles[labels[part][i]]})`,
            stroke: `var(--${part ? "ink" : "page"})`, "stroke-width": 0.0035,
          }))),
    );
    const entry = (name, look) => {
      const one = make("span");
      const dot = make("span", "dot");
      dot.style.cssText = look;
      one.append(dot, name);
      return one;
    };
    plane.querySelector(".legend").replaceChildren(
      ...classes.map((name, k) => entry(name, `background:var(--${roles[k]})`)),
      ...(points.length > 1 ? [entry("test", "border:2px solid var(--ink)")] : []),
    );
    const range = (k) => `${features[k]}: ${short(low[k])} … ${short(high[k])} ${"→↑"[k]}`;
    plane.querySelector(".range").replaceChildren(make("span", "", range(0)), make("span", "", range(1)));
  }

  // --- the losses ---

  function drawLosses({ curves, train, test, epoch }, svg, wide, high) {
    const [left, top, bottom] = [46, 8, 18];
    const most = Math.max(...curves.flat(), 1e-9); // null, which is not finite, is 0 here
    const across = (share) => left + share * (wide - left - 6);
    const down = (x) => top + (1 - x / most) * (high - top - bottom);
    const marks = [0, most].flatMap((x) => {
      const text = draw("text", { x: left - 7, y: down(x) + 4, "text-anchor": "end" });
      text.textContent = epoch ? short(x) : "";
      return [draw("line", { x1: left, x2: across(1), y1: down(x), y2: down(x), stroke: "var(--line)" }), text];
    });
    const ticks = (epoch > 1 ? [1, epoch] : []).map((at, k) => {
      const text = draw("text", { x: across(k), y: high - 3, "text-anchor": k ? "end" : "start" });
      text.textContent = k ? `epoch ${at}` : at;
      return text;
    });
    const looks = [{ stroke: "var(--ink)" }, { stroke: "var(--function)", "stroke-dasharray": "5 3" }];
    const paths = curves.map((curve, k) => {
      const points = curve.map((x, i) => `${across(curve.length > 1 ? i / (curve.length - 1) : 0).toFixed(1)},${down(x).toFixed(1)}`);
      return draw("polyline", { points: points.join(" "), fill: "none", "stroke-width": 2, "stroke-linejoin": "round", ...looks[k] });
    });
    svg.setAttribute("aria-label", `loss over ${epoch} epochs`);
    svg.replaceChildren(...marks, ...ticks, ...paths);
    losses.querySelector(".legend").replaceChildren(
      ...[["train", train, "ink", "solid"], ["test", test, "function", "dashed"]].filter(([, found]) => found).map(([name, found, role, dash]) => {
        const [one, line, number] = [make("span"), make("span", "stroke"), make("b", "", short(found.loss))];
        line.style.cssText = `border-color:var(--${role});border-top-style:${dash}`;
        one.append(line, `${name} loss `, number, ` · ${(100 * found.accuracy).toFixed(1)} %`);
        return one;
      }));
  }

  // --- one picture ---

  let waiting = 0;
  const renew = () => (waiting ||= requestAnimationFrame(show));

  function show() {
    waiting = 0;
    const frame = model.get("frame");
    const playing = model.get("playing");
    const chart = losses.querySelector("svg");
    const size = [chart.clientWidth, chart.clientHeight]; // before anything is written: once is enough to lay out
    drawNetwork(frame);
    drawPlane();
    drawLosses(frame, chart, ...size);
    find(".epoch").textContent = frame.epoch.toLocaleString("en");
    find(".count").textContent = frame.step.toLocaleString("en");
    find("[data-do=play]").textContent = playing ? "❚❚ pause" : "▶ play";
    const trouble = find(".trouble");
    trouble.hidden = !frame.trouble;
    if (trouble.textContent !== frame.trouble) trouble.textContent = frame.trouble;
    model.send({ drawn: frame.n });
  }

  walk.querySelectorAll("[data-do]").forEach((button) => {
    button.onclick = () => {
      if (button.dataset.do !== "play") return model.send({ do: button.dataset.do });
      model.set("playing", !model.get("playing"));
      model.save_changes();
      renew();
    };
  });
  const onSettings = () => {
    drawSettings();
    renew();
  };
  const onScene = () => {
    drawPoints();
    onSettings();
  };
  const dress = () => {
    const dark = isHostDark();
    walk.classList.toggle("dark", dark ?? matchMedia("(prefers-color-scheme:dark)").matches);
    walk.classList.toggle("light", dark === false);
    for (const role in colours) delete colours[role];
    renew();
  };
  const watcher = new MutationObserver(dress);
  for (const one of [document.body, document.documentElement])
    watcher.observe(one, { attributeFilter: ["class", "data-jp-theme-light"] });
  const sizes = new ResizeObserver(renew);
  sizes.observe(network);
  const scheme = matchMedia("(prefers-color-scheme:dark)");
  scheme.addEventListener("change", dress);
  const heard = { "change:frame": renew, "change:settings": onSettings, "change:playing": renew, "change:scene": onScene };
  for (const event in heard) model.on(event, heard[event]);
  dress();
  onScene();
  model.send({ views: 1 });
  return () => {
    model.send({ views: -1 }); // with the last one it pauses
    cancelAnimationFrame(waiting);
    watcher.disconnect();
    sizes.disconnect();
    scheme.removeEventListener("change", dress);
    for (const event in heard) model.off(event, heard[event]);
  };
}

export default { render };
