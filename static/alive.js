/* On every page: what a browser window needs to outlive the connection it was opened with. Sets itself up once. */
if (!window.renewalAlive) {
  window.renewalAlive = true;
  /* A page that the browser kept aside and brings back has lost its connection for good. */
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  /* Cut off for a while (a server started anew, a machine that slept): where the server answers again, load the page again. */
  let since = 0;
  setInterval(async () => {
    const state = document.querySelector("[data-testid='stApp']")?.dataset.testConnectionState;
    if (!state || state === "CONNECTED") { since = 0; return; }
    since ||= Date.now();
    if (Date.now() - since < 8000) return;
    const answer = await fetch("/healthz").catch(() => null);
    if (answer?.ok) { since = Date.now(); location.reload(); }
  }, 2000);
}
