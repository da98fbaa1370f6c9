"use strict";
(() => {
  const root = document.documentElement;
  const $ = (selector, from = document) => from.querySelector(selector);
  const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];
  const UNREACHED = "This did not reach Signpost. Check that it is running, then try again.";

  // What is kept in the browser: the theme and how much was read. Never a message.
  const kept = {
    get(name) { try { return JSON.parse(localStorage.getItem("signpost:" + name)); } catch { return null; } },
    set(name, value) { try { localStorage.setItem("signpost:" + name, JSON.stringify(value)); } catch { /* private window */ } },
  };

  // Theme: the system's, until a person chooses.
  const system = matchMedia("(prefers-color-scheme: dark)");
  const dark = () => (kept.get("theme") ?? (system.matches ? "dark" : "light")) === "dark";
  const paint = () => {
    root.dataset.theme = dark() ? "dark" : "light";
    const button = $("#theme");
    if (!button) return;
    const other = dark() ? "Light theme" : "Dark theme";
    $("span", button).textContent = other;
    button.setAttribute("aria-label", other);
  };
  paint();
  system.addEventListener("change", paint);
  // As in the style sheet: from here on both sides share one pane.
  const narrow = matchMedia("(max-width: 860px)");

  const logOf = (stream) => $(`[data-stream="${CSS.escape(stream)}"]`) || $(`[data-notes="${CSS.escape(stream)}"]`);
  const visible = (log) => log && log.offsetParent !== null && document.visibilityState === "visible";
  let mark = "";
  let source = null;

  // Live: entries arrive by number, and an older one never overwrites a newer one.
  function fragment(html) {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    return holder.content.firstElementChild;
  }
  function put(event) {
    const logs = $$(`[data-stream="${CSS.escape(event.stream)}"], [data-notes="${CSS.escape(event.stream)}"]`);
    logs.forEach((log) => {
      const old = $$(":scope > .item", log).find((one) => one.id === event.id);
      if (old && Number(old.dataset.seq) >= event.seq) return;
      // What was typed in another tab does not come under the hands of somebody who types in this one.
      if (old && event.typed && $(".form[data-touched]", old)) return;
      const fresh = fragment(event.html);
      // What this page has sent itself comes back: its button keeps the focus, and the press that is under way.
      if (old && event.typed && isAsTyped(old, fresh)) { old.dataset.seq = event.seq; return; }
      // Of a server that was started again what its page still shows is not known: it would stand there twice.
      const name = !old && fresh.dataset.name;
      const twins = name ? $$(":scope > .item", log).filter((one) => one.dataset.name === name) : [];
      const away = [old, ...twins].some((one) => one?.contains(document.activeElement));
      twins.forEach((one) => { hold(one); one.remove(); });
      if (old) { hold(old); old.replaceWith(fresh); }
      else place(log, fresh, event.after);
      follows(fresh);
      if (!refilled(fresh) && away) focusOn(fresh);
      if (!old && visible(log) && !writing(log)) reveal(fresh);
      veil(log, $("[data-hides]", fresh));
    });
    reachable();
  }
  // On a phone the facts of a card scroll: by the keyboard too.
  function reachable() {
    const scrolls = narrow.matches;
    $$(".card .facts").forEach((facts) => scrolls ? facts.tabIndex = 0 : facts.removeAttribute("tabindex"));
  }
  function place(log, fresh, after) {
    const card = after && $$(":scope > .item", log).find((one) => one.id === after);
    if (card) card.after(fresh);
    else if (!after) log.append(fresh);
  }
  // Nobody's form slides away under their hands because a message came.
  const writing = (log) => document.activeElement?.closest(".form")?.closest(".log") === log;
  function drop(event) {
    const gone = $$(`[data-stream="${CSS.escape(event.stream)}"] > .item, [data-notes="${CSS.escape(event.stream)}"] > .item`);
    gone.filter((one) => one.id === event.id).forEach((one) => { hold(one); leaves(one); one.remove(); });
  }
  // Words that were typed since the last save, and the cursor, go over into the same form when it comes anew.
  const held = new Map();
  // Several forms of one case bear its reference, and several people have the same form.
  const nameOf = (form) => `${form.closest(".pane").dataset.user} ${stepOf(form)}`;
  function hold(item) {
    for (const form of $$(".form", item)) {
      const at = form.contains(document.activeElement) ? document.activeElement : null;
      const fields = form.dataset.touched || isRefused(form) ? filled(form) : null;
      if (fields || at) held.set(nameOf(form), { fields, refused: !form.dataset.touched, name: at?.name, from: at?.selectionStart, to: at?.selectionEnd });
    }
  }
  // Where no form takes the place of one that came back, and nothing was pressed here, another page has sent it.
  let dropped = { under: "", refused: [] };
  const leaves = (item) => { dropped = { under: item.dataset.under, refused: $$(".form", item).filter((form) => !form.dataset.touched && isRefused(form)).map(nameOf) }; };
  function follows(item) {
    if (dropped.under !== item.dataset.under) return;
    if (!$(".form", item) && !$(".busy")) dropped.refused.forEach((name) => held.delete(name));
    dropped = { under: "", refused: [] };
  }
  // It came back with what was sent: an empty one that is opened over it gets those words, but no receipt code.
  const isRefused = (form) => !form.elements.code && !form.dataset.sent && form.dataset.action !== "journey.submit" && isFilled(form);
  const isFilled = (form) => Object.values(filled(form)).flat().some(Boolean);
  // Of a form beside a report nothing is kept elsewhere: until its writer is chosen again its words wait in this page alone.
  const isUnsaved = (form) => form.dataset.touched && form.dataset.action !== "journey.submit";
  function leave(pane) {
    for (const form of $$(".form", pane).filter(isUnsaved)) held.set(nameOf(form), { fields: filled(form), left: true });
  }
  const isAsTyped = (old, fresh) => {
    const [was, is] = [old, fresh].map((item) => $(".form", item));
    return was && is && stepOf(was) === stepOf(is) && JSON.stringify(filled(was)) === JSON.stringify(filled(is));
  };
  const stepOf = (form) => `${form.dataset.action} ${form.dataset.value}`;
  // Whether the cursor is where it was.
  function refilled(item) {
    const form = $(".form", item);
    const was = form && held.get(nameOf(form));
    if (!was) return false;
    held.delete(nameOf(form));
    if (was.fields && !(was.refused && isFilled(form))) {
      for (const field of form.elements) {
        const given = was.fields[field.name] || [];
        if (field.type === "radio" || field.type === "checkbox") field.checked = given.includes(field.value);
        else if (field.name) field.value = given[0] || "";
      }
      touched(form);
    }
    const field = was.name && form.elements[was.name];
    if (!field?.focus) return false;
    field.focus({ preventScroll: true });
    if (Number.isInteger(was.from)) field.setSelectionRange(was.from, was.to);
    return true;
  }
  // What comes while a pane is read afresh may be newer than the pane: it is put into that one as well.
  const readings = new Set();
  function apply(event) {
    readings.forEach((came) => came.push(event));
    if (event.name === "put") put(event);
    else if (event.name === "drop") drop(event);
    else if (event.name === "total") counted(event.of, event.count);
    else if (event.name === "mark") mark = event.mark;
    else if (event.name === "hello") greeted(event.mark);
  }
  // Bring an entry into sight with the question above it; where it is too long, its beginning.
  function reveal(item) {
    const scroll = item.closest(".scroll");
    if (!scroll) return;
    const asked = item.previousElementSibling;
    const first = asked?.matches(".item-own") && asked.offsetHeight < scroll.clientHeight / 3 ? asked : item;
    const top = first.offsetTop - 14;
    const want = Math.min(top, item.offsetTop + item.offsetHeight + 18 - scroll.clientHeight);
    if (want > scroll.scrollTop || top < scroll.scrollTop) scroll.scrollTop = want;
  }
  function focusOn(item) {
    const target = $(".errors", item) || $(".message", item);
    if (target) target.focus({ preventScroll: true });
  }
  function toEnd(pane) {
    $$(".scroll", pane).forEach((scroll) => { scroll.style.scrollBehavior = "auto"; scroll.scrollTop = scroll.scrollHeight; scroll.style.scrollBehavior = ""; });
  }

  // Connection: after a gap the panes are read afresh, unless a half-filled form would be lost.
  function connect() {
    if (source) source.close();
    const who = new URLSearchParams(people());
    source = new EventSource("/playground/events?" + who);
    source.onmessage = (message) => apply(JSON.parse(message.data));
    source.onopen = () => offline("");
    source.onerror = () => offline("Connection lost. Trying again.");
  }
  function offline(text) {
    const line = $("#offline");
    if (line.textContent !== text) line.textContent = text;
    line.hidden = !text;
  }
  async function greeted(now) {
    if (mark && mark !== now) {
      // What did not go through stays to be pressed again: an alert that vanished would seem to be sent.
      const undone = $$(".problem").some((line) => !line.hidden);
      const busy = undone || $$(".form[data-touched]").length > 0 || document.activeElement?.closest(".form");
      if (busy) offline("There may be newer messages. Reload the page when you have finished this form.");
      else for (const side of ["staff", "leader"]) await refresh(side);
    }
    mark = now;
  }
  const people = () => {
    const staff = $("#staff-pane").dataset.user || "";
    const me = $("#leader-pane").dataset.user || "";
    const tab = $('[data-tab][aria-selected="true"]')?.dataset.tab || "flt";
    return { staff, me, tab };
  };
  async function refresh(side, query = people()) {
    const came = [];
    readings.add(came);
    const answer = await fetch(`/playground/pane/${side}?` + new URLSearchParams(query)).catch(() => null);
    const html = answer?.ok ? await answer.text().catch(() => "") : "";
    readings.delete(came);
    if (!html) return offline("Connection lost. Trying again.");
    const old = $(`#${side}-pane`), fresh = fragment(html.trim()), box = $(".composer textarea", fresh);
    const same = old.dataset.user === fresh.dataset.user;
    if (box && same) box.value = $(".composer textarea", old)?.value || "";
    if (same) $$(".item", old).forEach(hold);
    else leave(old);
    // A person who is about to choose somebody else goes on choosing.
    const choosing = $(".picker[open]", old), held = choosing?.contains(document.activeElement);
    if (choosing && same) $(".picker", fresh).open = true;
    // A tab that was turned meanwhile stays as it was turned.
    const turned = side === "leader" && people().tab;
    old.replaceWith(fresh);
    if (held) $(".picker summary", fresh).focus();
    if (turned) turn(turned);
    $$(".item", fresh).forEach(refilled);
    came.forEach(apply);
    history.replaceState(null, "", "?" + new URLSearchParams(people()));
    toEnd($(`#${side}-pane`));
    badges();
  }

  // What is unread, by conversation.
  const totals = {};
  function counted(stream, count) {
    const fresh = stream in totals && count > totals[stream];
    totals[stream] = count;
    if (fresh && !visible(logOf(stream))) announce(stream);
    badges();
  }
  function announce(stream) {
    const link = $(`[data-choose][data-user="${CSS.escape(stream.slice(3))}"] .who b`);
    const where = stream === "flt" ? "the FLT channel" : link ? link.textContent : "someone";
    $("#announce").textContent = `New message for ${where}`;
  }
  function badges() {
    reachable();
    const seen = kept.get("seen") || {};
    for (const [stream, count] of Object.entries(totals)) {
      if (visible(logOf(stream)) || (seen[stream] || 0) > count) seen[stream] = count;
    }
    kept.set("seen", seen);
    const unread = (stream) => Math.max(0, (totals[stream] || 0) - (seen[stream] || 0));
    $$("[data-unread]").forEach((badge) => show(badge, unread(badge.dataset.unread)));
    $$(".picker").forEach((picker) => {
      const others = $$("a:not([aria-current]) [data-unread]", picker);
      show($("[data-unread-others]", picker), others.reduce((sum, one) => sum + unread(one.dataset.unread), 0));
    });
    show($('[data-unread-side="staff"]'), unread("dm:" + people().staff));
    show($('[data-unread-side="leader"]'), (logOf("flt") ? unread("flt") : 0) + unread("dm:" + people().me));
  }
  function show(badge, count) {
    if (!badge) return;
    badge.hidden = !count;
    badge.textContent = count > 99 ? "99+" : String(count);
    badge.setAttribute("aria-label", `${count} new`);
  }

  // Sending: one act has one id; the same act tried again keeps it.
  const tries = new Map();
  function eventFor(act) {
    const key = JSON.stringify(act);
    if (!tries.has(key)) tries.set(key, crypto.randomUUID());
    return [key, tries.get(key)];
  }
  // What stands in a form is kept while it is typed, and before anything else is sent.
  const SAVED_AFTER_MS = 400, TRIED_AGAIN_MS = 3000;
  const saving = new Map();
  function touched(form) {
    form.dataset.touched = "1";
    if (form.dataset.action !== "journey.submit") return;
    clearTimeout(saving.get(form));
    saving.set(form, setTimeout(() => save(form), SAVED_AFTER_MS));
  }
  async function save(form) {
    clearTimeout(saving.get(form));
    saving.delete(form);
    if (!form.isConnected) return;
    const found = await send(actOf(form.closest(".item"), "typed", { value: form.dataset.value, fields: filled(form) }));
    if (saving.has(form)) return;
    if (found.error) saving.set(form, setTimeout(() => save(form), TRIED_AGAIN_MS));
    else delete form.dataset.touched;
  }
  const saved = () => Promise.all([...saving.keys()].map(save));
  // Its words go with the press itself.
  function carried(item) {
    for (const form of $$(".form", item)) {
      clearTimeout(saving.get(form));
      saving.delete(form);
      delete form.dataset.touched;
      form.dataset.sent = "1";
    }
  }
  async function send(act) {
    if (act.kind !== "typed") await saved();
    const [key, event] = eventFor(act);
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify({ ...act, event });
    const keepalive = act.kind === "typed";
    const answer = await fetch("/playground/send", { method: "POST", headers, body, keepalive }).catch(() => null);
    if (!answer) return { error: UNREACHED };
    const found = await answer.json().catch(() => null);
    if (!found) return { error: UNREACHED };
    if (answer.ok || answer.status < 500) tries.delete(key);
    if (found.events) found.events.forEach(apply);
    return found;
  }
  const well = (text) => (text.toWellFormed ? text.toWellFormed() : text);
  function problem(holder, text) {
    const line = $(":scope > .problem", holder) || $(".problem", holder);
    if (!line) return;
    line.textContent = text || "";
    line.hidden = !text;
    // Below a long card nobody would see that nothing was sent.
    if (text) line.scrollIntoView({ block: "nearest" });
  }
  function shown(events, away) {
    const bot = (events || []).filter((event) => event.name === "put" && !event.id.startsWith("own-"));
    const first = bot.length && document.getElementById(bot[0].id);
    if (!first) return;
    reveal(first);
    // What came by the other connection before this answer may be typed into by now: its cursor stays.
    if (away && ($(".errors", first) || !first.contains(document.activeElement))) focusOn(first);
  }

  // A button or a form on a card.
  async function press(item, act, button) {
    if (item.dataset.busy) return;
    item.dataset.busy = "1";
    const buttons = $$("button", item).filter((one) => !one.disabled);
    buttons.forEach((one) => { one.disabled = true; });
    button.classList.add("busy");
    problem($(".item-main", item), "");
    carried(item);
    const found = await send(act);
    delete item.dataset.busy;
    buttons.forEach((one) => { one.disabled = false; });
    button.classList.remove("busy");
    if (found.error) {
      problem($(".item-main", item), found.error);
      $$(".form", item).forEach(touched);
      button.focus();
      return;
    }
    shown(found.events, true);
    if (document.activeElement !== document.body) return;
    const card = document.getElementById(act.card);
    if (button.isConnected) button.focus();
    else if (card) focusOn(card);
  }
  function actOf(item, kind, more) {
    const log = item.closest(".log");
    const place = log.dataset.stream === "flt" ? "flt" : "dm";
    const user = item.closest(".pane").dataset.user;
    return { user, place, kind, card: item.dataset.under || item.id, ...more };
  }
  // What nobody picks any more is told too: left out, it would stand as it was kept before.
  function filled(form) {
    const fields = Object.fromEntries([...form.elements].filter((one) => one.name).map((one) => [one.name, []]));
    for (const [name, value] of new FormData(form)) fields[name].push(well(value));
    return fields;
  }
  // Of a half-filled date a browser tells nothing: it would be lost as if nobody had filled it in.
  function halves(form) {
    const dates = $$("[type=datetime-local]", form), half = dates.filter((field) => field.validity.badInput);
    for (const field of dates) {
      const line = document.getElementById(field.id + "-half"), wrong = half.includes(field);
      if (line.hidden !== wrong) continue;
      line.hidden = !wrong;
      field.closest(".field").classList.toggle("field-wrong", wrong);
      const told = (field.getAttribute("aria-describedby") || "").split(" ").filter((id) => id && id !== line.id);
      field.setAttribute("aria-describedby", [...told, ...(wrong ? [line.id] : [])].join(" "));
      field.setAttribute("aria-invalid", String(wrong));
    }
    half[0]?.focus();
    half[0]?.closest(".field").scrollIntoView({ block: "nearest" });
    return half.length > 0;
  }
  // One of several that may stay empty: what was picked by a slip is taken back.
  function clear(button) {
    const choices = $$("input", button.closest("fieldset"));
    choices.forEach((one) => { one.checked = false; });
    choices[0].focus();
    touched(button.form);
  }
  // A way out of a question takes the words with it that stand in its form.
  function typed(item, button) {
    const form = $("form", item);
    return form && button.dataset.action.startsWith("journey.") ? { fields: filled(form) } : {};
  }

  // The composer.
  async function say(form, text) {
    const box = $("textarea", form);
    const button = $(".send", form);
    if (!text.trim() || button.disabled) return;
    const user = form.dataset.user;
    const log = logOf("dm:" + user);
    button.disabled = true;
    problem(form, "");
    box.value = "";
    const waiting = setTimeout(() => wait(log, true), 250);
    const found = await send({ user, place: "dm", kind: "said", text: well(text) });
    clearTimeout(waiting);
    wait(log, false);
    button.disabled = false;
    if (found.error) { problem(form, found.error); if (!box.value) box.value = text; }
    else shown(found.events, false);
    box.focus();
  }
  function wait(log, on) {
    $(".waiting", log.parentElement)?.remove();
    if (!on) return;
    const dots = fragment('<div class="waiting" aria-hidden="true"><i></i><i></i><i></i></div>');
    log.after(dots);
    log.parentElement.scrollTop = log.parentElement.scrollHeight;
  }
  // The permanent row: its answer comes in the private conversation.
  async function atDesk(button) {
    const pane = button.closest(".pane"), row = button.closest(".desk");
    if (row.dataset.busy) return;
    row.dataset.busy = "1";
    if (pane.id === "leader-pane") tab("dm");
    button.classList.add("busy");
    const { desk: action, value } = button.dataset;
    const found = await send({ user: pane.dataset.user, place: "dm", kind: "pressed", card: "", action, value });
    button.classList.remove("busy");
    delete row.dataset.busy;
    problem(row, found.error);
    if (!found.error) shown(found.events, true);
  }
  async function refuseFile(pane) {
    const form = $(".composer", pane);
    if (!form) return;
    if (pane.id === "leader-pane") tab("dm");
    const found = await send({ user: form.dataset.user, place: "dm", kind: "file", text: "" });
    if (found.error) problem(form, found.error);
    else shown(found.events, true);
  }

  // Tabs and sides.
  function select(tabs, chosen) {
    tabs.forEach((one) => {
      one.setAttribute("aria-selected", String(one === chosen));
      one.tabIndex = one === chosen ? 0 : -1;
    });
  }
  function turn(name) {
    const tabs = $$("[data-tab]");
    if (!tabs.length) return;
    select(tabs, tabs.find((one) => one.dataset.tab === name));
    $("#view-flt").hidden = name !== "flt";
    $("#view-dm").hidden = name !== "dm";
  }
  function tab(name) {
    turn(name);
    history.replaceState(null, "", "?" + new URLSearchParams(people()));
    toEnd($("#view-" + name));
    badges();
  }
  function side(name) {
    const tabs = $$("[data-side]");
    select(tabs, tabs.find((one) => one.dataset.side === name));
    $(".panes").dataset.show = name;
    toEnd($(`#${name}-pane`));
    badges();
  }
  async function choose(link) {
    const which = link.dataset.choose;
    // What was typed last goes with the conversation that is left.
    await saved();
    const pane = which === "staff" ? "staff" : "leader";
    await refresh(pane, { ...people(), [which]: link.dataset.user });
    connect();
    $(".picker", $(`#${pane}-pane`)).open = false;
    $(".picker summary", $(`#${pane}-pane`)).focus();
  }

  function clicked(event) {
    const target = event.target.closest("button, a, summary");
    $$(".picker[open]").forEach((one) => { if (!one.contains(event.target)) one.open = false; });
    if (!target) return;
    const item = target.closest(".item");
    // The second click of a double click would answer the next question, which has taken this one's place.
    if (event.detail > 1 && item && target.matches("button")) { event.preventDefault(); return; }
    if (target.dataset.choose) { event.preventDefault(); choose(target); }
    else if (target.dataset.tab) tab(target.dataset.tab);
    else if (target.dataset.goto) tab(target.dataset.goto);
    else if (target.dataset.side) side(target.dataset.side);
    else if (target.dataset.desk) atDesk(target);
    else if (target.dataset.ask) say($(".composer", target.closest(".pane")), target.dataset.ask);
    else if (target.id === "theme") { kept.set("theme", dark() ? "light" : "dark"); paint(); }
    else if ("clear" in target.dataset) clear(target);
    else if (item && "dismiss" in target.dataset) press(item, actOf(item, "dismissed"), target);
    else if (item && target.dataset.action) press(item, actOf(item, "pressed", { action: target.dataset.action, value: target.dataset.value, ...typed(item, target) }), target);
  }
  function submitted(event) {
    event.preventDefault();
    const form = event.target;
    if (form.classList.contains("composer")) { say(form, $("textarea", form).value); return; }
    if (halves(form)) return;
    const item = form.closest(".item");
    const { action, value } = form.dataset;
    press(item, actOf(item, "submitted", { action, value, fields: filled(form) }), $("[type=submit]", form));
  }
  function keyed(event) {
    if (event.key === "Escape") {
      const open = $$(".picker[open]");
      open.forEach((one) => { one.open = false; $("summary", one).focus(); });
      if (!open.length) hide();
    }
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target.matches(".composer textarea")) {
      event.preventDefault();
      say(event.target.form, event.target.value);
    }
    if (event.key === "Tab" && event.shiftKey && event.target.matches(".composer textarea")) {
      // Back from the box to what was just answered, and not through every button of it.
      const newest = $$(".message", event.target.form.previousElementSibling).at(-1);
      if (newest) { event.preventDefault(); newest.focus(); }
    }
    const turn = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (turn && event.target.matches("[role=tab]")) {
      const tabs = $$("[role=tab]", event.target.parentElement);
      const next = tabs[(tabs.indexOf(event.target) + turn + tabs.length) % tabs.length];
      next.focus();
      next.click();
    }
  }
  // Words that are typed and not sent go with the conversation, and come back with it, to their writer alone.
  const veiled = new Map();
  function veil(log, hides) {
    const form = $("#staff-pane .composer"), box = form && $("textarea", form);
    if (!box || logOf("dm:" + form.dataset.user) !== log) return;
    const { user } = form.dataset, before = veiled.get(user) || "";
    if (hides && box.value) {
      veiled.set(user, [before, box.value].filter(Boolean).join("\n"));
      box.value = "";
    } else if (before && !box.value && !log.dataset.hidden && !$("[data-hides]", log)) {
      box.value = before;
      veiled.delete(user);
    }
  }
  // At once, whatever the network does: then told, so that it stays hidden.
  async function hide() {
    const form = $("#staff-pane .composer"), log = form && logOf("dm:" + form.dataset.user);
    if (!log || !(log.childElementCount || $("textarea", form).value.trim())) return;
    if ($(":scope > .item:last-child [data-hides]", log)) return;
    log.dataset.hidden = "1";
    veil(log, true);
    const found = await send({ user: form.dataset.user, place: "dm", kind: "pressed", action: "screen.hide" });
    if (found.error) problem(form, found.error);
    else { delete log.dataset.hidden; shown(found.events, true); }
  }
  function files(event) {
    const carried = event.dataTransfer || event.clipboardData;
    return carried && [...carried.types].includes("Files");
  }

  document.addEventListener("DOMContentLoaded", () => {
    mark = $('meta[name="signpost-mark"]').content;
    paint();
    toEnd(document);
    history.replaceState(null, "", "?" + new URLSearchParams(people()));
    document.addEventListener("click", clicked);
    document.addEventListener("submit", submitted);
    document.addEventListener("keydown", keyed);
    document.addEventListener("input", (event) => { const form = event.target.closest(".form"); if (form) touched(form); });
    document.addEventListener("visibilitychange", badges);
    addEventListener("pagehide", saved);
    // Of a form beside a report nothing is kept while one types: the browser asks before it is gone.
    addEventListener("beforeunload", (event) => {
      if ($$(".form").some(isUnsaved) || [...held.values()].some((was) => was.left)) event.preventDefault();
    });
    addEventListener("resize", badges);
    reachable();
    // A file is never read here: only that one was brought is told, so that the right advice comes.
    for (const name of ["dragover", "drop", "paste"]) {
      document.addEventListener(name, (event) => {
        if (!files(event)) return;
        event.preventDefault();
        const pane = event.target.closest?.(".pane");
        if (name !== "dragover" && pane) refuseFile(pane);
      });
    }
    connect();
  });
})();
