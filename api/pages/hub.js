// What every page needs: who is logged in, asking the API, making elements. Nothing here writes HTML from text.
// The login lives in this tab only (sessionStorage) and ends with it.
const LOGIN = "hub.login";

/** Makes an element; every text becomes text, never markup. */
export function el(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "class") made.className = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name in made && name !== "list" && name !== "form") made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

export const byId = (id) => document.getElementById(id);

export function login() {
  return JSON.parse(sessionStorage.getItem(LOGIN) ?? "null");
}

export function forget() {
  sessionStorage.removeItem(LOGIN);
}

const WORDS = {
  0: "现在连不上，稍后会再试", 400: "填写有误", 401: "用户名或密码不对，或登录已过期", 403: "您的角色不能这样做",
  404: "没有，或不在您的辖区", 409: "已有结论，或证据已变，请重新查看", 410: "数据已更新，请重新查看", 413: "内容太长",
  422: "填写有误", 429: "尝试过多，请稍后再试", 503: "系统暂时不可用",
};

// the answer names what comes first
const FIRST = {
  code: "请输入手机验证器应用上的动态码", password: "请先在“我的账号”（/account）修改密码",
  second_factor: "请先在“我的账号”（/account）启用动态码",
};

/** What the API answered where it is no success; `status` 0 where it could not be reached. */
export class Refused extends Error {
  constructor(status, problem = {}) {
    const where = (problem.errors ?? []).map((error) => `${error.where}: ${error.expected}`).join("; ");
    const said = [problem.where, problem.detail, where || problem.remedy].filter(Boolean).join(" – ");
    const first = [401, 403].includes(status) ? FIRST[problem.where] : undefined;
    const words = WORDS[status] ?? "系统出错";
    super(first ?? (said ? `${words}（${said}）` : words));
    this.status = status;
    this.where = problem.where;
  }
}

export async function ask(method, path, body) {
  const headers = {};
  const who = login();
  if (who) headers.Authorization = `Bearer ${who.token}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Refused(0);
  }
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, said);
  return said;
}

/** Keeps the login that the API has opened; returns what its user has to do first. */
export async function keepLogin({ access_token: token }) {
  sessionStorage.setItem(LOGIN, JSON.stringify({ token }));
  const { username, role, duties } = await ask("GET", "/v1/me");
  sessionStorage.setItem(LOGIN, JSON.stringify({ token, username, role }));
  return duties;
}

/** Makes a login form work: it asks for a code where one is needed, and leads to the account where something comes first. */
export function loginForm(form, done, failed) {
  const code = form.querySelector(".code");
  ask("GET", "/v1/oidc").then(({ enabled }) => enabled && form.append(el("a", { href: "/signed-in" }, "统一认证登录")), () => {});
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const given = new FormData(form);
    try {
      const duties = await keepLogin(await ask("POST", "/v1/login", Object.fromEntries(given)));
      form.reset();
      code.hidden = true;
      if (duties.length && location.pathname !== "/account") location.assign("/account");
      else await done();
    } catch (error) {
      if (error.where === "code") {
        code.hidden = false;
        code.querySelector("input").focus();
      }
      failed(error);
    }
  });
}

/** The day it is here, as an input of type date has it. */
export function today(now = new Date()) {
  const two = (number) => String(number).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
