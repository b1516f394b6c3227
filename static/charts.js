/* A chart or map as a picture to take away: what plotly or deck.gl drew, with its title, basis and definition around it. Loaded by pages.js when a
   chart is first taken away. */
const SVG = "http://www.w3.org/2000/svg", XLINK = "http://www.w3.org/1999/xlink";
/* For readers that do not use the font in the file (Word, WPS, Inkscape). */
const FAMILY = "'Renewal Sans', 'Microsoft YaHei', SimSun, 'Noto Sans CJK SC', sans-serif";
const FILES = { 400: "/assets/renewal-sans-regular.woff2", 700: "/assets/renewal-sans-bold.woff2" };
const INK = "#1B2733", MUTED = "#55657A", EDGE = 16, NARROWEST = 480, SCALE = 2;
/* Layers of plotly that belong to the mouse. */
const OF_THE_MOUSE = ".draglayer, .hoverlayer, .zoomlayer, .menulayer, .modebar";

/* What stays on one line: Latin words, Chinese signs with the punctuation that may not be parted from them. */
const PIECES = /[（「『“《]*[\u2e80-\uffff][，。、；：）」』”》！？%]*|[^\s\u2e80-\uffff]+[，。、；：）」』”》！？]*\s*|\s+/gu;

const pens = document.createElement("canvas").getContext("2d");
function widthOf(text, size, weight) {
  pens.font = `${weight} ${size}px 'Renewal Sans', sans-serif`;
  return pens.measureText(text).width;
}

/* The text in lines of at most a width; what does not go into `most` lines ends in …. */
function wrapped(text, width, { size, weight = 400, most = Infinity }) {
  const lines = [""];
  for (const piece of text.match(PIECES) || []) {
    const longer = lines.at(-1) + piece;
    if (!lines.at(-1) || widthOf(longer.trimEnd(), size, weight) <= width) lines[lines.length - 1] = longer;
    else lines.push(piece.trimStart());
  }
  if (lines.length <= most) return lines;
  let last = lines[most - 1];
  while (last && widthOf(last + "…", size, weight) > width) last = last.slice(0, -1);
  return [...lines.slice(0, most - 1), last.replace(/[\s，。、；：,.;:]+$/u, "") + "…"];
}

