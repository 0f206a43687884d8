// A client of Promptster: `node promptster.js BASE_URL TOKEN KEY`, a reviewer's token and a candidate's key.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import createClient from "openapi-fetch";
import type { components, paths } from "../generated/promptster.js";
import { data, refusal, commandLine } from "./answers.js";

const [baseUrl, token, key] = commandLine();
const reviewer = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });
const candidate = createClient<paths>({ baseUrl, headers: { "X-API-Key": key } });
const now = "2026-05-06T16:00:00.000Z";

// A session, from its creation to its end.
const created = data(await reviewer.POST("/v1/sessions", { body: { sourceService: "cursor" } })).session;
const params = { path: { id: created.id } };
const merged = data(await reviewer.PATCH("/v1/sessions/{id}/metadata", { params, body: { candidateName: "Ada Lovelace" } }));
assert.equal(merged.session.metadata.candidateName, "Ada Lovelace");
const event: components["schemas"]["NewEvent"] = {
  id: randomUUID(),
  sessionId: created.id,
  ts: now,
  kind: "command",
  source: { channel: "cli" },
  v: 1,
  data: { command: "pnpm test" },
};
data(await candidate.POST("/v1/hooks/ingest", { body: event }));
const twice = data(await candidate.POST("/v1/hooks/ingest", { body: event }));
assert("skipped" in twice);
const { events } = data(await reviewer.GET("/v1/sessions/{id}/timeline", { params }));
assert.deepEqual(events.map((one) => [one.id, one.data.command]), [[event.id, "pnpm test"]]);
const ended = data(await reviewer.PATCH("/v1/sessions/{id}", { params, body: { endedAt: now } }));
assert.equal(ended.session.endedAt, now);

// The page's own session, and its cohort.
const own = { path: { id: "7c9e6679-7425-40de-944b-e07fc1f90ae7" } };
const listed = data(await reviewer.GET("/v1/sessions", { params: { query: { limit: 100 } } }));
assert(listed.sessions.some((one) => one.id === own.path.id));
const { decisions } = data(await reviewer.GET("/v1/sessions/{id}/decisions", { params: own }));
assert.equal(decisions[0].kind, "decision_event");
const { cohortStats } = data(await reviewer.GET("/v1/sessions/{id}/cohort-stats", { params: own }));
assert.equal(cohortStats?.metrics.avgPromptCount, 38.5);

// Deleted; and then it is not found.
assert.equal(data(await reviewer.DELETE("/v1/sessions/{id}", { params })).ok, true);
const gone = refusal(await reviewer.GET("/v1/sessions/{id}", { params }), 404);
assert(gone.error);

// What the contract does not allow does not compile. Nobody calls this.
export async function wrong() {
  // @ts-expect-error: there is no such kind
  await candidate.POST("/v1/hooks/ingest", { body: { ...event, kind: "comand" } });
  const { data: _, ...empty } = event;
  // @ts-expect-error: the data are missing
  await candidate.POST("/v1/hooks/ingest", { body: empty });
  // @ts-expect-error: where there is no cohort, there are no metrics
  return cohortStats.metrics;
}
