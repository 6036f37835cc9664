// The worklist: log in, today's stops in order, one stop with its findings. What was written waits in the outbox.
import { Refused, ask, byId, el, forget, login, loginForm } from "./hub.js";
import { Outbox } from "./outbox.js";
import { address, settle, stopView } from "./stop.js";

const PAGE = 50;
const RETRY = 30_000;
let stops = []; // as listed so far
let release = null;
let cursor = null;
let shown = null; // the stop on the screen: it is made once, so that a half-filled form stays
let asked = 0; // the newest question: an answer to an older one is dropped
let outbox = null;

function tell(text, bad = false) {
  byId("told").textContent = text;
  byId("told").className = text ? `notice ${bad ? "bad" : "ok"}` : "";
}

function show(view) {
  for (const id of ["login", "list", "stop"]) byId(id).hidden = id !== view;
  byId("who").hidden = view === "login";
}

function failed(error) {
  if (error instanceof Refused && error.status === 401 && login()) {
    forget();
    start();
  }
  tell(error.message, true);
}

function start() {
  const who = login();
  if (!who?.role) {
    show("login");
    return;
  }
  byId("username").textContent = who.username;
  outbox = new Outbox(sessionStorage, who.username, ask);
  show("list");
  load();
  flush();
}

async function load(more = false) {
  const question = ++asked;
  const wanted = new URLSearchParams([...new FormData(byId("filters"))].filter(([, value]) => value));
  wanted.set("limit", PAGE);
  if (more && cursor) wanted.set("cursor", cursor);
  try {
    const answer = await ask("GET", `/v1/worklist?${wanted}`);
    if (question !== asked) return;
    stops = more ? [...stops, ...answer.items] : answer.items;
    ({ release, next_cursor: cursor } = answer);
    list();
    route();
  } catch (error) {
    if (error.status === 410 && more) load(); // a new release: from the beginning
    else failed(error);
  }
}

function list() {
  byId("list-title").textContent = `今天去哪里（${stops.length}${cursor ? "+" : ""} 处）`;
  byId("more").hidden = !cursor;
  byId("stops").replaceChildren(...stops.map(line));
  if (!stops.length) byId("stops").append(el("li", {}, cursor ? "这一页都已核实，请再看一些。" : "没有待核实的疑点。"));
}

function line(stop) {
  const calls = stop.tickets.length ? `工单 ${stop.tickets.length}` : "";
  const facts = [`疑点 ${stop.findings.length}`, calls, `自 ${stop.since}`, stop.visits ? `已走访 ${stop.visits} 次` : ""];
  const due = stop.assigned?.due_on ? `，${stop.assigned.due_on} 前` : "";
  const given = stop.assigned ? `派给 ${stop.assigned.username}${due}` : "";
  const open = () => { location.hash = `stop=${stop.stop_id}`; };
  return el("li", {}, el("button", { type: "button", class: stop.severity, onclick: open },
    el("span", { class: `tag ${stop.severity}` }, stop.severity_label ?? stop.severity),
    stop.for_lead ? el("span", { class: "tag" }, "待裁定") : null,
    el("span", { class: "where" }, address(stop)), el("br"),
    el("span", {}, stop.findings.map((finding) => finding.title).join("、")), el("br"),
    el("span", { class: "small" }, [...facts, given].filter(Boolean).join(" · "))));
}

/** Shows what the address line names: a stop, or the list. */
function route() {
  if (!login()?.role) return;
  const wanted = location.hash.startsWith("#stop=") ? location.hash.slice(6) : null;
  const stop = stops.find((one) => one.stop_id === wanted);
  if (stop && shown === stop.stop_id) return;
  const came = shown;
  shown = stop?.stop_id ?? null;
  byId("stop-body").replaceChildren();
  show(stop ? "stop" : "list");
  if (stop) {
    byId("stop-title").textContent = address(stop);
    byId("stop-body").append(stopView(stop, { release, send, failed, pending }));
  }
  if (stop || came) byId(stop ? "stop-title" : "list-title").focus();
}

function pending(about) {
  return outbox.entries().some((entry) => entry.about.finding === about.finding && entry.about.stop === about.stop);
}

/** Into the outbox, and on to the hub. */
function send(path, body, about) {
  outbox.put(path, body, about);
  if (about.leave) location.hash = "";
  flush();
}

async function flush() {
  if (!outbox) return;
  waiting();
  try {
    await outbox.flush(acknowledged);
  } catch (error) {
    failed(error);
  }
  waiting();
}

function acknowledged(entry, answer) {
  tell(`已收到：${entry.about.label}`);
  if (!answer.finding) return load(); // a walk: what its verdicts come to is the hub's to say
  const stop = stops.find((one) => one.stop_id === entry.about.stop);
  const stays = answer.finding.status === "open" || (answer.finding.status === "lead" && login()?.role !== "grid_worker");
  settle(entry.about.finding, "结论已收到。");
  if (stop && stays) stop.visits = answer.finding.visits;
  else if (stop) stop.findings = stop.findings.filter((one) => one.finding_id !== entry.about.finding);
  stops = stops.filter((one) => one.findings.length);
  list();
  if (shown && !stops.some((one) => one.stop_id === shown)) location.hash = "";
}

function waiting() {
  const entries = outbox.entries();
  byId("outbox").hidden = !entries.length;
  byId("waiting").replaceChildren(...entries.map((entry) => el("li", {}, `${entry.about.label} `,
    entry.refused ? el("span", { class: "bad" }, `没有被接受：${entry.refused} `) : "等待送出",
    entry.refused ? el("button", { type: "button", onclick: () => takeBack(entry) }, "撤回重填") : null)));
}

function takeBack(entry) {
  outbox.drop(entry.key);
  shown = null; // its form is made again
  waiting();
  load();
}

loginForm(byId("login"), () => {
  tell("");
  start();
}, failed);
byId("logout").addEventListener("click", async () => {
  if (outbox?.entries().length) return tell("还有内容没有送出，请先送出或撤回。", true);
  await ask("POST", "/v1/logout").catch(() => {});
  forget();
  location.hash = "";
  [stops, shown] = [[], null];
  start();
});
byId("filters").addEventListener("change", () => load());
byId("filters").addEventListener("submit", (event) => event.preventDefault());
byId("more").addEventListener("click", () => load(true));
byId("back").addEventListener("click", () => { location.hash = ""; });
byId("resend").addEventListener("click", flush);
window.addEventListener("hashchange", route);
window.addEventListener("online", flush);
window.addEventListener("beforeunload", (event) => { if (outbox?.entries().length) event.preventDefault(); });
setInterval(() => { if (outbox?.entries().some((entry) => !entry.refused)) flush(); }, RETRY);
start();
