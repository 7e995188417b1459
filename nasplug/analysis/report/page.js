"use strict";
// Shows the data of the page: charts by Plotly, pictures when they are asked for, and a table of which one page is in the document.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const columns = data.columns, count = columns.number.length;
  const byId = (id) => document.getElementById(id);
  const rowOf = new Map(columns.number.map((number, row) => [number, row]));
  const has = (name) => name in columns;

  // so many digits after the point; a number that these would make 0 keeps three of its own
  const brief = (v, digits) => (v === 0 || Math.abs(v) >= 10 ** -digits ? v.toFixed(digits) : String(Number(v.toPrecision(3))));

  // ---- pictures
  const opened = new Map();
  const block = (index) => {
    if (!opened.has(index)) {
      const bytes = Uint8Array.from(atob(data.pictures.data[index]), (c) => c.charCodeAt(0));
      const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
      opened.set(index, new Response(stream).json());
    }
    return opened.get(index);
  };
  let wanted = -1;
  const show = async (row) => {
    const which = data.which[row];
    wanted = row;
    const [svg, description] = (await block(Math.floor(which / data.pictures.block)))[which % data.pictures.block];
    if (wanted !== row) return;
    const figures = ["accuracy", "latency", "cost"].filter((name) => has(name) && columns[name][row] !== null);
    const units = { accuracy: data.main.unit, latency: "ms", cost: "s" };
    byId("card-title").textContent = `trial ${columns.number[row]}: ` +
      (figures.map((name) => `${brief(columns[name][row], 2)} ${units[name] || data.main.name}`).join(", ") || columns.state[row]);
    const picture = byId("card-picture");
    picture.hidden = svg === null;
    picture.alt = description;
    // an image runs no script, whatever the SVG says
    if (svg !== null) picture.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(svg);
    byId("card-text").textContent = data.architecture[which] + (description === data.architecture[which] ? "" : " — " + description);
    byId("card").hidden = false;
  };
  byId("close").addEventListener("click", () => { wanted = -1; byId("card").hidden = true; });

  // ---- charts
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const plain = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");  // Plotly reads markup in titles
  const layout = (x, y) => {
    const axis = { gridcolor: colour("--line"), zerolinecolor: colour("--line"), automargin: true };
    return {
      margin: { l: 48, r: 12, t: 10, b: 40 }, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", hovermode: "closest",
      font: { color: colour("--front"), size: 12 }, xaxis: { title: { text: plain(x) }, ...axis }, yaxis: { title: { text: plain(y) }, ...axis },
      legend: { orientation: "h", y: 1.12 },
    };
  };
  const options = { responsive: true, displaylogo: false, displayModeBar: false };
  const kind = (n) => (n > 2000 ? "scattergl" : "scatter");
  const draw = (id, traces, x, y) => Plotly.react(id, traces, layout(x, y), options);
  const pointing = (id, rows) => {
    const chart = byId(id);
    const told = (event) => { const row = rows(event.points[0]); if (row !== undefined) show(row); };
    chart.on("plotly_hover", told);
    chart.on("plotly_click", told);
  };
  const valuesOf = (axis) => axis.values ?? columns[axis.column] ?? [];
  const front = data.frontier, known = (values, row) => (values[row] ?? null) !== null;
  const y = valuesOf(data.objective), x = front ? valuesOf(front.x) : columns.number;
  const rowsOf = (state) => [...Array(count).keys()].filter((row) =>
    columns.purpose[row] === "search" && columns.state[row] === state && known(y, row) && known(x, row));
  const points = rowsOf("complete"), broken = rowsOf("infeasible");
  const at = (rows) => ({ x: rows.map((row) => x[row]), y: rows.map((row) => y[row]), type: kind(points.length), hoverinfo: "x+y", customdata: rows });

  const confirmedTrace = (again, xs, customdata) => ({
    x: xs, y: again.map((c) => c.mean), type: "scatter", mode: "markers", marker: { color: colour("--front"), size: 9, symbol: "diamond" },
    error_y: { type: "data", array: again.map((c) => c.error ?? 0), color: colour("--front"), thickness: 1.5, width: 5 },
    text: again.map((c) => `mean of ${c.trainings} trainings`), hoverinfo: "x+y+text", customdata, name: "confirmed, ± standard error",
  });

  const drawAll = () => {
    const steps = data.incumbents, name = data.objective.name[0].toUpperCase() + data.objective.name.slice(1);
    draw("incumbent", [{ x: steps.map((s) => s[0]), y: steps.map((s) => s[1]), mode: "lines", line: { shape: "hv", color: colour("--a") } }],
      "architectures trained", data.objective.label);
    byId("scatter-caption").textContent = front ? `${name} against ${front.x.name}, and the Pareto frontier: point at an architecture to see it`
      : `${name} of every trial: point at an architecture to see it`;
    const traces = [{ ...at(points), mode: "markers", marker: { color: colour("--a"), size: 6, opacity: 0.6 }, name: "trials" }];
    if (broken.length) traces.push({ ...at(broken), mode: "markers", marker: { color: colour("--soft"), size: 7, symbol: "x-thin-open" }, name: "breaks a limit" });
    if (front) {
      traces.push({ ...at(front.numbers.map((number) => rowOf.get(number))), mode: front.line ? "lines+markers" : "markers",
        line: { shape: "hv", color: colour("--b") }, marker: { color: colour("--b"), size: 8 }, name: "frontier" });
      byId("volume-figure").hidden = false;
      draw("volume", [{ x: front.trial, y: front.volume, mode: "lines", line: { shape: "hv", color: colour("--a") } }], "trial", front.unit);
    }
    const again = data.confirmed.filter((c) => rowOf.has(c.number) && known(x, rowOf.get(c.number)));
    if (again.length) traces.push(confirmedTrace(again, again.map((c) => x[rowOf.get(c.number)]), again.map((c) => rowOf.get(c.number))));
    draw("scatter", traces, front ? front.x.label : "trial", data.objective.label);
    const p = data.prediction;
    if (p) {
      byId("prediction-figure").hidden = false;
      byId("prediction-caption").textContent = `Predicted from the trials before ${p.first} against measured afterwards, which the predictor had not seen: Kendall τ ${p.tau === null ? "–" : p.tau.toFixed(3)}`;
      const ends = [Math.min(...p.measured, ...p.predicted), Math.max(...p.measured, ...p.predicted)];
      const unit = data.objective.unit ? ` (${data.objective.unit})` : "";
      const place = new Map(p.numbers.map((number, index) => [number, index]));
      const later = data.confirmed.filter((c) => place.has(c.number));
      const bars = later.length ? [confirmedTrace(later, later.map((c) => p.predicted[place.get(c.number)]), later.map((c) => c.number))] : [];
      draw("prediction", [
        { x: ends, y: ends, mode: "lines", line: { dash: "dot", color: colour("--soft") }, hoverinfo: "skip", showlegend: false },
        { x: p.predicted, y: p.measured, type: kind(p.numbers.length), mode: "markers", marker: { color: colour("--b"), size: 6 }, customdata: p.numbers, hoverinfo: "x+y", showlegend: false },
        ...bars,
      ], `predicted${unit}`, `measured${unit}`);
    }
  };
  drawAll();
  pointing("scatter", (point) => point.customdata);
  if (data.prediction) pointing("prediction", (point) => rowOf.get(point.customdata));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);

  // ---- failures
  const failed = [...Array(count).keys()].filter((row) => columns.state[row] === "failed");
  byId("failed-count").textContent = `(${failed.length})`;
  for (const row of failed.slice(0, 20)) {
    const item = document.createElement("li");
    item.textContent = `trial ${columns.number[row]}, ${data.architecture[data.which[row]]}: ${columns.error[row]}`;
    byId("failures").append(item);
  }
  if (failed.length > 20) byId("failures").append(`and ${failed.length - 20} more: filter the trials by “failed”`);

  // ---- trials
  const names = ["number", "architecture", ...Object.keys(columns).filter((name) => name !== "number")];
  const value = (name, row) => (name === "architecture" ? data.architecture[data.which[row]] : columns[name][row]);
  const text = (v) => (v === null || v === undefined ? "" : typeof v === "number" && !Number.isInteger(v) ? brief(v, 3) : String(v));
  const PAGE = 50;
  let order = [...Array(count).keys()], first = 0, sorted = "number", down = false;
  let texts = null;  // of every row in lower case, made when somebody filters
  const searchable = () => (texts ??= [...Array(count).keys()].map((row) => names.map((name) => text(value(name, row))).join("\n").toLowerCase()));
  const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b)));
  const arrange = () => {
    const wantedText = byId("filter").value.trim().toLowerCase();
    order = [...Array(count).keys()].filter((row) => !wantedText || searchable()[row].includes(wantedText));
    const missing = (row) => value(sorted, row) === null || value(sorted, row) === undefined;
    order.sort((a, b) => missing(a) - missing(b) || (missing(a) ? a - b : (down ? -1 : 1) * compare(value(sorted, a), value(sorted, b)) || a - b));
    first = 0;
    fill();
  };
  const heads = byId("trials").tHead.rows[0];
  for (const name of names) {
    const head = document.createElement("th"), button = document.createElement("button");
    head.scope = "col";
    head.dataset.name = name;
    button.type = "button";
    button.textContent = (name === "accuracy" ? data.main.name : name).replaceAll("_", " ");
    button.addEventListener("click", () => { down = sorted === name && !down; sorted = name; arrange(); });
    head.append(button);
    heads.append(head);
  }
  const fill = () => {
    const body = byId("trials").tBodies[0];
    body.replaceChildren(...order.slice(first, first + PAGE).map((row) => {
      const line = document.createElement("tr");
      for (const name of names) {
        const cell = line.insertCell();
        cell.textContent = text(value(name, row)).split("\n", 1)[0];  // of an error: what happened, without where
        if (name === "error") cell.className = "long";
      }
      line.addEventListener("click", () => show(row));
      return line;
    }));
    for (const head of heads.cells) head.ariaSort = head.dataset.name === sorted ? (down ? "descending" : "ascending") : "none";
    byId("where").textContent = order.length ? `${first + 1}–${Math.min(first + PAGE, order.length)} of ${order.length}` : "none";
    byId("previous").disabled = first === 0;
    byId("next").disabled = first + PAGE >= order.length;
  };
  byId("filter").addEventListener("input", arrange);
  byId("previous").addEventListener("click", () => { first -= PAGE; fill(); });
  byId("next").addEventListener("click", () => { first += PAGE; fill(); });
  fill();
  document.documentElement.dataset.ready = "yes";
})();
