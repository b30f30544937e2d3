// Checks Weir's tag on a request at the origin. Only Node's own modules.
//
//   import { tagKey, verify } from "./weir-tag.mjs";
//   const key = tagKey("the tenant's secret");
//   verify(key, method, authority, path, headers, Date.now());   // null, or why the tag is not to be believed
//
// `path` is path and query as the client sent them; `headers` has lower-case names, as Node's `request.headers`.
// Run this file to check it against vector.json.

import { createHmac, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";

/** The key that signs tags. It can be given to an origin without the secret. */
export function tagKey(secret) {
  return createHmac("sha256", secret).update("weir-tag-1").digest();
}

/** `null` where the tag is to be believed, else why not. */
export function verify(key, method, authority, path, headers, nowMs, leewayMs = 60_000) {
  const match = /^t=([0-9]{1,20}),v1=([0-9a-f]{64})$/.exec(headers["x-weir-signature"] ?? "");
  if (match === null) return "malformed";
  const names = ["x-weir-score", "x-weir-class", "x-weir-reasons", "x-weir-bundle"];
  const parts = ["weir-tag-1", match[1], method, authority, path, ...names.map((name) => headers[name] ?? ""), "end"];
  if (parts.some((part) => part.includes("\n"))) return "wrong";
  const made = createHmac("sha256", key).update(parts.join("\n"), "latin1").digest();
  if (!timingSafeEqual(made, Buffer.from(match[2], "hex"))) return "wrong";
  return Math.abs(Number(match[1]) - nowMs) > leewayMs ? "stale" : null;
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const v = JSON.parse(readFileSync(new URL("vector.json", import.meta.url), "utf8"));
  const key = tagKey(v.secret);
  const check = (method, headers, time) => verify(key, method, v.authority, v.path, headers, time);
  const results = [
    [check(v.method, v.headers, v.time), null],
    [check(v.method, v.headers, v.time + 60_001), "stale"],
    [check("GET", v.headers, v.time), "wrong"],
    [check(v.method, { ...v.headers, "x-weir-score": "1" }, v.time), "wrong"],
    [check(v.method, {}, v.time), "malformed"],
  ];
  for (const [found, expected] of results) {
    if (found !== expected) throw new Error(`${found} in place of ${expected}`);
  }
  console.log("the tag of vector.json is believed, and no change of it");
}
