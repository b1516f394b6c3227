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
    event.preventDefault();
    window.renewalGo(link.getAttribute("href"));
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
