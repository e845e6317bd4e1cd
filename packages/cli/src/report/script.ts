/** The page's only script: values under the pointer, arrow keys on a focused chart, copying the command. */
export const reportScript = `
for (const figure of document.querySelectorAll("figure.chart")) {
  const svg = figure.querySelector("svg"), readout = figure.querySelector("output");
  const hover = svg.querySelector(".hover"), line = hover.querySelector("line"), dot = hover.querySelector("circle");
  const data = JSON.parse(figure.querySelector("script").textContent);
  const evaluations = new Map(data.evaluations), count = data.x.length;
  if (count === 0) continue;
  const { x, y, top, bottom } = data.scale;
  const across = (value) => data.left + ((value - x[0]) / (x[1] - x[0])) * (data.right - data.left);
  const down = (value) => bottom + ((value - y[0]) / (y[1] - y[0])) * (top - bottom);
  const write = (value) => value === null ? "none" : data.percent ? (value * 100).toFixed(1) + " %" : value.toFixed(data.digits);
  let at = count - 1;
  const show = () => {
    const held = evaluations.get(data.x[at]);
    readout.textContent = "iteration " + data.x[at] + ": " + write(data.raw[at]) + ", smoothed " + write(data.smooth[at]) + (held === undefined ? "" : ", held out " + write(held));
    const place = across(data.x[at]);
    line.setAttribute("x1", place); line.setAttribute("x2", place);
    dot.setAttribute("cx", place);
    if (data.smooth[at] !== null) dot.setAttribute("cy", down(data.smooth[at]));
    hover.setAttribute("visibility", "visible");
  };
  const hide = () => { hover.setAttribute("visibility", "hidden"); readout.textContent = ""; };
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    const place = ((event.clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
    at = 0;
    for (let i = 1; i < count; i++) if (Math.abs(across(data.x[i]) - place) < Math.abs(across(data.x[at]) - place)) at = i;
    show();
  });
  svg.addEventListener("pointerleave", hide);
  svg.addEventListener("focus", show);
  svg.addEventListener("blur", hide);
  svg.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -count, End: count }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    at = Math.min(count - 1, Math.max(0, at + step));
    show();
  });
}
for (const button of document.querySelectorAll("button[data-copy]")) {
  button.addEventListener("click", async () => {
    const text = button.parentElement.querySelector("code").textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const range = document.createRange();
      range.selectNodeContents(button.parentElement.querySelector("code"));
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      document.execCommand("copy");
    }
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 1500);
  });
}
`;
