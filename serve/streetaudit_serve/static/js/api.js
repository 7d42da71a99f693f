// The JSON API: every changing request carries the session's token.

const token = document.querySelector("meta[name=csrf]")?.content ?? "";

/** An answer that is no success; `problem` is the RFC 9457 body. */
export class ApiError extends Error {
  constructor(status, problem) {
    super(problem?.detail ?? `HTTP ${status}`);
    this.status = status;
    this.problem = problem;
  }
}

async function call(path, options) {
  const answer = await fetch(`/api/v1${path}`, { credentials: "same-origin", ...options });
  const body = answer.status === 204 ? null : await answer.json().catch(() => null);
  if (!answer.ok) throw new ApiError(answer.status, body);
  return body;
}

export const get = (path) => call(path, { headers: { Accept: "application/json" } });

export function post(path, body) {
  const headers = { "X-CSRF-Token": token, Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  return call(path, { method: "POST", headers, body: body === undefined ? undefined : JSON.stringify(body) });
}

/** A request that outlives the page. */
export function beacon(path) {
  navigator.sendBeacon(`/api/v1${path}`, new URLSearchParams({ csrf: token }));
}

export const evidenceUrl = (key) => `/evidence/${key.split("/").map(encodeURIComponent).join("/")}`;
