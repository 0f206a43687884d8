// A client of Rentalot: `node rentalot.js BASE_URL KEY`.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { paths } from "../generated/rentalot.js";
import { data, refusal, commandLine } from "./answers.js";

const [baseUrl, key] = commandLine();
const api = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${key}` } });

// The page's completed session, with the prospect's own answers.
const query = { contactId: "550e8400-e29b-41d4-a716-446655440000", status: "completed" } as const;
const page = data(await api.GET("/api/v1/sessions", { params: { query } }));
assert.equal(page.pagination.total, 1);
const [listed] = page.data;
const path = { id: listed.id };
const read = data(await api.GET("/api/v1/sessions/{id}", { params: { path } })).data;
assert.deepEqual(read, listed);
assert.equal(read.submission.fullName, "Jane Smith");
assert.equal(read.reviewedAt, null);

// A review, and a second one, which is refused.
const body = { reviewStatus: "approved", reviewNotes: "Good income" } as const;
const approved = data(await api.PATCH("/api/v1/sessions/{id}/review", { params: { path }, body })).data;
assert.equal(approved.reviewStatus, "approved");
const again = refusal(await api.PATCH("/api/v1/sessions/{id}/review", { params: { path }, body }), 409);
assert("title" in again);
assert.equal(again.status, 409);

// A key that was never issued.
const stranger = createClient<paths>({ baseUrl, headers: { Authorization: "Bearer ra_unknown" } });
refusal(await stranger.GET("/api/v1/sessions"), 401);

// What the contract does not allow does not compile. Nobody calls this.
export async function wrong() {
  // @ts-expect-error: there is no such decision
  await api.PATCH("/api/v1/sessions/{id}/review", { params: { path }, body: { reviewStatus: "aproved" } });
  // @ts-expect-error: the decision is missing
  await api.PATCH("/api/v1/sessions/{id}/review", { params: { path }, body: { reviewNotes: "Good income" } });
  // @ts-expect-error: a session has no such member
  return page.data[0].revueStatus;
}
