// 统一认证登录: to the provider, and back from it with a code. The secret of a login stays in this tab.
import { ask, byId, keepLogin } from "./hub.js";

const SECRET = "hub.sign-on";
const given = new URLSearchParams(location.search);

async function begin() {
  const { url, secret } = await ask("POST", "/v1/oidc/begin");
  sessionStorage.setItem(SECRET, secret);
  location.assign(url);
}

async function finish() {
  const secret = sessionStorage.getItem(SECRET) ?? "-"; // of another tab or site: the state will not fit
  sessionStorage.removeItem(SECRET);
  history.replaceState(null, "", location.pathname); // the code leaves the address, and its history
  const answer = await ask("POST", "/v1/oidc/finish", { code: given.get("code"), state: given.get("state"), secret });
  const duties = await keepLogin(answer);
  location.replace(duties.length ? "/account" : "/worklist");
}

function failed(error) {
  byId("told").textContent = error.message;
  byId("told").className = "notice bad";
}

if (given.has("error")) failed(new Error("统一认证没有成功，请重试或用密码登录。"));
else (given.has("code") ? finish() : begin()).catch(failed);
