// A client of the control API: `node control.js BASE_URL TOKEN`, of a world and of the mock's own token.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "../generated/control.js";
import { data, refusal, commandLine } from "./answers.js";

const [baseUrl, token] = commandLine();
const api = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });

const health = data(await api.GET("/health"));
assert.equal(health.apis.rentalot.contract.length, 64);

// Time.
const clock = data(await api.GET("/clock"));
const later = data(await api.POST("/clock/advance", { body: { by: "P31D" } }));
assert.equal(Date.parse(later.now) - Date.parse(clock.now), 31 * 24 * 60 * 60 * 1000);
const soon = refusal(await api.POST("/clock/advance", { body: { by: "soon" } }), 400);
assert(soon.error.includes("soon"));

// A provider state, and what is known of the world then.
const params: components["schemas"]["StateMessage"]["params"] = { status: "completed" };
const states = { params: { path: { api: "rentalot" } } };
const session = data(await api.POST("/{api}/states", { ...states, body: { action: "setup", state: "session", params } }));
assert.equal(typeof session.id, "string");
const journal = data(await api.GET("/journal", { params: { query: { api: "rentalot", decision: "refused" } } }));
assert.equal(journal.total, 0);
data(await api.GET("/outbox"));
const coverage = data(await api.GET("/coverage"));
assert.equal(coverage.apis.rentalot.summary.move.reached, 0);

// Faults and broken rules.
const faults = [{ api: "rentalot", status: 503, delay: { type: "fixed" as const, milliseconds: 200 } }];
assert.equal(data(await api.PUT("/faults", { body: { faults } })).faults[0].delay?.milliseconds, 200);
assert.deepEqual(data(await api.DELETE("/faults")).faults, []);
assert(data(await api.GET("/broken-rules")).breakable.includes("rentalot.review.final"));

// What is exported can be imported.
const world = data(await api.GET("/state"));
data(await api.PUT("/state", { body: world }));

// Another world, for a while.
const made = data(await api.POST("/worlds", { body: { seed: 7 } }));
assert(data(await api.GET("/worlds")).worlds.some((one) => one.name === made.name));
data(await api.DELETE("/worlds/{name}", { params: { path: { name: made.name } } }));

// Another token.
const stranger = createClient<paths>({ baseUrl, headers: { Authorization: "Bearer guessed" } });
assert(refusal(await stranger.GET("/clock"), 401).error);

// What the contract does not allow does not compile. Nobody calls this.
export async function wrong() {
  // @ts-expect-error: there is no such action
  await api.POST("/{api}/states", { ...states, body: { action: "set-up", state: "session" } });
  // @ts-expect-error: the type is missing
  await api.PUT("/faults", { body: { faults: [{ delay: { milliseconds: 200 } }] } });
  // @ts-expect-error: the coverage of an API has no such member
  return coverage.apis.rentalot.perCent;
}