function element(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

/* Lines of text from a height on; gives the height below them. */
function write(page, text, x, top, room, { size, weight = 400, colour = INK, most }) {
  if (!text) return top;
  for (const line of wrapped(text, room, { size, weight, most })) {
    page.append(element("text", { x, y: Math.round(top + size), "font-size": size, "font-weight": weight, fill: colour }, line.trimEnd()));
    top += Math.round(size * 1.45);
  }
  return top;
}

/* Lines of a text stand where they are, not so many em below the first, and a line of several pieces starts where it starts: what
   office programs make of `dy` and `text-anchor` there lies one on top of the other. */
function placed(text, copy) {
  const lines = (of) => { const found = of.querySelectorAll(".line"); return found.length ? [...found] : [of]; };
  const copies = lines(copy);
  for (const [at, line] of lines(text).entries()) {
    if (!line.getNumberOfChars()) continue;
    const { x, y } = line.getStartPositionOfChar(0), made = copies[at];
    if (made !== copy) {
      made.setAttribute("y", y.toFixed(2));
      made.removeAttribute("dy");
    }
    if (!made.querySelector("tspan")) continue;
    made.setAttribute("x", x.toFixed(2));
    made.setAttribute("text-anchor", "start");
  }
}

/* What plotly drew, as one group that needs no style sheet of the page. */
function drawn(plot) {
  const group = element("g", {});
  for (const layer of plot.querySelectorAll(".main-svg")) {
    const copy = layer.cloneNode(true), texts = copy.querySelectorAll("text");
    for (const [at, text] of layer.querySelectorAll("text").entries()) placed(text, texts[at]);
    group.append(...copy.childNodes);
  }
  for (const node of group.querySelectorAll(OF_THE_MOUSE)) node.remove();
  for (const node of group.querySelectorAll("*")) {
    for (const name of node.getAttributeNames()) if (name.startsWith("data-")) node.removeAttribute(name);
    if (node.style.fontFamily) node.style.fontFamily = FAMILY;
    node.style.removeProperty("vector-effect");  /* lines grow with the picture */
    node.style.removeProperty("pointer-events");
    if (node.getAttribute("style") === "") node.removeAttribute("style");
    if (node.classList.contains("crisp")) node.setAttribute("shape-rendering", "crispEdges");
    node.removeAttribute("class");
  }
  for (const image of group.querySelectorAll("image")) {  /* cells of a grid: hard edges at any size; named as every program knows it */
    const source = image.getAttributeNS(XLINK, "href");
    image.removeAttributeNS(XLINK, "href");
    image.setAttributeNS(XLINK, "xlink:href", source);
    image.setAttribute("image-rendering", "pixelated");
  }
  return group;
}

/* The map as it stands on the screen: a picture, since a canvas has no drawing to copy. */
function photographed(canvas, width, height) {
  const image = element("image", { width, height });
  image.setAttributeNS(XLINK, "xlink:href", canvas.toDataURL("image/png"));
  return image;
}

function composed(plot, said) {
  const map = plot instanceof HTMLCanvasElement;
  const { width: inner, height: tall } = (map ? plot : plot.querySelector(".main-svg")).getBoundingClientRect();
  const width = Math.round(Math.max(inner, NARROWEST)) + 2 * EDGE, room = width - 2 * EDGE;
  const page = element("svg", { xmlns: SVG, role: "img", "font-family": FAMILY, style: "font-variant-numeric: tabular-nums" });
  page.setAttributeNS("http://www.w3.org/2000/xmlns/", "xmlns:xlink", XLINK);
  page.append(element("title", {}, `${said.title} · ${said.basis}`));
  const ground = element("rect", { x: 0, y: 0, width, fill: "#FFFFFF" });
  page.append(ground);
  let at = write(page, said.title, EDGE, EDGE - 4, room, { size: 18, weight: 700 });
  const label = said.sample ? Math.ceil(widthOf(said.sample, 13, 700)) + 12 : 0;
  if (label) {
    page.append(element("rect", { x: EDGE + 0.5, y: at + 0.5, width: label, height: 19, rx: 3, fill: "#FFF3D6", stroke: "#E3B65B" }));
    page.append(element("text", { x: EDGE + 6.5, y: at + 14.5, "font-size": 13, "font-weight": 700, fill: "#6B4100" }, said.sample));
  }
  at = write(page, said.basis, EDGE + (label && label + 8), at + 1, room - (label && label + 8), { size: 13 });
  at = write(page, said.note, EDGE, at + 2, room, { size: 12.5, colour: MUTED }) + 6;
  const chart = element("g", {});
  chart.append(map ? photographed(plot, inner, tall) : drawn(plot));
  chart.setAttribute("transform", `translate(${Math.round((width - inner) / 2)} ${at})`);
  page.append(chart);
  at = write(page, said.legend, EDGE, at + Math.ceil(tall) + 8, room, { size: 12, colour: MUTED });
  at = write(page, said.definition, EDGE, at + 2, room, { size: 12, colour: MUTED, most: 3 });
  at = write(page, said.place, EDGE, at + 2, room, { size: 12, weight: 700, colour: MUTED });
  const height = at + EDGE - 4;
  ground.setAttribute("height", height);
  for (const [name, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}` })) page.setAttribute(name, value);
  return { page, width, height };
}

function dataAddress(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

const fonts = {};
function font(weight) {
  fonts[weight] ??= fetch(FILES[weight]).then((answer) => {
    if (!answer.ok) throw new Error(`${FILES[weight]}: ${answer.status}`);
    return answer.blob();
  }).then((blob) => dataAddress(new Blob([blob], { type: "font/woff2" }))).catch((error) => { delete fonts[weight]; throw error; });
  return fonts[weight];
}

/* The house font goes into the file: a picture can load nothing, and not every computer has Chinese signs. The file to take away
   has the regular weight only (2.6 MB; programs thicken it themselves), the one that becomes a PNG both. */
async function written(page, weights) {
  const faces = await Promise.all(weights.map(async (weight) =>
    `@font-face { font-family: 'Renewal Sans'; font-weight: ${weight}; src: url(${await font(weight)}) format('woff2'); }`));
  page.prepend(element("style", {}, faces.join("\n")));
  return new Blob(['<?xml version="1.0" encoding="UTF-8"?>\n', new XMLSerializer().serializeToString(page)], { type: "image/svg+xml" });
}

async function painted(svg, width, height) {
  const address = URL.createObjectURL(svg);
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = width * SCALE;
    canvas.height = height * SCALE;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob((png) => (png ? resolve(png) : reject(new Error("no picture"))), "image/png"));
  } finally {
    URL.revokeObjectURL(address);
  }
}

/* The chart as a file of a form, 'svg' or 'png'. said: what renewal/ui.py says of it (Picture). */
export async function picture(plot, said, form) {
  await Promise.all(Object.keys(FILES).map((weight) => document.fonts.load(`${weight} 16px 'Renewal Sans'`, said.title)));
  const { page, width, height } = composed(plot, said);
  return form === "svg" ? written(page, [400]) : painted(await written(page, [400, 700]), width, height);
}
