
"use strict";
(() => {
  const table = document.querySelector("#lowest");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  // Of a reason only the sentence, not what unfolds.
  const textOf = (cell) => (cell.querySelector("summary") ?? cell).textContent;
  const texts = rows.map((row) => Array.from(row.cells, textOf).join(" ").toLowerCase());
  const search = document.querySelector("#search");
  const count = document.querySelector("#count");
  const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

  const keyOf = (row, column) => {
    const cell = row.cells[column];
    const key = cell.dataset.key;
    return key === undefined ? cell.textContent.trim() : Number(key);
  };

  // Numbers before text, and what is missing last whichever way the others go.
  const compare = (a, b, sign) => {
    const missing = (a === "") - (b === "");
    if (missing) return missing;
    if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
    return sign * (typeof a === "number" ? a - b : collator.compare(a, b));
  };

  const sort = (header) => {
    const ascending = header.getAttribute("aria-sort") !== "ascending";
    for (const other of header.parentElement.cells) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    const column = header.cellIndex;
    const keyed = Array.from(body.rows, (row) => [keyOf(row, column), row]);
    keyed.sort((a, b) => compare(a[0], b[0], ascending ? 1 : -1));
    body.append(...keyed.map(([, row]) => row));
  };

  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, at) => {
      row.hidden = !words.every((word) => texts[at].includes(word));
      shown += row.hidden ? 0 : 1;
    });
    count.textContent = `${shown} of ${rows.length} rows`;
  };

  for (const header of table.tHead.rows[0].cells) {
    if (header.dataset.fixed !== undefined) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    button.addEventListener("click", () => sort(header));
    header.append(button);
  }
  search.addEventListener("input", filter);
  document.querySelector("#searching").hidden = false;
  filter();
})();
