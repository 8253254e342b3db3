// A real redis-server on a free loopback port, with a folder of its own that goes with it.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

async function free_port() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const answers = (port) => new Promise((resolve) => {
  const socket = createConnection(port, '127.0.0.1', () => socket.write('PING\r\n'));
  socket.once('data', (text) => resolve(String(text).startsWith('+PONG')));
  socket.once('error', () => resolve(false));
});

// Somebody else may take a free port before the server does.
const TRIES = 5;

export async function start_redis() {
  for (let tried = 1; ; ++tried) {
    const folder = mkdtempSync(join(tmpdir(), 'cutroom-redis-'));
    const port = await free_port();
    const child = spawn('redis-server',
      ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--save', '', '--appendonly', 'no'], { stdio: 'ignore' });
    let running = true;
    const ended = new Promise((resolve) => child.once('exit', () => resolve((running = false))));
    // Whoever ends this process in whatever way must not leave the child behind.
    process.once('exit', () => child.kill('SIGKILL'));
    const stop = async () => {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    };
    while (running && !(await answers(port))) await new Promise((resolve) => setTimeout(resolve, 5));
    if (running) return { port, stop };
    await stop();
    if (tried === TRIES) throw new Error('redis-server does not start');
  }
}
