// The Worker's door. What decides is in the module; what waits for the origin is here, so that a trap in the module harms no
// request but its own: the others' promises are JavaScript's, and live on.

import * as weir from "./index.js";
import { share } from "./share.mjs";

// Members of request.cf that are shown. Any of them may be missing.
const FACTS = ["httpProtocol", "tlsVersion", "tlsCipher", "asn", "asOrganization", "country", "clientAcceptEncoding"];

const LOOKED_AT = ["content-length", "set-cookie", "etag", "last-modified", "location"];

// A trap happened: the module is begun anew before the next request.
let broken = false;
// Whether a candidate may look: one that trapped may not, as long as this isolate lives.
let looks = true;
// Traps where nobody waits: in a task of the module's own.
addEventListener("error", () => { broken = true; });

export default {
  fetch(request, env, context) {
    // Whatever else fails, the request goes to the origin as it came.
    context.passThroughOnException();
    try {
      if (broken) {
        weir.__wbg_reset_state();
        broken = false;
      }
      const served = weir.fetch(head(request), request, env, context, finish);
      if (looks) look();
      share(weir, call, env, context);
      return served;
    } catch (error) {
      trapped(error);
      return fetch(unforged(request));
    }
  },
};

// Everything that is known of a request, as one text: method and URL, then name and value by turns. Names that start with a
// colon are request.cf's. Reading it piece by piece from the module costs three times as much.
function head(request) {
  let text = request.method + "\n" + request.url;
  const cf = request.cf;
  if (cf) {
    for (const name of FACTS) text += fact(name, cf[name]);
    const bots = cf.botManagement;
    if (bots) text += fact("ja4", bots.ja4) + fact("ja3", bots.ja3Hash);
  }
  for (const [name, value] of request.headers) text += "\n" + name + "\n" + value;
  return text;
}

function fact(name, value) {
  if (value === undefined || value === null) return "";
  const text = String(value);
  return text.includes("\n") ? "" : "\n:" + name + "\n" + text;
}

// What the module asks for: waits, then answers or forwards, and tells what the origin answered.
async function finish(request, due, wait, answer) {
  if (wait) await scheduler.wait(wait);
  if (answer) return answer;
  let response;
  try {
    response = await fetch(request);
  } catch (error) {
    console.error("weir: the origin gave no answer: " + error);
  }
  try {
    if (due) weir.settle(due, response ? response.status : 0, response ? lines(response.headers, due < 0) : "");
    return response ?? weir.answer_for_origin(request.headers.get("content-type") ?? "");
  } catch (error) {
    trapped(error);
    return response ?? new Response("the origin gave no answer\n", { status: 503 });
  }
}

// An answer's headers as name and value by turns: all of them where the request was a login, else those that behaviour is read from.
function lines(headers, all) {
  let text = "";
  if (all) {
    for (const [name, value] of headers) text += name + "\n" + value + "\n";
    return text;
  }
  for (const name of LOOKED_AT) {
    const value = headers.get(name);
    if (value !== null) text += name + "\n" + value + "\n";
  }
  return text;
}

// What comes of a candidate harms no request: this one is served.
function look() {
  try {
    weir.look();
  } catch (error) {
    looks = false;
    trapped(error);
    console.error("weir: the candidate trapped, and is not tried in this isolate any more");
  }
}

// Runs what is the module's, between requests; nothing where it trapped.
function call(work) {
  try {
    return broken ? undefined : work();
  } catch (error) {
    trapped(error);
  }
}

function trapped(error) {
  broken = true;
  console.error("weir: " + (error?.stack ?? error));
}

// The request without headers that only Weir may send. The module does the same; this is for when it cannot.
function unforged(request) {
  const forged = [...request.headers.keys()].filter((name) => /^x[-_]weir/i.test(name));
  if (forged.length === 0) return request;
  const clean = new Request(request);
  for (const name of forged) clean.headers.delete(name);
  return clean;
}
