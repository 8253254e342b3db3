// Bull's own tests with parts of ours behind them (README.md).
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { start_redis } from '../../support/node/redis_server.mjs';
import { write_note } from './note.mjs';
import { is_known_to_fail } from './reasons.mjs';

const LEVELS = ['Bull', 'L2', 'L3', 'L2+L3'];
const FILE_MS = 900_000;
const here = fileURLToPath(new URL('.', import.meta.url));

function complain(text) {
  console.error(text);
  process.exit(2);
}
const [path, ...asked] = process.argv.slice(2);
const take = (name) => (asked.includes(name) ? asked.splice(asked.indexOf(name), 2)[1] : undefined);
const grep = take('--grep');
const note = take('--note');
const results_file = take('--results');
const files_asked = asked.filter((word) => word.startsWith('test_'));
const levels = asked.filter((word) => LEVELS.includes(word));
if (!path || levels.length + files_asked.length !== asked.length)
  complain(`usage: run.mjs PATH_TO_BULL_CHECKOUT [${LEVELS.join('|')}]... [test_FILE.js]... [--grep TEXT] [--results FILE] [--note FILE]`);
const checkout = resolve(path);
const mocha = join(checkout, 'node_modules/mocha/bin/mocha');
if (!existsSync(mocha)) complain(`${checkout} has no mocha; run npm install --ignore-scripts there`);

const folder = mkdtempSync(join(tmpdir(), 'cutroom-bull-suite-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
// Their servers and processes end with this one.
process.setMaxListeners(0);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

let reports = 0;
// Each run has a server and a process of its own: what one leaves behind is no trouble to the next.
async function run_mocha(file, level, only) {
  const server = await start_redis();
  const report = join(folder, `${++reports}.json`);
  const environment = { ...process.env, NODE_ENV: 'test', CUTROOM_BULL_CHECKOUT: checkout, CUTROOM_BULL_PORT: String(server.port),
    CUTROOM_BULL_LEVEL: level, CUTROOM_BULL_REPORT: report };
  const child = spawn(process.execPath,
    [mocha, '--exit', '--timeout', '5000', '--require', join(here, 'shim.cjs'), '--reporter', join(here, 'reporter.cjs'),
      ...(only ? ['--fgrep', only] : []), join(checkout, 'test', file)],
    { cwd: checkout, env: environment, stdio: ['ignore', 'ignore', process.env.CUTROOM_BULL_LOG ? 'inherit' : 'ignore'] });
  process.once('exit', () => child.kill('SIGKILL'));
  const limit = setTimeout(() => child.kill('SIGKILL'), FILE_MS);
  await new Promise((done) => child.once('exit', done));
  clearTimeout(limit);
  await server.stop();
  if (!existsSync(report)) return [{ file, title: `${file}: mocha ended without a report`, state: 'fails' }];
  return JSON.parse(readFileSync(report, 'utf8')).map((one) => ({ file, ...one }));
}

async function run_file(file, level) {
  const results = await run_mocha(file, level, grep);
  // Times are short in these tests. What failed without a known reason is tried once more by itself, and shown as such.
  for (const one of results) {
    if (one.state !== 'fails' || is_known_to_fail(one.title)) continue;
    const [again] = (await run_mocha(file, level, one.title)).filter(({ title }) => title === one.title);
    if (again?.state === 'passes') Object.assign(one, again, { again: true });
  }
  return results;
}

// Levels and files may be run one after another into one file of results.
const results = results_file && existsSync(results_file) ? JSON.parse(readFileSync(results_file, 'utf8')) : {};
for (const level of levels.length ? levels : LEVELS) {
  results[level] ??= [];
  const files = readdirSync(join(checkout, 'test')).filter((name) => /^test_.*\.js$/.test(name)).sort();
  for (const file of files.filter((name) => !files_asked.length || files_asked.includes(name))) {
    const began = Date.now();
    const found = await run_file(file, level);
    results[level] = [...results[level].filter((one) => grep || one.file !== file), ...found];
    const count = (state) => found.filter((one) => one.state === state).length;
    console.log(`${level} ${file}: ${count('passes')} pass (${found.filter((one) => one.again).length} of them alone), ` +
      `${count('fails')} fail, ${count('skipped')} skipped, ${((Date.now() - began) / 1000).toFixed(0)} s`);
    for (const one of found) if (one.state === 'fails') console.log(`  ${one.title}\n    ${one.error}`);
    if (results_file) writeFileSync(results_file, JSON.stringify(results));
  }
}
if (note) write_note(note, results, JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')).version);
process.exit(0);
