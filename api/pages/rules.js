// 规则与核实情况: every rule with its figures by area, and stopping or restarting it by who may.
import { ask, byId, el, forget, login, loginForm } from "./hub.js";
import { newKey } from "./outbox.js";

const STATUS = {open: "待核实", lead: "待网格长裁定", closed: "已核实", stopped: "规则已停用"};
const KINDS = {living: "居住情况", registration: "户籍登记", identity: "身份信息", ownership: "产权", use: "房屋使用", address: "地址", other: "其他"};
const percent = share => share === null ? "—" : (100 * share).toFixed(0) + "%";
const interval = f => `${percent(f.low)}～${percent(f.high)}`;

const made = (tag, text, kind) => el(tag, kind ? { class: kind } : {}, text === undefined || text === null ? null : String(text));
const put = (parent, ...children) => (parent.append(...children), parent);
const tell = (error) => byId("told").replaceChildren(error ? error.message : "");

function leave() {
  forget();
  byId("shown").hidden = byId("logout").hidden = true;
  byId("login").hidden = false;
}

function bar(f) {
  const whole = made("span", null, "bar"), range = made("i"), point = made("u");
  whole.title = `属实率 ${percent(f.share)}，95% 区间 ${interval(f)}；红线为 50%`;
  range.style.left = 100 * f.low + "%"; range.style.width = 100 * (f.high - f.low) + "%";
  point.style.left = 100 * f.share + "%";
  return f.judged ? put(whole, range, point, made("s")) : made("small", "尚无结论");
}
function tag(f) { return made("span", f.state_label || f.state, "tag " + (f.state === "running" ? "ok" : "bad")); }
function areaOf(f) { return f.area_name || f.area; }

function decideButton(rule, f) {
  const cell = made("td");
  if (!f.may_decide) return cell;
  const decision = f.state === "running" ? "stopped" : "restarted", word = decision === "stopped" ? "停用" : "恢复";
  const button = made("button", word);
  button.dataset.area = f.area;
  button.onclick = () => { cell.replaceChildren(decideForm(rule, f, decision, word)); cell.querySelector("input").focus(); };
  return put(cell, button);
}
function decideForm(rule, f, decision, word) {
  const form = made("form"), reason = made("input"), key = newKey();  // one key: sending again doubles nothing
  reason.placeholder = `为什么${word}（不写姓名和号码）`; reason.required = true; reason.maxLength = 500; reason.setAttribute("aria-label", "理由");
  form.onsubmit = async event => {
    event.preventDefault();
    try {
      await ask("POST", `/v1/rules/${rule.rule}/decisions`, {key, area: f.area, decision, reason: reason.value});
      await show(rule.rule);
      document.querySelector(`details[open] button[data-area="${f.area}"]`)?.focus();
    } catch (error) { tell(error); }
  };
  return put(form, reason, made("button", `${word}：今夜起生效`));
}
function figures(rule) {
  const table = made("table"), head = made("tr");
  ["地区", "属实 / 有结论", "属实率", "95% 区间", "未定论", "走访", "状态", ""].forEach(word => head.append(made("th", word)));
  table.append(head);
  rule.figures.forEach(f => {
    const share = put(made("td"), bar(f), f.judged ? " " + percent(f.share) : "");
    const state = put(made("td"), tag(f));
    table.append(put(made("tr"), made("td", areaOf(f)), made("td", `${f.confirmed} / ${f.judged}`), share,
      made("td", f.judged ? interval(f) : "—"), made("td", f.other), made("td", f.visits), state, decideButton(rule, f)));
  });
  return put(made("div", null, "wide"), table);
}
function facts(rule) {
  const list = made("dl"), pairs = [["目的", rule.purpose], ["依据", rule.legal_basis], ["归口", rule.owner], ["证据", Object.values(rule.evidence).join("、")]];
  Object.entries(rule.parameters).forEach(([name, value]) => pairs.push(["参数", `${name} = ${value}`]));
  if (rule.error) pairs.push(["未运行", rule.error]);
  pairs.forEach(([word, value]) => put(list, made("dt", word), made("dd", value)));
  return list;
}
function decisions(rule) {
  const list = made("ul");
  rule.decisions.forEach(d => list.append(made("li",
    `${new Date(d.decided_at).toLocaleString("zh-CN")} ${d.decided_by} 在${areaOf(d)}${d.decision === "stopped" ? "停用" : "恢复"}：${d.reason}`)));
  return list;
}
function card(rule, open) {
  const whole = made("details"), head = made("summary"), mine = rule.figures[rule.figures.length - 1];
  const found = Object.entries(rule.findings).map(([status, n]) => `${STATUS[status] || status} ${n}`).join(" · ") || "没有疑点";
  put(head, made("b", rule.title), made("small", rule.severity_label + " · " + rule.place_label), made("span", found));
  if (mine) put(head, bar(mine), tag(rule.figures.find(f => f.state !== "running") || mine));
  if (rule.error) head.append(made("span", "未运行", "tag bad"));
  whole.open = open;
  return put(whole, head, made("p", rule.meaning), facts(rule), figures(rule), decisions(rule));
}
function missed(m) {
  if (!m.visited) return "抽查：还没有走访过无疑点的房屋，规则漏掉多少尚不知道。";
  const kinds = Object.entries(m.kinds).map(([kind, n]) => `${KINDS[kind] || kind} ${n}`).join("、");
  return `抽查：${m.visited} 处无疑点的房屋中 ${m.missed} 处有规则没有发现的问题，占 ${percent(m.share)}（95% 区间 ${interval(m)}）${kinds ? "：" + kinds : ""}。`;
}
async function show(opened) {
  try {
    const said = await ask("GET", "/v1/rules"), which = byId("which").value;
    tell(null);
    byId("missed").textContent = missed(said.missed); byId("release").textContent = said.release;
    const wanted = said.items.filter(rule => which === "stopped" ? rule.figures.some(f => f.state !== "running") : which !== "open" || rule.findings.open);
    const broken = Object.entries(said.broken).map(([name, why]) => made("p", `规则文件 ${name} 无法读取：${why}`, "bad"));
    byId("rules").replaceChildren(...broken, ...wanted.map(rule => card(rule, rule.rule === opened)));
    byId("login").hidden = true; byId("shown").hidden = byId("logout").hidden = false;
  } catch (error) {
    if (error.status === 401) leave(); else tell(error);
  }
}
loginForm(byId("login"), show, tell);
byId("logout").onclick = async () => {
  await ask("POST", "/v1/logout").catch(tell);
  leave();
};
byId("which").onchange = () => show();
if (login()) show(); else leave();
