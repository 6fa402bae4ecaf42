"use strict";
// Lets people try an operation from the reference page. The token stays in its field: nothing is stored.

const tokenField = document.getElementById("token");

function addressOf(form) {
  let path = form.dataset.path;
  const query = new URLSearchParams();
  for (const field of form.querySelectorAll("input[data-in]")) {
    const value = field.value.trim();
    if (field.dataset.in === "path") {
      path = path.replace("{" + field.name + "}", encodeURIComponent(value));
    } else if (field.dataset.in === "query" && value) {
      query.set(field.name, value);
    }
  }
  const tail = query.toString();
  return tail ? path + "?" + tail : path;
}

function headersOf(form) {
  const headers = new Headers({ Accept: "application/json" });
  for (const field of form.querySelectorAll("input[data-in=header]")) {
    if (field.value.trim()) headers.set(field.name, field.value.trim());
  }
  if (tokenField.value.trim()) headers.set("Authorization", "Bearer " + tokenField.value.trim());
  return headers;
}

async function send(form) {
  const headers = headersOf(form);
  const body = form.querySelector("textarea[name=body]");
  const request = { method: form.dataset.method, headers, credentials: "same-origin" };
  if (body) {
    headers.set("Content-Type", "application/json");
    request.body = body.value;
  }
  const answer = await fetch(addressOf(form), request);
  const text = await answer.text();
  let shown = text;
  try {
    shown = JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // not JSON: shown as it came
  }
  return answer.status + " " + answer.statusText + "\n\n" + shown;
}

document.getElementById("sign-in").hidden = false;
document.getElementById("sign-in").addEventListener("submit", (event) => event.preventDefault());

for (const form of document.querySelectorAll("form.try")) {
  const button = form.querySelector("button");
  const output = form.querySelector("output");
  if (form.dataset.kind && form.dataset.kind !== "application/json") continue;
  button.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    output.hidden = false;
    output.textContent = "Asking …";
    try {
      output.textContent = await send(form);
    } catch (fault) {
      output.textContent = "No answer: " + fault.message;
    }
  });
}

function openNamed() {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (named instanceof HTMLDetailsElement) named.open = true;
}
window.addEventListener("hashchange", openNamed);
openNamed();
