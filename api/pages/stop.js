// One stop: its findings with meaning and evidence, its tickets, and the form in which a verdict is written.
import { ask, el, today } from "./hub.js";

const SAW = ["confirmed", "wrong", "moved"]; // verdicts of who saw something: only they carry values
const WALKS = [["nobody_home", "无人在家"], ["refused", "拒绝配合"], ["impossible", "无法走访"]];

export function address(stop) {
  if (!stop.address) return "地址不明";
  const parts = [[stop.building_no, "号楼"], [stop.entrance_no, "单元"], [stop.room_no, "室"]];
  const door = parts.filter(([number]) => number !== null).map(([number, word]) => `${number}${word}`).join("");
  return `${stop.estate ?? ""}${door}` || stop.address;
}

/** `hub` has release, send(path, body, about), failed(error), pending(about). */
export function stopView(stop, hub) {
  const about = { stop: stop.stop_id, label: address(stop) };
  return el("div", {},
    el("p", {}, stop.address ?? "", stop.assigned ? ` · 派给 ${stop.assigned.username}` : ""),
    stop.place === "door" ? walks(stop, hub, about) : null,
    ...stop.findings.map((finding) => findingView(finding, hub, { ...about, finding: finding.finding_id })),
    stop.tickets.length ? ticketsView(stop.tickets) : null);
}

/** Nobody seen: one walk for all that waits here. */
function walks(stop, hub, about) {
  if (hub.pending(about)) return el("p", { class: "notice" }, "本次走访等待送出。");
  const go = (outcome, label) => hub.send("/v1/visits", {
    stop_id: stop.stop_id, release: hub.release, kind: "finding", outcome, visited_at: new Date().toISOString(),
  }, { ...about, label: `${about.label}：${label}`, leave: true });
  return el("div", { class: "row", role: "group", "aria-label": "没有见到人" },
    ...WALKS.map(([outcome, label]) => el("button", { type: "button", onclick: () => go(outcome, label) }, label)));
}

function findingView(finding, hub, about) {
  const { evidence_labels: labels, evidence_value_labels: words } = finding;
  const facts = Object.entries(finding.evidence ?? {}).map(([name, value]) => [labels[name] ?? name, words[name] ?? value]);
  const more = el("div", {}, el("p", {}, "正在取证据……"));
  const view = el("article", { id: `f-${finding.finding_id}` },
    el("h3", {}, el("span", { class: `tag ${finding.severity}` }, finding.severity_label ?? ""), finding.title,
      finding.status === "lead" ? "（待网格长裁定）" : ""),
    el("p", {}, finding.meaning ?? ""),
    finding.person_name ? el("p", {}, `当事人：${finding.person_name}`) : null,
    pairs(facts), more);
  const missing = (error) => {
    more.replaceChildren(el("p", { class: "bad" }, "证据暂时取不到，稍后再试。"));
    hub.failed(error);
  };
  const file = ask("GET", `/v1/findings/${finding.finding_id}`);
  file.then((found) => more.replaceChildren(...fileView(found, finding, hub, about))).catch(missing);
  return view;
}

/** Says what became of a finding's verdict, in place of its form; the rest of the stop stays as it is. */
export function settle(findingId, said) {
  document.querySelector(`#f-${findingId} form, #f-${findingId} .notice`)?.replaceWith(el("p", { class: "notice ok" }, said));
}

function fileView(file, finding, hub, about) {
  const rows = file.evidence_rows.map((row) => el("li", {},
    `${row.source_label ?? row.source}，${row.stated_on}，${row.file_name ?? row.delivery_id} 第 ${row.row_no} 行`,
    pairs((row.value ?? []).map((said) => [said.label, said.value_label ?? said.value]))));
  const said = file.verdicts.map((verdict) => el("li", {},
    `${verdict.seen_on} ${verdict.given_by}：${verdict.verdict_label}（${verdict.reason_code_label}）`));
  const waits = hub.pending(about) ? el("p", { class: "notice" }, "结论等待送出。") : null;
  const form = waits ?? verdictForm(file, finding, hub, about);
  return [
    el("details", {}, el("summary", {}, `依据（${rows.length} 行）`), el("ul", {}, ...rows)),
    said.length ? el("details", {}, el("summary", {}, `已有结论（${said.length}）`), el("ul", {}, ...said)) : null,
    form,
  ].filter(Boolean);
}

