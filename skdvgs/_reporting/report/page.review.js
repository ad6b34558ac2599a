// What to do with each row: ticked here, remembered by the browser, saved as a file.
(() => {
  const table = document.querySelector("#lowest");
  if (!table || table.dataset.review === undefined) return;
  const about = JSON.parse(table.dataset.review);
  const key = `skdvgs-review-${about.digest}`;
  const columns = ["row", "decision", "label", "note", "given_label", "label_column", "row_column"];
  const words = ["keep", "relabel", "drop"];
  const bar = document.querySelector("#review");
  const count = document.querySelector("#decided");
  const said = document.querySelector("#said");
  const rows = new Map();
  const decisions = new Map();

  const remember = () => {
    try {
      localStorage.setItem(key, JSON.stringify([...decisions.values()]));
    } catch {
      said.textContent = "This browser does not remember decisions: save the review.";
    }
  };

  const recall = () => {
    try {
      return JSON.parse(localStorage.getItem(key) ?? "null");
    } catch {
      return null;
    }
  };

  const show = (name) => {
    const parts = rows.get(name);
    if (!parts) return;
    const found = decisions.get(name);
    for (const button of parts.buttons) {
      button.setAttribute("aria-pressed", String(found?.decision === button.dataset.word));
    }
    parts.tr.dataset.decision = found?.decision ?? "";
    parts.label.hidden = found?.decision !== "relabel";
    parts.note.hidden = !found;
    if (found && parts.label !== document.activeElement) parts.label.value = found.label;
    if (found && parts.note !== document.activeElement) parts.note.value = found.note;
    parts.label.toggleAttribute("aria-invalid", found?.decision === "relabel" && !found.label);
  };

  const tell = () => {
    const all = [...decisions.values()];
    const parts = words.map((word) => `${word} ${all.filter((d) => d.decision === word).length}`);
    count.textContent = all.length ? `${all.length} decided: ${parts.join(", ")}` : "None decided yet";
  };

  const decide = (name, change) => {
    const before = decisions.get(name) ?? { row: name, decision: "", label: "", note: "" };
    const after = { ...before, given_label: rows.get(name).given, ...change };
    if (after.decision !== "relabel") after.label = "";
    if (after.decision) decisions.set(name, after);
    else decisions.delete(name);
    show(name);
    tell();
    remember();
  };

  const field = (kind, text, title) => {
    const input = document.createElement("input");
    input.type = "text";
    input.className = kind;
    input.hidden = true;
    input.autocomplete = "off";
    input.spellcheck = false;
    input.placeholder = text;
    input.setAttribute("aria-label", title);
    return input;
  };

  const addControls = (tr) => {
    const { name, given, suggested } = JSON.parse(tr.dataset.row);
    const cell = tr.querySelector(".decide");
    const buttons = words.filter((word) => word !== "relabel" || about.kind).map((word) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = word;
      button.dataset.word = word;
      button.setAttribute("aria-label", `${word} row ${name}`);
      button.addEventListener("click", () => {
        const again = decisions.get(name)?.decision === word;
        decide(name, { decision: again ? "" : word, label: word === "relabel" ? suggested : "" });
        if (word === "relabel" && !again && !suggested) label.focus();
      });
      return button;
    });
    const label = field("relabel", "right label", `right label of row ${name}`);
    if (about.kind === "class") label.setAttribute("list", "known-labels");
    if (about.kind === "number") label.inputMode = "decimal";
    label.addEventListener("input", () => decide(name, { label: label.value.trim() }));
    const note = field("note", "note", `note on row ${name}`);
    note.addEventListener("input", () => decide(name, { note: note.value }));
    const group = document.createElement("div");
    group.className = "choices";
    group.append(...buttons);
    cell.append(group, label, note);
    rows.set(name, { tr, given, buttons, label, note });
    show(name);
  };

  // A CSV file, read and written: entries are quoted where they need it.
  const quote = (text) => (/[",;\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

  const toCsv = () => {
    const lines = [...decisions.values()].map((d) =>
      [d.row, d.decision, d.label, d.note, d.given_label, about.label_column, about.row_column]
        .map((entry) => quote(String(entry ?? ""))).join(","));
    return [columns.join(","), ...lines].join("\n") + "\n";
  };

  const fromCsv = (text) => {
    const content = text.replace(/^\ufeff/, "");
    const head = content.split(/\r?\n/, 1)[0];
    const mark = [",", ";", "\t"].find((candidate) => head.split(candidate).length > 3) ?? ",";
    const records = [[""]];
    let inside = false;
    for (let at = 0; at < content.length; at++) {
      const letter = content[at];
      const record = records[records.length - 1];
      if (inside) {
        if (letter !== '"') record[record.length - 1] += letter;
        else if (content[at + 1] === '"') { record[record.length - 1] += '"'; at++; }
        else inside = false;
      } else if (letter === '"' && record[record.length - 1] === "") inside = true;
      else if (letter === mark) record.push("");
      else if (letter === "\n") records.push([""]);
      else if (letter !== "\r") record[record.length - 1] += letter;
    }
    const names = records.shift();
    if (!columns.slice(0, 3).every((name) => names.includes(name))) return null;
    return records.filter((record) => record.length > 1)
      .map((record) => Object.fromEntries(names.map((name, at) => [name, record[at] ?? ""])));
  };

  // Decisions on rows that are not listed here stay in the review.
  const take = (found) => {
    let taken = 0;
    for (const entry of found ?? []) {
      if (!words.includes(entry.decision) || typeof entry.row !== "string") continue;
      const given_label = rows.get(entry.row)?.given ?? entry.given_label ?? "";
      decisions.set(entry.row, {
        row: entry.row, decision: entry.decision, label: entry.label ?? "", note: entry.note ?? "", given_label,
      });
      taken += 1;
      show(entry.row);
    }
    tell();
    return taken;
  };

  const save = () => {
    const lacking = [...decisions.values()].filter((d) => d.decision === "relabel" && !d.label);
    if (lacking.length) {
      said.textContent = `Row ${lacking[0].row} is to be relabelled, but to what?`;
      rows.get(lacking[0].row)?.label.focus();
      return;
    }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([toCsv()], { type: "text/csv" }));
    link.download = "review.csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    said.textContent = "Saved as review.csv in the folder of downloads.";
  };

  const load = async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    const found = fromCsv(await file.text());
    event.target.value = "";
    const taken = found === null ? 0 : take(found);
    remember();
    said.textContent = found === null
      ? `${file.name} is no review file: it has no columns row, decision and label.`
      : `${taken} decision${taken === 1 ? "" : "s"} taken from ${file.name}.`;
  };

  const clear = () => {
    const names = [...decisions.keys()];
    decisions.clear();
    names.forEach(show);
    tell();
    remember();
    said.textContent = "All decisions are taken back.";
  };

  for (const tr of Array.from(table.tBodies[0].rows)) addControls(tr);
  document.querySelector("#save-review").addEventListener("click", save);
  document.querySelector("#load-review").addEventListener("change", load);
  document.querySelector("#clear-review").addEventListener("click", clear);
  // What was decided here since is newer than an earlier review.
  take(recall() ?? about.earlier);
  tell();
  table.classList.add("reviewing");
  bar.hidden = false;
})();
