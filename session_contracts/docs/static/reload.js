// Of `docs serve --watch`: the server names itself anew when it has started again.
let server = null;
new EventSource(`${document.documentElement.dataset.root}reload`).addEventListener("message", (event) => {
  if (server !== null && server !== event.data) location.reload();
  server = event.data;
});
