// bull_driver as a child process that reads and writes JSON, a line each.
const { spawn } = require('node:child_process');
const { createInterface } = require('node:readline');

process.setMaxListeners(0);
const children = new Set();
process.once('exit', () => children.forEach((child) => child.kill('SIGKILL')));

// `hear` is called with each line, `ended` when the process is gone.
module.exports = function start(args, hear, ended) {
  const child = spawn(process.env.CUTROOM_BULL_DRIVER, ['--port', process.env.CUTROOM_BULL_PORT, ...args],
    { stdio: ['pipe', 'pipe', 'ignore'] });
  children.add(child);
  child.once('exit', () => {
    children.delete(child);
    ended();
  });
  child.stdin.on('error', () => {});
  createInterface({ input: child.stdout }).on('line', (line) => hear(JSON.parse(line)));
  return { say: (words) => child.stdin.write(JSON.stringify(words) + '\n'), kill: () => child.kill('SIGKILL') };
};
