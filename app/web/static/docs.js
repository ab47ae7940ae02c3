// Opens the viewer of the API's description. Its script, loaded before this one, is all it needs: no other host.
const place = document.getElementById("api");

window.SwaggerUIBundle({
  url: place.dataset.openapi,
  domNode: place,
  deepLinking: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
