// The same scenarios in headless Chromium, from a page of another origin than the server's; and the page at /docs.
import assert from 'node:assert/strict';
import { accessSync, constants } from 'node:fs';
import { after, test } from 'node:test';
import puppeteer from 'puppeteer-core';
import { scenarios as of_client } from './scenarios/client.mjs';
import { scenarios as of_queue_api } from './scenarios/queue_api.mjs';
import { set_stage } from './support/stage.mjs';

function find_chromium() {
  const places = [process.env.CUTROOM_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  for (const place of places.filter(Boolean)) {
    try {
      accessSync(place, constants.X_OK);
      return place;
    } catch {
      // Not here.
    }
  }
  throw new Error('there is no Chromium; ./dev setup installs it, and CUTROOM_CHROMIUM may name another one');
}

const stage = await set_stage();
// Root, as in containers, has no sandbox; the pages here are our own.
const browser = await puppeteer.launch({
  executablePath: find_chromium(), headless: true, args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'] });
after(() => browser.close());

const page = await browser.newPage();
await page.goto(`${stage.middle_url}/page`);
await page.evaluate(async (around) => {
  // As Vite serves it, with import.meta.env.
  const library = await import(`${around.middle_url}/package-by-vite/index.js`);
  const { make_world } = await import(`${around.middle_url}/test/support/world.mjs`);
  const parts = await Promise.all(['client', 'queue_api'].map((name) => import(`${around.middle_url}/test/scenarios/${name}.mjs`)));
  globalThis.world = make_world(library, around);
  globalThis.scenarios = Object.assign({}, ...parts.map((part) => part.scenarios));
}, stage);

for (const name of Object.keys({ ...of_queue_api, ...of_client }))
  test(name, { timeout: 60_000 }, async () => {
    const failure = await page.evaluate(
      (one) => globalThis.scenarios[one](globalThis.world).then(() => null, (error) => String(error?.stack ?? error)), name);
    assert.equal(failure, null);
  });

test('the_package_works_in_a_page_without_vite', async () => {
  const answer = await page.evaluate(async ({ middle_url, server_url }) => {
    const { createQueueAPI } = await import(`${middle_url}/package/index.js`);
    return (await createQueueAPI(server_url).getWorkerHealth()).status;
  }, stage);
  assert.equal(answer, 'healthy');
});

test('the_page_at_docs_shows_every_route_and_asks_nobody_else', async () => {
  const docs = await browser.newPage();
  const asked = [];
  const complaints = [];
  docs.on('request', (request) => asked.push(request.url()));
  docs.on('pageerror', (error) => complaints.push(String(error)));
  docs.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  await docs.goto(`${stage.server_url}/docs`);
  const { routes } = await (await fetch(stage.server_url, { headers: { Accept: 'application/json' } })).json();
  await docs.waitForFunction((count) => document.querySelectorAll('.opblock').length === count, { timeout: 30_000 }, routes.length);
  const title = await docs.$eval('.title', (element) => element.textContent);
  assert.match(title, /Cutroom/);
  assert.deepEqual(asked.filter((url) => !url.startsWith(stage.server_url) && !url.startsWith('data:')), []);
  assert.deepEqual(complaints, []);
  await docs.close();
});
