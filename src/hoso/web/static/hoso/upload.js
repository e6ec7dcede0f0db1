// Sends each chosen or dropped file by itself, shows how far it is, then lets htmx follow its processing.
const form = document.getElementById("upload");
const list = document.getElementById("sending");

if (form && list) {
  const input = form.querySelector("input[type=file]");

  form.classList.add("live");
  input.addEventListener("change", () => {
    sendAll(input.files);
    form.reset();
  });
  for (const name of ["dragenter", "dragover"]) {
    form.addEventListener(name, (event) => {
      event.preventDefault();
      form.classList.add("over");
    });
  }
  for (const name of ["dragleave", "drop"]) {
    form.addEventListener(name, (event) => {
      event.preventDefault();
      form.classList.remove("over");
    });
  }
  form.addEventListener("drop", (event) => sendAll(event.dataTransfer.files));
}

// One after the other: a bad line carries one file better than five at once.
async function sendAll(files) {
  const rows = [...files].map((file) => [file, rowOf(file)]);
  for (const [file, row] of rows) await send(file, row);
}

function rowOf(file) {
  const row = document.createElement("li");
  const name = document.createElement("strong");
  name.textContent = file.name;
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", `${form.dataset.sending} ${file.name}`);
  const state = document.createElement("span");
  state.className = "quiet-text";
  state.textContent = `${form.dataset.sending}…`;
  row.append(name, bar, state);
  list.prepend(row);
  return row;
}

function send(file, row) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const data = new FormData();
    data.append("files", file);
    request.open("POST", form.action);
    request.setRequestHeader("X-CSRFToken", form.elements.csrfmiddlewaretoken.value);
    request.setRequestHeader("HX-Request", "true");
    request.upload.onprogress = (event) => {
      row.querySelector("progress").value = event.loaded / event.total;
    };
    request.onload = () => {
      if (request.status === 202) received(row, request.responseText);
      else failed(file, row, request.responseText);
      resolve();
    };
    request.onerror = () => {
      failed(file, row, "");
      resolve();
    };
    request.send(data);
  });
}

function received(row, html) {
  const state = document.createElement("span");
  state.className = "quiet-text";
  state.textContent = form.dataset.safe;
  const holder = document.createElement("div");
  holder.innerHTML = html;
  row.replaceChildren(state, holder);
  window.htmx.process(row);
}

function failed(file, row, html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const state = row.querySelector("span");
  state.className = "failed";
  state.textContent = `${form.dataset.failed}. ${page.querySelector(".error-card h1")?.textContent ?? ""}`;
  const again = document.createElement("button");
  again.type = "button";
  again.className = "button small quiet";
  again.textContent = form.dataset.again;
  again.addEventListener("click", () => {
    row.remove();
    send(file, rowOf(file));
  });
  row.append(again);
}
