// A client of Sales Lab: `node saleslab.js BASE_URL TOKEN`.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "../generated/saleslab.js";
import { data, refusal, commandLine } from "./answers.js";

const [baseUrl, token] = commandLine();
const api = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });

// Every page of a list.
const rows: components["schemas"]["Session"][] = [];
let cursor: string | undefined;
do {
  const page = data(await api.GET("/api/v1/sessions", { params: { query: { limit: 100, cursor } } }));
  rows.push(...page.data);
  cursor = page.next_cursor ?? undefined;
} while (cursor);
assert(rows.length > 100);
assert.equal(new Set(rows.map((row) => row.id)).size, rows.length);

// What hangs on the page's own session.
const [latest] = rows;
const path = { id: latest.id };
const detail = data(await api.GET("/api/v1/sessions/{id}", { params: { path } })).data;
assert.equal(detail.transcript[0].message, "Hello?");
const scorecard = data(await api.GET("/api/v1/scorecards/{id}", { params: { path } })).data;
assert.equal(scorecard.overall_score, 87);
const scenarios = data(await api.GET("/api/v1/scenarios")).data;
assert(scenarios.some((scenario) => scenario.id === latest.scenario_id));
const users = data(await api.GET("/api/v1/users")).data;
assert(users.some((user) => user.id === latest.user_id));
const summary = data(await api.GET("/api/v1/analytics/summary", { params: { query: { from: "2026-04-06T17:00:00Z" } } })).data;
assert.equal(summary.sessions, 132);

// What is refused.
const absent = { id: "00000000-0000-0000-0000-000000000000" };
const unknown = refusal(await api.GET("/api/v1/sessions/{id}", { params: { path: absent } }), 404);
assert.equal(unknown.error.code, "NOT_FOUND");

// What the contract does not allow does not compile. Nobody calls this.
export async function wrong() {
  // @ts-expect-error: a limit is a number
  await api.GET("/api/v1/sessions", { params: { query: { limit: "100" } } });
  // @ts-expect-error: whose scorecard is missing
  await api.GET("/api/v1/scorecards/{id}", {});
  // @ts-expect-error: an entry has no such member
  return detail.transcript[0].text;
}
