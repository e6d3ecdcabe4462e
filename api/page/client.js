// Calls of the server's JSON routes.

/** A refusal of the server, or its silence: `title` and `advice` are for people. */
export class Refusal extends Error {
  constructor(title, detail = "", advice = "", retry = true) {
    super(title);
    Object.assign(this, { title, detail, advice, retry });
  }
}

const POLL_S = 5;

/** Map the frames of a trace.  `noted` is told the id of the job once it is known; returns its answer and id. */
export async function mapTrace(body, signal, noted) {
  const headers = { "Content-Type": "application/json" };
  const reply = await call("trace?timeout=0", { method: "POST", headers, body: JSON.stringify(body), signal });
  const id = reply.answer.request_id ?? reply.id;
  noted(id);
  return reply.answer.status === "pending" ? traceOf(id, signal) : { ...reply, id };
}

/** Wait for the answer of a trace. */
export async function traceOf(id, signal) {
  for (;;) {
    const reply = await call(`trace/${encodeURIComponent(id)}?timeout=${POLL_S}`, { signal });
    if (reply.answer.status !== "pending") return { ...reply, id };
  }
}

/** Return how the deployment is. */
export async function status(signal) {
  return (await call("status", { signal })).answer;
}

async function call(target, options) {
  let response, answer;
  try {
    response = await fetch(target, { cache: "no-store", ...options });
    answer = await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal("The server does not answer.", "", "Is it running, and is this machine connected? Nothing was lost: try again.");
  }
  if (!response.ok) throw refusal(response, answer.error ?? "");
  return { answer, id: response.headers.get("X-Request-Id") };
}

function refusal(response, detail) {
  const wait = response.headers.get("Retry-After");
  switch (response.status) {
    case 404:
      return new Refusal("This answer is gone.", "", "Results are kept for an hour, unless the operator says otherwise. Paste the trace again.", false);
    case 413:
      return new Refusal("The text is too large.", detail, "Send the part of the log that has the stack trace.", false);
    case 422:
      return detail.startsWith("trace: no frame")
        ? new Refusal("No stack frame was found in this text.", "",
            "A frame is a line with a file, a line and a column, such as `at f (https://host/app.min.js:1:870)` or `f@https://host/app.min.js:1:870`. Screenshots and error messages alone have none: copy the whole stack trace, e.g. `error.stack`.", false)
        : new Refusal("The server does not take this.", detail, "", false);
    case 503:
      return new Refusal(
        detail.includes("job store") ? "The service can't reach its Redis server, so no job can be run." : "The service takes nothing more at the moment.",
        detail, `${detail.includes("job store") ? "Tell whoever operates it: `unmangle doctor` says what is wrong. " : ""}Try again${wait ? ` in ${wait} s` : ""}.`);
    default:
      return new Refusal(`The server answered ${response.status}.`, detail);
  }
}
