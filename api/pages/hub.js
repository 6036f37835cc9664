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

/** What the API answered where it is no success; `status` 0 where it could not be reached. */
export class Refused extends Error {
  constructor(status, problem = {}) {
    const where = (problem.errors ?? []).map((error) => `${error.where}: ${error.expected}`).join("; ");
    const said = [problem.where, problem.detail, where || problem.remedy].filter(Boolean).join(" – ");
    const words = WORDS[status] ?? "系统出错";
    super(said ? `${words}（${said}）` : words);
    this.status = status;
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

export async function logIn(username, password) {
  const answer = await ask("POST", "/v1/login", { username, password });
  sessionStorage.setItem(LOGIN, JSON.stringify({ token: answer.access_token, username }));
  const me = await ask("GET", "/v1/me");
  sessionStorage.setItem(LOGIN, JSON.stringify({ token: answer.access_token, username, role: me.role }));
}

/** The day it is here, as an input of type date has it. */
export function today(now = new Date()) {
  const two = (number) => String(number).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
