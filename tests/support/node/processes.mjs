// The real programs as child processes for tests in JavaScript, on free loopback ports, with folders of their own.
// Where they are comes from the environment: CUTROOM_BINARY, CUTROOM_PHOTO_SERVER, CUTROOM_TINY_MODEL_DIR (ctest sets
// them).
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

function from_environment(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; run this test by ctest, or set it`);
  return value;
}

// Starts a program and resolves once `pattern` has appeared on its standard output.
function start(program, args, pattern, more_environment = {}) {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...more_environment } });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const stop = async (signal = 'SIGKILL') => {
    child.kill(signal);
    return ended;
  };
  // Whoever ends this process in whatever way must not leave the child behind.
  process.once('exit', () => child.kill('SIGKILL'));
  const found = new Promise((resolve, reject) => {
    let text = '';
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code}: ${text}`)));
    child.stdout.on('data', (piece) => {
      text += piece;
      const match = pattern.exec(text);
      if (match) resolve(match);
    });
  });
  return found.then((match) => ({ match, pid: child.pid, stop }));
}

// The model is loaded while the server answers already.
async function until_ready(url) {
  while (!(await fetch(`${url}/readyz`)).ok) await new Promise((resolve) => setTimeout(resolve, 10));
}

export const temporary_folder = () => mkdtempSync(join(tmpdir(), 'cutroom-test-'));
export const remove_folder = (folder) => rmSync(folder, { recursive: true, force: true });

// `cutroom serve` with the tiny model and without rate limits. url: "http://127.0.0.1:PORT". Where a folder is given, its
// data is there and stays; `listen: null` leaves it to the environment where it listens. end(signal) answers the exit code.
export async function start_cutroom(more_args = [], more_environment = {}, { folder: given, listen = '127.0.0.1:0' } = {}) {
  const folder = given ?? temporary_folder();
  const args = [
    'serve', ...(listen === null ? [] : ['--listen', listen]), '--data-dir', folder, '--model', 'tiny', '--models',
    from_environment('CUTROOM_TINY_MODEL_DIR'), '--fetch-allow', '127.0.0.1/32', '--log-level', 'error', ...more_args];
  const no_limits = Object.fromEntries(
    ['GLOBAL', 'READS', 'IMAGE_PROCESSING', 'BACKGROUND_REMOVAL', 'BULK'].map((name) => [`CUTROOM_LIMIT_${name}`, 'off']));
  const server = await start(from_environment('CUTROOM_BINARY'), args, /listens on (http:\/\/[^\s]+:\d+)/,
    { ...no_limits, ...more_environment });
  await until_ready(server.match[1]);
  return {
    url: server.match[1],
    pid: server.pid,
    end: (signal) => server.stop(signal),
    async stop() {
      await server.stop();
      if (given === undefined) remove_folder(folder);
    },
  };
}

// The photo server of tests/support; its paths are in photo_server.hpp. `folder`: its files too, under their names.
export async function start_photo_server(folder) {
  const args = ['--port', '0', ...(folder ? ['--dir', folder] : [])];
  const server = await start(from_environment('CUTROOM_PHOTO_SERVER'), args, /^(\d+)$/m);
  return { url: `http://127.0.0.1:${server.match[1]}`, stop: server.stop };
}
