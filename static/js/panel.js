// The panel: slides over the list and gives focus and address back; the chart of a number's history.
(function () {
  const panel = document.getElementById("panel");
  const PHONE = window.matchMedia("(max-width: 40rem)");
  const PANEL_PATH = /\/numbers\/[0-9a-f-]{36}\/$/;

  if (panel) watchPanel();
  document.querySelectorAll("canvas[data-history-chart]").forEach(draw);

  function watchPanel() {
    let address = null; // the list's address while the panel is open
    let leaving = false; // our own history.back() is on its way

    const isForPanel = (event) => event.detail.target === panel;
    document.body.addEventListener("htmx:beforeRequest", (event) => {
      if (!isForPanel(event)) return;
      if (PHONE.matches) { // on a phone the panel is a page of its own
        event.preventDefault();
        window.location.assign(event.detail.pathInfo.requestPath);
        return;
      }
      address ??= window.location.href;
      document.body.classList.add("is-panel-loading");
    });
    document.body.addEventListener("htmx:afterRequest", (event) => {
      if (!isForPanel(event)) return;
      document.body.classList.remove("is-panel-loading");
      if (!event.detail.successful && !panel.open) address = null;
    });
    document.body.addEventListener("htmx:afterSwap", (event) => {
      if (!isForPanel(event)) return;
      if (!panel.open) panel.showModal();
      panel.scrollTop = 0;
      panel.querySelectorAll("canvas[data-history-chart]").forEach(draw);
    });

    // A click on the ground beside the panel hits the dialog itself. Escape closes by itself.
    panel.addEventListener("click", (event) => {
      if (event.target === panel || event.target.closest("[data-panel-close]")) panel.close();
    });
    panel.addEventListener("close", () => {
      charts.forEach((chart) => chart.destroy());
      charts.clear();
      panel.replaceChildren();
      if (address !== null && window.location.href !== address) {
        leaving = true;
        window.history.back();
      }
      address = null;
    });

    // Before htmx, which would fetch the list anew and lose its ticks and its place.
    window.addEventListener("popstate", (event) => {
      if (leaving) {
        leaving = false;
        event.stopImmediatePropagation();
      } else if (panel.open) { // the browser's own Back
        address = null;
        event.stopImmediatePropagation();
        panel.close();
      } else if (PANEL_PATH.test(window.location.pathname)) { // Forward to a panel that was closed
        event.stopImmediatePropagation();
        window.location.reload();
      }
    }, true);
  }

  // --- Chart: scores as lines, ratings as a band under them, events as marks upon it --------------------------------
  const charts = new Set();
  const DAY = 86_400_000;
  const RATINGS = ["none", "healthy", "mixed", "spam"];
  const WORDS = ["Unknown", "Healthy", "Mixed", "Spam"];
  const BAND_HEIGHT = 8;

  function library(source) {
    if (window.Chart) return Promise.resolve();
    return new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = source;
      script.addEventListener("load", done);
      script.addEventListener("error", failed);
      document.head.append(script);
    });
  }

  async function draw(canvas) {
    const data = JSON.parse(document.getElementById(canvas.dataset.historyChart).textContent);
    try { await library(canvas.dataset.chartSrc); } catch { return; } // the table below says the same
    if (!canvas.isConnected) return;
    const chart = new window.Chart(canvas, settings(data));
    charts.add(chart);
    obey(chart, canvas.closest("section").querySelectorAll("[data-line]"));
  }

  // The buttons above the chart show and hide its lines.
  function obey(chart, buttons) {
    buttons.forEach((button, place) => {
      const follow = () => chart.setDatasetVisibility(place, button.getAttribute("aria-pressed") === "true");
      button.onclick = () => {
        button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
        follow();
        chart.update();
      };
      follow();
    });
    chart.update();
  }

  // Colors are read when drawing, so that light and dark follow the page.
  const color = (name) => {
    const probe = document.createElement("span");
    probe.className = name;
    document.body.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  };
  const dotColor = (rating) => color(`ink-dot is-${RATINGS[rating]}`);
  const date = (time) => { // 14 Nov, as everywhere on the pages
    const [month, day] = new Date(time).toLocaleDateString("en-US", { day: "numeric", month: "short" }).split(" ");
    return `${day} ${month}`;
  };

  function line(data, name, label, width, ink) {
    return {
      label,
      data: data.times.map((time, i) => ({ x: time, y: data.lines[name][i] })).filter((point) => point.y !== null),
      borderColor: ink, backgroundColor: ink, borderWidth: width, pointRadius: 0, pointHitRadius: 8, tension: 0.25,
    };
  }

  function settings(data) {
    const datasets = Object.keys(data.lines).map((name) =>
      line(data, name, name[0].toUpperCase() + name.slice(1), name === "overall" ? 2 : 1.25, color(`line-${name}`)));
    const quiet = color("ink-quiet");
    const grid = color("ink-line");
    return {
      type: "line",
      data: { datasets },
      plugins: [ratingBand],
      options: {
        history: data,
        responsive: true, maintainAspectRatio: false, animation: false, parsing: false, normalized: true,
        interaction: { mode: "nearest", axis: "x", intersect: false },
        layout: { padding: { bottom: 2 } },
        scales: {
          x: { type: "linear", min: data.start, max: data.end, grid: { display: false }, border: { display: false },
            afterBuildTicks: (axis) => { axis.ticks = ticks(data); },
            ticks: { color: quiet, maxRotation: 0, callback: (time) => date(time), padding: BAND_HEIGHT + 6, font: { size: 11 } } },
          y: { min: 0, max: 100, display: data.times.length > 0, grid: { color: grid }, border: { display: false },
            ticks: { color: quiet, stepSize: 25, font: { size: 11 } } },
        },
        plugins: {
          legend: { display: false }, // the buttons above the chart, which a keyboard reaches
          tooltip: { callbacks: { title: (items) => items.length ? date(items[0].parsed.x) : "", footer: (items) => around(data, items) } },
        },
      },
    };
  }
  const ticks = (data) => [0, 1, 2, 3].map((step) => ({ value: data.start + Math.round(step * (data.end - data.start) / 3) }));

  // What else happened on the day under the pointer.
  function around(data, items) {
    if (!items.length) return [];
    const time = items[0].parsed.x;
    const span = data.spans.find(([from, to]) => from <= time && time <= to);
    const events = data.events.filter(([at]) => Math.abs(at - time) < DAY / 2).map(([, words]) => words);
    return [...(span ? [`Rating: ${WORDS[span[2]]}`] : []), ...events.slice(0, 4)];
  }

  const ratingBand = {
    id: "ratingBand",
    afterDraw(chart) {
      const { ctx, chartArea: area, scales: { x } } = chart;
      const data = chart.options.history;
      const top = area.bottom + 4;
      ctx.save();
      data.spans.forEach(([from, to, rating]) => {
        const [left, right] = [x.getPixelForValue(from), x.getPixelForValue(to)];
        ctx.fillStyle = dotColor(rating);
        ctx.fillRect(left, top, Math.max(right - left - 1, 1), BAND_HEIGHT);
      });
      data.events.filter(([, , outcome]) => outcome === "tagged" || outcome === "cleared").forEach(([at, , outcome]) => {
        const left = x.getPixelForValue(at);
        ctx.strokeStyle = ctx.fillStyle = color(outcome === "tagged" ? "ink-dot is-spam" : "ink-dot is-healthy");
        ctx.setLineDash([3, 3]);
        ctx.beginPath();
        ctx.moveTo(left, area.top);
        ctx.lineTo(left, top);
        ctx.stroke();
        label(ctx, outcome === "tagged" ? "tagged" : "cleared", left, area);
      });
      ctx.restore();
    },
  };
  function label(ctx, words, left, area) {
    ctx.font = "11px system-ui, sans-serif";
    const width = ctx.measureText(words).width;
    const isRight = left + width + 4 > area.right;
    ctx.fillText(words, isRight ? left - width - 4 : left + 4, area.top + 9);
  }

  document.addEventListener("portal:theme", () => {
    const canvases = [...charts].map((chart) => chart.canvas);
    charts.forEach((chart) => chart.destroy());
    charts.clear();
    canvases.forEach(draw);
  });
})();
