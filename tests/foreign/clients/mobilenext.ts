// A client of Mobile Next: `node mobilenext.js BASE_URL TOKEN`.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "../generated/mobilenext.js";
import { data, refusal, commandLine } from "./answers.js";

const [baseUrl, token] = commandLine();
const api = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });

// Every page of a list.
const rows: components["schemas"]["Session"][] = [];
let before: string | undefined;
do {
  const page = data(await api.GET("/api/v1/sessions", { params: { query: { before } } }));
  rows.push(...page.data);
  before = page.nextCursor ?? undefined;
} while (before);
assert(rows.length > 100);
assert.equal(new Set(rows.map((row) => row.id)).size, rows.length);

// The session whose device is held.
const [held] = rows;
assert.equal(held.releasedAt, null);
const path = { sessionId: held.id };
const read = data(await api.GET("/api/v1/sessions/{sessionId}", { params: { path } }));
assert.deepEqual(read, held);
assert.equal(read.device.osVersion, "18.3");

// Another organization than the key's own has it not.
const header = { "X-Organization-Id": "org_lighthouse" };
const elsewhere = refusal(await api.GET("/api/v1/sessions/{sessionId}", { params: { path, header } }), 404);
assert.equal(elsewhere.error.code, "not_found");

// What the contract does not allow does not compile. Nobody calls this.
export async function wrong() {
  // @ts-expect-error: a limit is a number
  await api.GET("/api/v1/sessions", { params: { query: { limit: "100" } } });
  // @ts-expect-error: the session's id has another name
  await api.GET("/api/v1/sessions/{sessionId}", { params: { path: { id: held.id } } });
  // @ts-expect-error: a device has no such member
  return read.device.version;
}
