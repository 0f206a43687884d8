// Starts Swagger UI with the document and credentials that the page names.
const { document: url, secrets } = document.getElementById("swagger").dataset;
const ui = SwaggerUIBundle({
  url,
  dom_id: "#swagger",
  deepLinking: true,
  validatorUrl: null,
  tryItOutEnabled: true,
  presets: [SwaggerUIBundle.presets.apis],
  onComplete: () => {
    for (const [name, secret] of Object.entries(JSON.parse(secrets))) ui.preauthorizeApiKey(name, secret);
  },
});
