// Opens the page in Chromium: node tests/browser/report.mjs path/to/trailgate
//
// Needs the package playwright-core where node finds it, and a Chromium (CHROMIUM names another than /usr/bin/chromium).
// Fails on a console error, a request, a dialog, or a control that does not do what it says. Prints the load times.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const require = createRequire(join(process.env.NODE_MODULES_PARENT ?? process.cwd(), 'x.js'));
const { chromium } = require('playwright-core');

const program = process.argv[2] ?? 'target/release/trailgate';
const folder = mkdtempSync(join(tmpdir(), 'trailgate-page-'));
const MANY = 10_000;

const report = (name, inputs) => {
  const path = join(folder, `${name}.html`);
  const run = spawnSync(program, ['check', ...inputs, '--as-of', '2026-02-01', '-f', `html=${path}`], { encoding: 'utf8' });
  assert.equal(run.status, 1, run.stderr);
  return path;
};

const hostile = '</script><script>alert(1)</script>"><img src=x onerror=alert(1)>\u202e';
const event = (place) => ({
  eventVersion: '1.08',
  userIdentity: {
    type: 'IAMUser',
    arn: `arn:aws:iam::${100000000000 + (place % 3)}:user/user-${place % 40}${place === 0 ? hostile : ''}`,
    accountId: String(100000000000 + (place % 3)),
  },
  eventTime: new Date(Date.UTC(2026, 0, 1) + place * 240_000).toISOString().replace('.000', ''),
  eventSource: 'cloudtrail.amazonaws.com',
  eventName: place % 2 ? 'StopLogging' : 'DeleteTrail',
  awsRegion: 'eu-central-1',
  sourceIPAddress: `192.0.2.${place % 250}`,
  requestParameters: { name: place === 1 ? hostile : `trail-${place}` },
  eventID: `00000000-0000-4000-8000-${String(place).padStart(12, '0')}`,
  recipientAccountId: String(100000000000 + (place % 3)),
});

const log = join(folder, 'many.jsonl');
writeFileSync(log, Array.from({ length: MANY }, (_, place) => JSON.stringify(event(place))).join('\n'));

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
  ],
});

const check = async (name, path) => {
  const wrong = [];
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.on('console', (message) => wrong.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => wrong.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => { wrong.push(`dialog: ${dialog.message()}`); void dialog.dismiss(); });
  const url = pathToFileURL(path).href;
  page.on('request', (request) => { if (request.url() !== url && request.url() !== 'data:,') wrong.push(`request: ${request.url()}`); });

  await page.goto(url);
  const load = await page.evaluate(() => performance.timing.loadEventEnd - performance.timing.navigationStart);
  const rows = () => page.locator('#standing tbody:not([hidden])').count();
  const all = await rows();
  assert.ok(all > 0);

  // Search, and back.
  const search = Date.now();
  await page.fill('#q', 'StopLogging');
  await page.waitForFunction(() => document.getElementById('found').textContent.includes(' of '));
  const searched = Date.now() - search;
  const found = await rows();
  assert.ok(found > 0 && found < all, `${found} of ${all}`);
  await page.fill('#q', 'nothing has these words');
  await page.waitForFunction(() => document.getElementById('found').textContent.startsWith('0 of'));
  await page.fill('#q', '');
  await page.waitForFunction(() => !document.getElementById('found').textContent.includes(' of '));
  assert.equal(await rows(), all);

  // Filter, groups and order: no row is lost on the way.
  await page.selectOption('#sev', 'critical');
  assert.ok((await rows()) <= all);
  await page.selectOption('#sev', '');
  const first = await page.locator('#standing .id').first().textContent();
  for (const by of ['1', '2', '0']) {
    await page.selectOption('#by', by);
    assert.equal(await rows(), all);
    assert.equal((await page.locator('#standing .id').first().textContent()) === first, by === '0');
  }
  const switched = await page.evaluate(async () => {
    const by = document.getElementById('by');
    const begin = performance.now();
    by.value = '1';
    by.dispatchEvent(new Event('change'));
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    return Math.round(performance.now() - begin);
  });
  await page.selectOption('#by', '0');
  await page.selectOption('#sort', 'new');
  assert.equal(await rows(), all);
  await page.locator('table.rules button.sort').first().click();
  assert.equal(await page.locator('table.rules th').first().getAttribute('aria-sort'), 'ascending');

  // The ways it is shown.
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.emulateMedia({ colorScheme: 'dark' });
  assert.notEqual(await background(), light);
  await page.setViewportSize({ width: 390, height: 844 });
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  await page.emulateMedia({ media: 'print' });
  assert.equal(await background(), light);
  assert.equal(await page.locator('#tools').isVisible(), false);

  // Without its script it lists the same.
  const plain = await browser.newPage({ javaScriptEnabled: false });
  await plain.goto(url);
  assert.equal(await plain.locator('#standing tbody').count(), all);
  assert.equal(await plain.locator('#tools').isVisible(), false);
  await plain.close();

  assert.deepEqual(wrong, []);
  await page.close();
  const size = (statSync(path).size / 1e6).toFixed(1);
  console.log(`${name}: ${all} violations, ${size} MB, loaded in ${load} ms, searched in ${searched} ms, grouped anew in ${switched} ms`);
};

try {
  await check('fixtures', report('fixtures', ['fixtures/cloudtrail']));
  await check('many', report('many', [log]));
  const published = '../shared/data/logs';
  if (existsSync(published)) await check('published logs', report('published', [published]));
  else console.error('SKIPPED: the published logs are not beside this checkout');
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
