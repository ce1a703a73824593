// Draws the chart of the home page from the JSON in it; colors come from the legend, so that both themes match.
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

  const chart = new window.Chart(canvas, {
    type: "bar",
    data: {
      labels: days.map(label),
      datasets: series.map(({ label: name, counts }) => ({ label: name, data: counts, barPercentage: 1, categoryPercentage: 0.9 })),
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
      plugins: {
        legend: { display: false },
        tooltip: {
          itemSort: (a, b) => b.datasetIndex - a.datasetIndex,
          callbacks: { label: (item) => ` ${item.dataset.label}: ${count.format(item.parsed.y)}` },
        },
      },
      scales: {
        x: { stacked: true, grid: { display: false }, ticks: { maxRotation: 0, autoSkipPadding: 24 } },
        y: { stacked: true, beginAtZero: true, border: { display: false }, ticks: { precision: 0, maxTicksLimit: 6, callback: (value) => count.format(value) } },
      },
    },
  });

  function paint() {
    const quiet = colorOf("ink-quiet");
    const line = colorOf("ink-line");
    chart.data.datasets.forEach((dataset, position) => {
      dataset.backgroundColor = getComputedStyle(switches[position].querySelector(".swatch")).backgroundColor;
    });
    for (const axis of [chart.options.scales.x, chart.options.scales.y]) {
      axis.ticks.color = quiet;
      axis.ticks.font = { family: getComputedStyle(document.body).fontFamily, size: 12 };
      axis.grid.color = line;
    }
    chart.update();
  }
  paint();
  new MutationObserver(paint).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });

  switches.forEach((button, position) => {
    button.addEventListener("click", () => {
      const shown = !chart.isDatasetVisible(position);
      chart.setDatasetVisibility(position, shown);
      button.setAttribute("aria-pressed", String(shown));
      chart.update();
    });
  });
})();
