// Answers as text and Markdown, and the clipboard.

import { words } from "./frames.js";

const LONGEST_TEXT = 20_000;

/** Return an answer as text: the text that was sent with the original frames, or a list of frames. */
export function asText(answer, traces) {
  return answer.text ?? traces.map((frames) => frames.map(frameLine).join("\n")).join("\n\n");
}

/** Return an answer as Markdown: what asText says, and why frames are not mapped. */
export function asMarkdown(answer, traces) {
  const text = answer.text && answer.text.length <= LONGEST_TEXT ? answer.text : asText({}, traces);
  const reasons = new Map(traces.flat().filter((frame) => !frame.mapped && !frame.benign && frame.explanation)
    .map((frame) => [`${frame.code} ${frame.explanation.cause}`, frame]));
  const fence = "`".repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map((found) => found[0].length + 1)));
  const lines = [fence, text.replace(/\n+$/, ""), fence];
  for (const { code, explanation } of reasons.values()) {
    lines.push("", `**${words(code)}**: ${oneLine(explanation.cause)}.${explanation.advice ? ` ${oneLine(explanation.advice)}.` : ""}`);
  }
  return `${lines.join("\n")}\n`;
}

/** Put a text into the clipboard; where the page may not, by a selection. */
export async function copy(text) {
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "outside";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("the browser does not allow it");
}

function frameLine(frame) {
  return frame.function === null ? `    at ${frame.place}` : `    at ${frame.function} (${frame.place})`;
}

const oneLine = (text) => text.replace(/[\r\n]+/g, " ");
