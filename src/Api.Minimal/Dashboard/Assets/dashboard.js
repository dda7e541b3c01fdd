// The page works without this file. With it the panels follow the fleet, searching keeps the page in place,
// and a retry does not reload it. Markup always comes rendered (and escaped) from the server.
"use strict";
(() => {
  const live = document.getElementById("live");
  const main = document.getElementById("main");

  // Changes only what differs, so that focus, selection and scroll position survive an update.
  const patch = (from, to) => {
    if (from.nodeType !== to.nodeType || from.nodeName !== to.nodeName) return from.replaceWith(to);
    if (from.nodeType === Node.TEXT_NODE) {
      if (from.data !== to.data) from.data = to.data;
      return;
    }
    if (from.nodeType !== Node.ELEMENT_NODE) return;
    for (const { name } of [...from.attributes]) if (!to.hasAttribute(name)) from.removeAttribute(name);
    for (const { name, value } of to.attributes) if (from.getAttribute(name) !== value) from.setAttribute(name, value);
    // Rows that stand for a job keep their element when others come and go above them.
    const keyed = new Map([...from.children].filter((c) => c.dataset.key).map((c) => [c.dataset.key, c]));
    let at = from.firstChild;
    for (const next of [...to.childNodes]) {
      const known = next.nodeType === Node.ELEMENT_NODE && next.dataset.key ? keyed.get(next.dataset.key) : undefined;
      if (known) {
        if (known !== at) from.insertBefore(known, at);
        else at = at.nextSibling;
        patch(known, next);
      } else if (at && !(at.nodeType === Node.ELEMENT_NODE && at.dataset.key)) {
        const old = at;
        at = at.nextSibling;
        patch(old, next);
      } else {
        from.insertBefore(next, at);
      }
    }
    while (at) {
      const old = at;
      at = at.nextSibling;
      old.remove();
    }
  };

  const parse = (html) => {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content.firstElementChild;
  };

  const show = (state, text) => {
    if (live.dataset.state !== state) live.dataset.state = state;
    if (live.textContent !== text) live.textContent = text;
  };

  const follow = () => {
    const source = new EventSource("/events");
    source.addEventListener("panel", (event) => {
      const next = parse(event.data);
      const old = next && document.getElementById(next.id);
      if (old) patch(old, next);
      show("on", "Live");
    });
    source.addEventListener("alive", () => show("on", "Live"));
    source.onerror = async () => {
      show("off", "Reconnecting");
      if (source.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
      const answer = await fetch("/", { headers: { Accept: "text/html" } }).catch(() => null);
      if (answer?.status === 401) location.reload(); // signed out: the page says how to come back
      else setTimeout(follow, 10000);
    };
  };
  if (live) follow();

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.matches("form[data-retry]")) {
      event.preventDefault();
      const button = form.querySelector("button");
      button.disabled = true;
      button.textContent = "Retrying";
      try {
        const answer = await fetch(form.action, { method: "POST", redirect: "manual" });
        if (answer.type !== "opaqueredirect" && !answer.ok) throw new Error(String(answer.status));
      } catch {
        button.disabled = false;
        button.textContent = "Retry failed, again?";
      }
    } else if (form.matches("form[role=search]")) {
      event.preventDefault();
      await visit("/?" + new URLSearchParams(new FormData(form)), true);
    }
  });

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[role=search]");
    if (form && event.target.name === "mode" && form.elements.q.value.trim()) form.requestSubmit();
  });

  let latest = 0;
  const visit = async (url, push) => {
    const mine = ++latest;
    main.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(url, { headers: { Accept: "text/html" } });
      if (!(answer.headers.get("Content-Type") ?? "").startsWith("text/html")) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (mine !== latest) return;
      if (push) history.pushState(null, "", url);
      document.title = page.title;
      patch(document.getElementById("results"), page.getElementById("results"));
    } catch {
      location.assign(url);
    } finally {
      main.removeAttribute("aria-busy");
    }
  };
  addEventListener("popstate", () => location.reload());

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.nodeName ?? "")) return;
    event.preventDefault();
    document.getElementById("q").focus();
  });
})();
