// For `docs serve --watch`: the id in the event stream changes when the server restarts; then the page reloads.
let server = null;
new EventSource(`${document.documentElement.dataset.root}reload`).addEventListener("message", (event) => {
  if (server !== null && server !== event.data) location.reload();
  server = event.data;
});
