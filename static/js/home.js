// Draws the chart of the home page from the JSON in it; colors come from the legend, so that both themes match.
// Spam and Mixed are a few percent of all numbers, so they also have an axis of their own above that of all.
(function () {
  const source = document.getElementById("chart-data");
  const canvas = document.getElementById("chart");
  if (!source || !canvas || !window.Chart) return;
  const { days, series } = JSON.parse(source.textContent);
  const switches = [...document.querySelectorAll("#chart-legend [data-series]")];
  const day = new Intl.DateTimeFormat("en-US", { day: "numeric", month: "short", timeZone: "UTC" });
  const count = new Intl.NumberFormat("en-US");
  const label = (iso) => {
    const parts = Object.fromEntries(day.formatToParts(new Date(iso)).map(({ type, value }) => [type, value]));
    return `${parts.day} ${parts.month}`;
  };

  const probe = document.createElement("span");
  document.body.append(probe);
  const colorOf = (name) => {
    probe.className = name;
    return getComputedStyle(probe).color;
  };

  const FLAGGED = ["Spam", "Mixed"];
  const few = days.length < 4; // A line needs two ends: the first days of an account are bars.
  const dataset = ({ label: name, counts }, axis) => ({
    label: name, data: counts, yAxisID: axis, stack: axis, fill: "stack", borderWidth: 0, pointRadius: 0,
    pointHoverRadius: 3, pointHitRadius: 8, pointHoverBorderWidth: 1.5, maxBarThickness: 64,
  });
  const all = series.map((one) => dataset(one, "all"));
  const flagged = series.filter(({ label: name }) => FLAGGED.includes(name)).map((one) => dataset(one, "flagged"));
  const axis = (title, weight) => ({
    stacked: true, stack: "axes", stackWeight: weight, beginAtZero: true, border: { display: false },
    title: { display: canvas.clientWidth > 480, text: title }, grid: {},
    ticks: { precision: 0, maxTicksLimit: 4, callback: (value) => count.format(value) },
  });

  const chart = new window.Chart(canvas, {
    type: few ? "bar" : "line",
    data: { labels: days.map(label), datasets: [...all, ...flagged] },
    options: {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
      plugins: {
        legend: { display: false },
        tooltip: {
          filter: (item) => item.datasetIndex < all.length,
          boxPadding: 4,
          callbacks: { label: (item) => ` ${item.dataset.label}: ${count.format(item.parsed.y)}` },
        },
      },
      scales: {
        x: { stacked: true, offset: few, grid: { display: false }, ticks: { maxRotation: 0, autoSkipPadding: 24 } },
        all: axis("All numbers", 1),
        gap: { axis: "y", stack: "axes", stackWeight: 0.15, border: { display: false }, grid: { display: false }, ticks: { display: false } },
        flagged: axis("Spam, Mixed", 1),
      },
    },
  });
  const twins = (position) => chart.data.datasets.map((one, index) => [one, index])
    .filter(([one]) => one.label === series[position].label).map(([, index]) => index);

  function paint() {
    const quiet = colorOf("ink-quiet");
    const line = colorOf("ink-line");
    const surface = colorOf("ink-surface");
    switches.forEach((button, position) => {
      const color = getComputedStyle(button.querySelector(".swatch")).backgroundColor;
      twins(position).forEach((index) => {
        Object.assign(chart.data.datasets[index], {
          backgroundColor: color, borderColor: color, pointBackgroundColor: color, pointHoverBorderColor: surface,
        });
      });
    });
    const font = { family: getComputedStyle(document.body).fontFamily, size: 12 };
    Object.assign(chart.options.plugins.tooltip, { titleFont: { ...font, weight: 600 }, bodyFont: font });
    for (const scale of Object.values(chart.options.scales)) {
      Object.assign(scale.ticks, { color: quiet, font });
      scale.grid.color = line;
      if (scale.title) Object.assign(scale.title, { color: quiet, font });
    }
    chart.update();
  }
  paint();
  new MutationObserver(paint).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });

  switches.forEach((button, position) => {
    button.addEventListener("click", () => {
      const shown = !chart.isDatasetVisible(position);
      twins(position).forEach((index) => chart.setDatasetVisibility(index, shown));
      button.setAttribute("aria-pressed", String(shown));
      chart.update();
    });
  });
})();
