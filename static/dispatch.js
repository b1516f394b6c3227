/* Keys of the meeting. Runs on every rerun; sets itself up once and always reads the screen that is shown now. */
if (!window.renewalMeeting) {
  const state = window.renewalMeeting = { digits: "", timer: 0, turned: Date.now(), loaded: Date.now(), wanted: 0, until: 0 };
  /* On the way to another page its screen stands there for a moment: then nothing is turned any more. */
  const shown = () => (location.pathname.endsWith("/dispatch") ? document.querySelector(".screen:not(.paper)") : null);
  const count = () => Number(shown()?.dataset.count || 1);
  const address = () => new URL(location.href);
  const at = () => {
    if (state.wanted && Date.now() < state.until) return state.wanted;
    const asked = Number(address().searchParams.get("screen") || 1);
    return Number.isInteger(asked) ? Math.min(Math.max(asked, 1), count()) : 1;
  };
  /* The history gets no entry per screen: going back leaves the meeting, and days on a wall do not fill it. */
  const visit = (change) => {
    const next = address();
    change(next.searchParams);
    if (next.href === location.href) return;
    history.replaceState({}, "", next);
    window.dispatchEvent(new PopStateEvent("popstate", { state: {} }));
  };
  const set = (params, name, value) => (value ? params.set(name, value) : params.delete(name));
  const turn = (to) => {
    state.turned = Date.now();
    state.wanted = Math.min(Math.max(to, 1), count());
    state.until = Date.now() + 3000;
    go();
  };
  const go = () => visit((p) => { set(p, "screen", state.wanted === 1 ? "" : String(state.wanted)); p.delete("menu"); p.delete("about"); });
  /* Pressed faster than the server answers: an answer that is under way puts its own screen into the address, so the last wish is
     repeated until its screen is there. */
  setInterval(() => {
    if (!state.wanted) return;
    const named = Number(address().searchParams.get("screen") || 1) === state.wanted;
    const there = named && shown()?.dataset.screen === String(state.wanted);
    if (!shown() || there || Date.now() > state.until) state.wanted = 0;
    else if (!named) go();
  }, 120);
  const jump = (typed) => {
    clearTimeout(state.timer);
    state.digits = typed;
    document.querySelector(".jump")?.remove();
    if (!typed) return;
    const mark = document.createElement("div");
    mark.className = "jump";
    mark.textContent = typed;
    document.body.append(mark);
    state.timer = setTimeout(() => { jump(""); turn(Number(typed)); }, 1200);
  };
  const record = () => {
    const screen = shown();
    if (!Number(screen?.dataset.record)) return;
    state.wanted = 0;
    visit((p) => { p.set("screen", screen.dataset.record); p.delete("menu"); set(p, "about", screen.dataset.about); });
    const focus = (tries) => {
      const field = document.querySelector(".st-key-meeting_form textarea, .st-key-meeting_form [class*='st-key-record_what'] input");
      if (field && shown()?.dataset.screen === screen.dataset.record) field.focus();
      else if (tries) setTimeout(() => focus(tries - 1), 100);
    };
    focus(40);
  };
  const typing = (e) => e instanceof Element && (e.matches("input, textarea, select, [contenteditable='true']") || e.closest("[role='listbox'], [role='dialog']"));
  document.addEventListener("keydown", (event) => {
    const screen = shown();
    if (!screen || event.ctrlKey || event.altKey || event.metaKey) return;
    if (typing(event.target)) {
      if (event.key === "Escape") event.target.blur();
      if (event.key !== "PageDown" && event.key !== "PageUp") return;  /* a clicker has no other keys */
      event.target.blur();
    }
    const now = at(), key = event.key;
    const turns = { ArrowRight: now + 1, ArrowDown: now + 1, PageDown: now + 1, " ": now + 1, ArrowLeft: now - 1, ArrowUp: now - 1, PageUp: now - 1, Backspace: now - 1, Home: 1, End: count() };
    if (/^\d$/.test(key)) jump((state.digits + key).slice(0, 3));
    else if (key === "Enter" && state.digits) { const to = Number(state.digits); jump(""); turn(to); }
    else if (key === "Escape" && state.digits) jump("");
    else if (key in turns && !(key === " " && event.target.closest?.("button, a"))) { jump(""); turn(turns[key]); }
    else if (key === "m" || key === "M") visit((p) => set(p, "menu", p.get("menu") ? "" : "yes"));
    else if (key === "Escape") visit((p) => p.delete("menu"));
    else if (key === "n" || key === "N") record();
    else if (key === "t" || key === "T") visit((p) => set(p, "theme", p.get("theme") ? "" : "dark"));
    else if (key === "f" || key === "F") document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();
    else return;
    event.preventDefault();
  }, true);
  /* An unattended wall: the next screen at the chosen pace, data anew with each; after the last screen, now and then, the page too,
     if the server answers, so that nothing piles up in the browser over days. */
  setInterval(async () => {
    const pace = Number(shown()?.dataset.pace || 0);
    if (!pace || address().searchParams.get("menu") || typing(document.activeElement)) return;
    if (Date.now() - state.turned < pace * 1000) return;
    const now = at();
    turn(now >= count() ? 1 : now + 1);
    if (now < count() || Date.now() - state.loaded < 2 * 3600 * 1000) return;
    const answer = await fetch("/healthz").catch(() => null);
    if (answer?.ok) location.reload();
  }, 500);
}
