// Tables and sections of the model card's page.

let sections = 0;

export function section(title, ...children) {
  const element = document.createElement("section");
  const heading = document.createElement("h2");
  heading.textContent = title;
  heading.id = `part-${(sections += 1)}`;
  element.setAttribute("aria-labelledby", heading.id);
  element.append(heading, ...children);
  return element;
}

/**
 * A table whose rows begin with a heading each. On narrow screens it scrolls by itself.
 *
 * @param {string[]|null} head of the columns
 */
export function table(head, rows) {
  const element = document.createElement("table");
  if (head) element.createTHead().append(row(head, () => heading("col")));
  const body = element.createTBody();
  body.append(...rows.map((cells) => row(cells, (i) => (i ? cell() : heading("row")))));
  const wide = document.createElement("div");
  wide.className = "wide";
  wide.append(element);
  return wide;
}

function row(values, make) {
  const element = document.createElement("tr");
  values.forEach((value, i) => {
    const place = make(i);
    place.textContent = value ?? "–";
    // An unbroken hash would be wider than a telephone.
    if (String(value).length > 40 && !String(value).includes(" ")) place.className = "code";
    element.append(place);
  });
  return element;
}

function heading(scope) {
  const element = document.createElement("th");
  element.scope = scope;
  return element;
}

const cell = () => document.createElement("td");
