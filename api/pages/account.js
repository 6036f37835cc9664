// 我的账号: change the password, a second factor from enrolment to removal, end logins elsewhere.
// Secret and recovery codes are on the screen only, and gone with it.
import { ask, byId, el, forget, login, loginForm } from "./hub.js";

const DUTIES = { password: "请先修改密码，再使用其他功能。", second_factor: "您的角色须先启用动态码，再使用其他功能。" };

function tell(text, bad = false) {
  byId("told").textContent = text;
  byId("told").className = text ? `notice ${bad ? "bad" : "ok"}` : "";
}

function failed(error) {
  if (error.status === 401 && login() && !error.where) {
    ask("GET", "/v1/me").catch(() => { forget(); start(); }); // a wrong password, or the login has ended
  }
  tell(error.message, true);
}

/** A form whose content goes to the API; `done` gets the answer. */
function form(id, path, done, check = () => "") {
  byId(id).addEventListener("submit", async (event) => {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(event.target));
    const wrong = check(given);
    if (wrong) return tell(wrong, true);
    delete given.again;
    try {
      const answer = await ask("POST", path, given);
      event.target.reset();
      await done(answer);
    } catch (error) { failed(error); }
  });
}

async function start() {
  const isOpen = Boolean(login());
  byId("login").hidden = isOpen;
  byId("account").hidden = byId("who").hidden = !isOpen;
  if (isOpen) await show().catch(failed);
}

async function show() {
  const me = await ask("GET", "/v1/me");
  byId("username").textContent = me.username;
  byId("enrol").hidden = me.second_factor;
  byId("remove").hidden = !me.second_factor;
  byId("confirm").hidden = true;
  if (me.duties.length) tell(DUTIES[me.duties[0]], true);
  const { items } = await ask("GET", "/v1/me/sessions");
  byId("sessions").replaceChildren(...items.map(line));
}

function line(session) {
  const since = new Date(session.opened_at).toLocaleString("zh-CN");
  const end = () => ask("DELETE", `/v1/me/sessions/${session.id}`).then(show, failed);
  const button = el("button", { type: "button", "aria-label": `结束 ${since} 从 ${session.address} 的登录`, onclick: end }, "结束");
  return el("li", {}, `${since} · ${session.address} `, session.current ? "（本机）" : button);
}

loginForm(byId("login"), () => { tell(""); start(); }, failed);
form("password", "/v1/me/password", async () => { tell("密码已修改，其他设备上的登录已结束。"); await show(); },
  (given) => (given.new === given.again ? "" : "两次输入的新密码不一样。"));
form("enrol", "/v1/me/totp", ({ uri, secret }) => {
  byId("uri").href = uri;
  byId("secret").textContent = secret;
  byId("enrol").hidden = true;
  byId("confirm").hidden = false;
  tell("");
});
form("confirm", "/v1/me/totp/confirm", async (answer) => {
  byId("uri").removeAttribute("href");
  byId("secret").textContent = "";
  byId("codes").replaceChildren(...answer.recovery_codes.map((code) => el("li", {}, el("code", {}, code))));
  byId("recovery").hidden = false;
  tell("动态码已启用，下次登录时请填写。");
  await show();
});
form("remove", "/v1/me/totp/remove", async () => { byId("recovery").hidden = true; tell("动态码已停用。"); await show(); });
byId("logout").addEventListener("click", async () => {
  await ask("POST", "/v1/logout").catch(() => {});
  forget();
  byId("codes").replaceChildren();
  byId("recovery").hidden = true;
  tell("");
  start();
});
start();
