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
}
