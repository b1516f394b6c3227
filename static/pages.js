/* Runs on every rerun of a page; sets itself up once. */
if (!window.renewalPages) {
  window.renewalPages = true;
  window.renewalGo = (address) => {
    history.pushState({}, "", address);
    window.dispatchEvent(new PopStateEvent("popstate", { state: {} }));
    document.querySelector("[data-testid='stMain']")?.scrollTo(0, 0);
  };
  /* A link to another page of the dashboard: tell the app, as the browser's back button does, instead of loading anew. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest(".stHtml a[href^='/'], [data-testid='stHtml'] a[href^='/']");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    const address = link.getAttribute("href");
    if (/^\/(login|logout|password)\b/.test(address)) return;  /* pages of the door, not of the app */
    event.preventDefault();
    window.renewalGo(address);
  });
  /* The menu at the heading of a chart (renewal/ui.py, take_menu): open until something else is done. What belongs to it is the next
     of its kind in the page, before another heading. */
  const behind = (menu, kind) => {
    const found = [...document.querySelectorAll(`.heading, ${kind}`)];
    const next = found[found.indexOf(menu.closest(".heading")) + 1];
    return next?.matches(kind) ? next : null;
  };
  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll(".take[open]")) if (!menu.contains(except)) menu.open = false;
  };
  document.addEventListener("focusin", (event) => closeMenus(event.target));
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector(".take[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  document.addEventListener("click", async (event) => {
    closeMenus(event.target);
    const item = event.target.closest && event.target.closest("[data-take]");
    if (!item) return;
    const menu = item.closest(".take"), said = JSON.parse(menu.dataset.said), problem = menu.querySelector("output");
    problem.textContent = "";
    try {
      if (item.dataset.take === "xlsx") behind(menu, "[class*='st-key-chart_file_'] button").click();
      else {
        item.setAttribute("aria-busy", "true");
        const { picture } = await import(menu.dataset.module);
        const link = document.createElement("a");
        link.href = URL.createObjectURL(await picture(behind(menu, ".js-plotly-plot, [data-testid='stDeckGlJsonChart'] canvas"), said, item.dataset.take));
        link.download = `${said.name}.${item.dataset.take}`;
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 60000);
      }
      if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
      menu.open = false;
    } catch (error) {
      console.error(error);
      problem.textContent = said.failed;
    }
    item.removeAttribute("aria-busy");
  });
  /* A row of a table opens what its link opens; marking text in it does not. */
  document.addEventListener("click", (event) => {
    const row = event.target.closest && event.target.closest("tr[data-href]");
    if (!row || event.target.closest("a") || event.button !== 0 || String(getSelection()) !== "") return;
    if (event.ctrlKey || event.metaKey || event.shiftKey) window.open(row.dataset.href);
    else window.renewalGo(row.dataset.href);
  });
  /* Paper: charts keep the size they have on screen and the page is made smaller as a whole, in width for every page,
     and for a page that is meant for one sheet (the overview) in height too. */
  const PAPER = { width: 1058, height: 670 };  /* A4 landscape less 8 mm margins (static/frame.css) less slack for what the browser lays out anew, in px at 96 dpi */
  window.addEventListener("beforeprint", () => {
    const page = document.querySelector("[data-testid='stMainBlockContainer']");
    if (!page) return;
    page.style.width = page.clientWidth + "px";
    /* Streamlit stacks columns on paper: they are held at the width they have on screen. */
    for (const column of page.querySelectorAll("[data-testid='stColumn']"))
      column.style.cssText += `flex: none; width: ${column.offsetWidth}px;`;
    document.documentElement.classList.add("printing");
    const byWidth = PAPER.width / page.scrollWidth;
    const oneSheet = page.querySelector(".finding.one-sheet");
    page.style.zoom = oneSheet ? Math.min(byWidth, PAPER.height / page.scrollHeight) : byWidth;
  });
  window.addEventListener("afterprint", () => {
    const page = document.querySelector("[data-testid='stMainBlockContainer']");
    document.documentElement.classList.remove("printing");
    if (!page) return;
    page.style.width = page.style.zoom = "";
    for (const column of page.querySelectorAll("[data-testid='stColumn']")) column.style.flex = column.style.width = "";
  });
}
