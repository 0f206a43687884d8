// A client of OpenScouter: `node openscouter.js BASE_URL TOKEN ANALYZED`, the last being the id of a session that was analyzed.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { paths } from "../generated/openscouter.js";
import { data, refusal, commandLine } from "./answers.js";

const [baseUrl, token, analyzed] = commandLine();
const api = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });

// From the beginning of a session to its analysis.
const study = { jobId: "job_abc123", testerId: "user_xyz789" };
const created = data(await api.POST("/api/sessions", { body: { ...study, variant: "B" } })).data;
assert.equal(created.status, "active");
const params = { path: { id: created.sessionId } };
const counts = data(await api.PATCH("/api/sessions/{id}/notes", { params, body: { notes: [{ content: "Began late." }] } })).data;
assert.equal(counts.createdCount, 1);
const { notes } = data(await api.GET("/api/sessions/{id}/notes", { params })).data;
assert.deepEqual(notes.map((note) => note.content), ["Began late."]);
const completed = data(await api.POST("/api/sessions/{id}/complete", { params, body: {} })).data;
const opinion = { clarity: 4, difficulty: 3, technicalIssues: false };
data(await api.POST("/api/sessions/{id}/feedback", { params, body: opinion }));
data(await api.POST("/api/sessions/{id}/analyze", { params }));
const read = data(await api.GET("/api/sessions/{id}", { params })).data;
assert.equal(read.status, "analyzing");
assert.equal(read.completedAt, completed.completedAt);

// A confirmation counts only after it.
const early = refusal(await api.POST("/api/sessions/{id}/confirm", { params, body: { rating: 5 } }), 409);
assert.equal(early.success, false);
const after = { path: { id: analyzed } };
const confirmed = data(await api.POST("/api/sessions/{id}/confirm", { params: after, body: { rating: 5 } })).data;
assert(confirmed.payoutQueued);

// What the contract does not allow does not compile. Nobody calls this.
export async function wrong() {
  // @ts-expect-error: there is no such variant
  await api.POST("/api/sessions", { body: { ...study, variant: "C" } });
  // @ts-expect-error: the tester is missing
  await api.POST("/api/sessions", { body: { jobId: "job_abc123" } });
  // @ts-expect-error: a session has no such member
  return read.state;
}