function pairs(facts) {
  return el("dl", {}, ...facts.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, text(value))]));
}

function text(value) {
  if (Array.isArray(value)) return value.map(text).join("、");
  if (value === null || value === undefined || value === "") return "（无）";
  return typeof value === "boolean" ? (value ? "是" : "否") : String(value);
}

function ticketsView(tickets) {
  const limit = (ticket) => ` 限 ${ticket.due_at.replace("T", " ").slice(0, 16)} 前`;
  const due = (ticket) => (ticket.overdue ? el("strong", { class: "bad" }, " 已超期") : limit(ticket));
  const what = (ticket) => `${ticket.request_class_label ?? ""}${ticket.repeat_of ? "（重复诉求）" : ""}`;
  return el("article", {}, el("h3", {}, "12345 未办结工单"), el("ul", {}, ...tickets.map((ticket) => el("li", {},
    `${ticket.reported_at.slice(0, 10)} ${what(ticket)}：${ticket.content ?? ""}`, due(ticket)))));
}

/** The verdict is about the evidence that `file` shows, so it names that release. */
function verdictForm({ asks, release }, finding, hub, about) {
  const named = (label) => `${label}-${finding.finding_id}`; // of several forms on one page
  const choices = asks.verdicts.map(({ code, label }) => el("label", {},
    el("input", { type: "radio", name: "verdict", value: code, required: true }), ` ${label}`));
  const corrected = asks.doubts.filter((doubt) => doubt.entity_id).map((doubt) => valueField(doubt));
  const seen = el("fieldset", { hidden: true }, el("legend", {}, "实际情况（见到什么填什么，可不填）"), ...corrected);
  const form = el("form", { "aria-label": `${finding.title} 的结论` },
    el("fieldset", {}, el("legend", {}, "结论"), ...choices),
    corrected.length ? seen : null,
    select("reason_code", "原因", asks.reasons), select("proof", "凭什么", asks.proofs),
    el("label", {}, "哪天看到的", el("input", { type: "date", name: "seen_on", value: today(), max: today(), required: true })),
    el("label", { for: named("note") }, "备注（不写证件号和电话）"),
    el("textarea", { id: named("note"), name: "note", maxLength: 2000, rows: 2 }),
    el("button", { class: "main" }, "提交结论"));
  form.addEventListener("change", () => {
    const chosen = new FormData(form).get("verdict");
    seen.hidden = !SAW.includes(chosen);
    form.elements.note.required = form.elements.reason_code.value === "other";
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(form));
    const values = seen.hidden ? [] : asks.doubts
      .filter((doubt) => given[`${doubt.entity}.${doubt.attribute}`]?.trim())
      .map((doubt) => ({ entity: doubt.entity, entity_id: doubt.entity_id, attribute: doubt.attribute,
        value: given[`${doubt.entity}.${doubt.attribute}`].trim() }));
    const label = asks.verdicts.find(({ code }) => code === given.verdict).label;
    hub.send(`/v1/findings/${finding.finding_id}/verdicts`, {
      release, verdict: given.verdict, reason_code: given.reason_code, proof: given.proof,
      seen_on: given.seen_on, note: given.note, values,
    }, { ...about, label: `${about.label} ${finding.title}：${label}` });
    form.replaceWith(el("p", { class: "notice" }, "结论等待送出。"));
  });
  return form;
}

function select(name, label, choices) {
  return el("label", {}, label, el("select", { name, required: true }, el("option", { value: "" }, "请选择"),
    ...choices.map((choice) => el("option", { value: choice.code }, choice.label))));
}

function valueField(doubt) {
  const name = `${doubt.entity}.${doubt.attribute}`;
  if (!doubt.codes) return el("label", {}, doubt.label, el("input", { name, maxLength: 200, autocomplete: "off" }));
  return el("label", {}, doubt.label, el("select", { name }, el("option", { value: "" }, "不填"),
    ...doubt.codes.map((choice) => el("option", { value: choice.code }, choice.label))));
}
