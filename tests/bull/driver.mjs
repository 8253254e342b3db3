// bull_driver (bull_driver.cpp) as child processes. Where it is comes from CUTROOM_BULL_DRIVER; ctest sets it.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

function start(port, args, stdin) {
  const program = process.env.CUTROOM_BULL_DRIVER;
  if (!program) throw new Error('CUTROOM_BULL_DRIVER is not set; run this test by ctest, or set it');
  const child = spawn(program, ['--port', String(port), ...args], { stdio: [stdin, 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  process.setMaxListeners(0).once('exit', () => child.kill('SIGKILL'));
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  return { child, kill, lines: createInterface({ input: child.stdout }) };
}

// A store whose steps are called from here: step({ op: 'add', ... }) gives its answer (steps.hpp).
export function open_store(port, more_args = [], steps_args = []) {
  const { child, kill, lines } = start(port, [...more_args, 'steps', ...steps_args], 'pipe');
  const waiting = [];
  lines.on('line', (line) => waiting.shift().resolve(JSON.parse(line)));
  child.once('exit', (...how) => waiting.forEach(({ reject }) => reject(new Error(`bull_driver ended: ${how}`))));
  // What the step answers, errors as they are.
  const ask = (words) => new Promise((resolve, reject) => {
    waiting.push({ resolve, reject });
    child.stdin.write(JSON.stringify(words) + '\n');
  });
  const step = async (words) => {
    const answer = await ask(words);
    if (answer.error) throw new Error(`${JSON.stringify(words)}: ${JSON.stringify(answer)}`);
    return answer;
  };
  return { ask, step, kill, pid: child.pid };
}

// A process that claims and works jobs until it is killed. `seen`: its events so far.
export async function start_worker(port, work_args = [], more_args = []) {
  const { child, kill, lines } = start(port, [...more_args, 'work', ...work_args], 'ignore');
  const seen = [];
  let wake = [];
  lines.on('line', (line) => {
    seen.push(JSON.parse(line));
    const woken = wake;
    wake = [];
    woken.forEach((resolve) => resolve());
  });
  // Resolves once `is_it` holds for the events seen.
  const until = async (is_it) => {
    while (!is_it(seen)) await new Promise((resolve) => wake.push(resolve));
  };
  // Resolves once so many jobs have ended that way.
  const until_ended = (count, event = 'completed') =>
    until((events) => events.filter((it) => it.event === event).length >= count);
  const ids = (event) => seen.filter((it) => it.event === event).map((it) => it.id);
  await until((events) => events.some((it) => it.event === 'started'));
  return { seen, until, until_ended, ids, kill, pid: child.pid };
}
