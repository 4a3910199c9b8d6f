// Keeps a page current without reloading: fragments that the server sends replace their parts,
// and ages count on. Without this file every page reads the same, as of when it was loaded.
"use strict";

(() => {
  const AGES_EVERY_MS = 5000;
  // A server whose seats are taken has readers ask again after five seconds; that is no outage.
  const AWAY_AFTER_MS = 7000;
  const drawn = new Map();

  const inWords = (seconds) => {
    for (const [size, unit] of [[86400, "d"], [3600, "h"], [60, "min"]]) {
      if (seconds >= size) return `${Math.round(seconds / size)} ${unit}`;
    }
    return `${Math.round(seconds)} s`;
  };

  const countOn = () => {
    for (const time of document.querySelectorAll("time[data-age], time[data-lag]")) {
      const seconds = Math.max(0, (Date.now() - Date.parse(time.dateTime)) / 1000);
      const words = inWords(seconds);
      time.textContent = "lag" in time.dataset ? words : seconds < 1 ? "just now" : `${words} ago`;
    }
  };

  // Where a focused element is found again after its part was replaced.
  const placeOf = (part) => {
    const focused = document.activeElement;
    if (!focused || !part.contains(focused)) return null;
    const href = focused.getAttribute("href");
    return href ? `a[href="${CSS.escape(href)}"]` : null;
  };

  const replace = (part, fresh) => {
    const place = placeOf(part);
    part.replaceWith(fresh);
    if (place) fresh.querySelector(place)?.focus({ preventScroll: true });
  };

  const draw = (root, html) => {
    const sent = document.createElement("template");
    sent.innerHTML = html;
    const fresh = [...sent.content.querySelectorAll("[id^=part-]")];
    const known = fresh.every((part) => root.querySelector(`#${part.id}`));
    const gone = [...root.querySelectorAll("[id^=part-]")].length !== fresh.length;
    if (!known || gone) {
      root.replaceChildren(sent.content);
    } else {
      for (const part of fresh) {
        const text = part.outerHTML;
        if (drawn.get(part.id) !== text) replace(root.querySelector(`#${part.id}`), part);
        drawn.set(part.id, text);
      }
    }
    countOn();
  };

  // Says in words when the page no longer follows, and is silent again once it does.
  const watch = (source, root) => {
    const said = document.createElement("p");
    said.className = "away";
    said.setAttribute("role", "status");
    root.before(said);
    let since = null;
    let timer = null;
    const say = () => {
      const next = source.readyState === EventSource.CLOSED ? "reload the page" : "trying again";
      said.textContent = `Not live since ${since}: ${next}.`;
    };
    source.onerror = () => {
      if (said.textContent) say();
      if (since) return;
      since = new Date().toLocaleTimeString("en-GB");
      timer = setTimeout(say, AWAY_AFTER_MS);
    };
    source.onopen = () => {
      clearTimeout(timer);
      since = null;
      said.textContent = "";
    };
  };

  const follow = (root) => {
    const source = new EventSource(root.dataset.live);
    watch(source, root);
    source.onmessage = (message) => {
      // A selection would vanish under the reader's hand; the next change brings all of it.
      const selected = document.getSelection();
      if (selected && !selected.isCollapsed && root.contains(selected.anchorNode)) return;
      draw(root, message.data);
    };
    addEventListener("pagehide", () => source.close());
    // A page that comes back from the history is as old as it was left.
    addEventListener("pageshow", (shown) => shown.persisted && location.reload());
  };

  setInterval(countOn, AGES_EVERY_MS);
  for (const root of document.querySelectorAll("[data-live]")) follow(root);
})();
