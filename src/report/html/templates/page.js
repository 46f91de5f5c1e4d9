'use strict';
// Search, filters, grouping and order. The page is whole without: everything that is moved or hidden here stands in it.
(() => {
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId('data').textContent);
  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const number = (value) => value.toLocaleString('en-US');
  const count = (value) => `${number(value)} violation${value === 1 ? '' : 's'}`;

  // Tables of rules and controls: a heading orders its column.
  for (const table of document.querySelectorAll('table.sortable')) {
    const heads = [...table.tHead.rows[0].cells];
    const body = table.tBodies[0];
    heads.forEach((head, column) => {
      const button = make('button', 'sort', head.textContent);
      button.type = 'button';
      head.replaceChildren(button);
      button.addEventListener('click', () => {
        const falling = head.getAttribute('aria-sort') === 'ascending';
        for (const other of heads) other.removeAttribute('aria-sort');
        head.setAttribute('aria-sort', falling ? 'descending' : 'ascending');
        const numeric = head.classList.contains('n');
        const key = (row) => {
          const cell = row.cells[column];
          const text = cell.dataset.sort ?? cell.textContent;
          return numeric ? Number(text.replaceAll(',', '')) : text;
        };
        const compare = (a, b) =>
          numeric ? a[0] - b[0] : a[0].localeCompare(b[0], 'en', { numeric: true });
        const rows = [...body.rows].map((row) => [key(row), row]).sort(compare);
        if (falling) rows.reverse();
        body.append(...rows.map((row) => row[1]));
      });
    });
  }

  const tools = byId('tools');
  const standing = byId('standing');
  if (!tools || !standing) return;
  tools.hidden = false;
  tools.addEventListener('submit', (event) => event.preventDefault());

  const CHUNK = 100;
  const bodies = [...standing.querySelectorAll('tbody')];
  const rows = bodies.map((body, place) => {
    const [rule, principal, account] = data.rows[place];
    const written = body.rows[0].cells[0].textContent;
    return { body, place, keys: [rule, principal, account], time: Date.parse(written), text: null, shown: true };
  });
  const ruleGroups = [...standing.children];
  const ruleOf = new Map();
  for (const group of ruleGroups) {
    const place = bodies.indexOf(group.querySelector('tbody'));
    ruleOf.set(rows[place].keys[0], group);
  }
  let groups = [];
  let named = false;

  // Which rule a row breaks, said in the row itself once rows no longer stand under their rules.
  const nameRules = () => {
    if (named) return;
    named = true;
    for (const row of rows) {
      const [id, severity] = data.rules[row.keys[0]];
      const line = make('p', 'rule');
      line.append(make('span', `sev ${severity}`, severity), ' ', make('span', 'id', id));
      row.body.rows[0].cells[1].prepend(line);
    }
  };

  const frame = (name, kind) => {
    const section = make('section', 'group');
    const head = make('div', 'head');
    const heading = make('h3');
    heading.append(make('span', 'id', name));
    const counts = make('p', 'counts', '');
    const of = make('span', 'of');
    counts.append(make('span'), of);
    head.append(heading, make('p', 'title', kind), counts);
    section.append(head);
    return section;
  };

  const later = (a, b) => (a.time || 0) - (b.time || 0) || a.place - b.place;
  const orders = { log: (a, b) => a.place - b.place, old: later, new: (a, b) => later(b, a) };

  const fill = (section, members) => {
    const tables = [...section.querySelectorAll('.chunk')];
    const caption = section.querySelector('.id').textContent;
    const wanted = Math.ceil(members.length / CHUNK);
    for (let place = 0; place < Math.max(wanted, tables.length); place += 1) {
      if (place >= wanted) {
        tables[place].remove();
        continue;
      }
      let chunk = tables[place];
      if (!chunk) {
        chunk = make('div', 'chunk');
        const table = make('table', place === 0 ? 'v' : 'v rest');
        const columns = make('colgroup');
        columns.append(make('col', 'when'), make('col'), make('col', 'who'));
        table.append(columns);
        const head = table.createTHead().insertRow();
        for (const title of ['Time', 'Violation', 'Principal and event']) {
          const cell = make('th', '', title);
          cell.scope = 'col';
          head.append(cell);
        }
        chunk.append(table);
        section.append(chunk);
      }
      const table = chunk.firstElementChild;
      const part = members.slice(place * CHUNK, (place + 1) * CHUNK);
      table.append(...part.map((row) => row.body));
      const first = place * CHUNK + 1;
      const text = `Violations of ${caption}, ${number(first)}–${number(first + part.length - 1)} of ${number(members.length)}`;
      (table.caption ?? table.createCaption()).textContent = text;
    }
  };

  const arrange = () => {
    const by = Number(byId('by').value);
    const members = new Map();
    for (const row of rows) {
      const key = row.keys[by];
      if (!members.has(key)) members.set(key, []);
      members.get(key).push(row);
    }
    const order = orders[byId('sort').value];
    for (const list of members.values()) list.sort(order);
    const entries = [...members];
    if (by !== 0) {
      nameRules();
      entries.sort((a, b) => b[1].length - a[1].length || a[1][0].place - b[1][0].place);
    }
    standing.classList.toggle('by-rule', by === 0);
    const names = by === 1 ? data.principals : data.accounts;
    groups = entries.map(([key, list]) => {
      const section = by === 0 ? ruleOf.get(key) : frame(names[key], by === 1 ? 'Principal' : 'Account');
      fill(section, list);
      return { section, list, by };
    });
    standing.replaceChildren(...groups.map((group) => group.section));
    filter();
  };

  const filter = () => {
    const words = byId('q').value.toLowerCase().split(/\s+/).filter(Boolean);
    const severity = byId('sev').value;
    const age = byId('age')?.value ?? '';
    let found = 0;
    for (const row of rows) {
      const [id, of] = data.rules[row.keys[0]];
      let shown = (!severity || of === severity) && (!age || row.body.dataset.age === age);
      if (shown && words.length) {
        row.text ??= `${id} ${row.body.textContent}`.toLowerCase();
        shown = words.every((word) => row.text.includes(word));
      }
      if (row.shown !== shown) {
        row.shown = shown;
        row.body.hidden = !shown;
      }
      if (shown) found += 1;
    }
    for (const { section, list, by } of groups) {
      const shown = list.reduce((sum, row) => sum + (row.shown ? 1 : 0), 0);
      section.hidden = shown === 0;
      const of = section.querySelector('.of');
      if (by === 0) {
        of.hidden = shown === list.length;
        of.textContent = ` · ${number(shown)} shown`;
      } else {
        of.textContent = shown === list.length ? count(shown) : `${number(shown)} of ${count(list.length)}`;
      }
      for (const chunk of section.querySelectorAll('.chunk')) {
        chunk.hidden = ![...chunk.firstElementChild.tBodies].some((body) => !body.hidden);
      }
    }
    byId('found').textContent =
      found === rows.length ? `${count(found)} in ${number(groups.length)} group${groups.length === 1 ? '' : 's'}` : `${number(found)} of ${count(rows.length)}`;
  };

  let waiting = 0;
  byId('q').addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 80);
  });
  byId('sev').addEventListener('change', filter);
  byId('age')?.addEventListener('change', filter);
  byId('by').addEventListener('change', arrange);
  byId('sort').addEventListener('change', arrange);

  const expand = byId('expand');
  expand.addEventListener('click', () => {
    const open = expand.getAttribute('aria-pressed') !== 'true';
    expand.setAttribute('aria-pressed', String(open));
    expand.textContent = open ? 'Close excerpts' : 'Open excerpts';
    for (const details of standing.querySelectorAll('details')) details.open = open;
  });

  // Paper has no folds.
  let opened = [];
  addEventListener('beforeprint', () => {
    opened = [...document.querySelectorAll('details:not([open])')];
    for (const details of opened) details.open = true;
  });
  addEventListener('afterprint', () => {
    for (const details of opened) details.open = false;
    opened = [];
  });

  standing.classList.add('by-rule');
  groups = ruleGroups.map((section) => {
    const list = rows.filter((row) => section.contains(row.body));
    return { section, list, by: 0 };
  });
  filter();
})();
