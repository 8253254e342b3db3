// What stands between client and server in the tests, on one loopback port:
//
//   /via/MODE/ID/...     a proxy to the server that misbehaves in one way (MODES below); ID tells tests apart
//   /seen/ID             the requests that came by, as JSON
//   /photo               a photo
//   /held/ID             a photo that comes only once POST /release/ID has
//   /package/...         the built package;  /package-by-vite/...  with import.meta.env, as Vite serves it
//   /test/...            the tests' own files
//   /page                an empty page
//
// Everything may be asked from pages of other origins.
import { createServer, request as http_request } from 'node:http';
import { readFile } from 'node:fs/promises';
import { join, normalize } from 'node:path';

const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': '*',
  'Access-Control-Allow-Headers': 'Authorization, Content-Type, Idempotency-Key, Last-Event-ID',
  'Access-Control-Expose-Headers': 'Retry-After',
};

function answer(res, status, type, body, more = {}) {
  res.writeHead(status, { 'Content-Type': type, ...CORS, ...more });
  res.end(body);
}
const answer_json = (res, status, value, more) => answer(res, status, 'application/json', JSON.stringify(value), more);

// What a mode does with a request: true where it has dealt with it. `nth`: how many of its kind (events, GET, POST)
// came before, for this ID.
const MODES = {
  plain: () => false,
  // The first three streams of events break off after one event.
  'cut-events': (call) => {
    if (call.kind === 'events' && call.nth < 3) call.cut_after_events = 1;
    return false;
  },
  'no-events': (call, res) => call.kind === 'events' && (answer(res, 404, 'text/html', '<h1>no such page</h1>'), true),
  'poll-only': (call, res) => {
    if (call.kind === 'events') return answer(res, 200, 'text/html', '<h1>Welcome</h1>'), true;
    if (!call.url.searchParams.has('wait')) return false;
    return answer_json(res, 400, { error: 'wait is not known', code: 'invalid_input' }), true;
  },
  // Each kind of request is refused twice before it gets through.
  busy: (call, res) => call.nth < 2 && (answer_json(res, 503, { error: 'Busy', code: 'unavailable' }, { 'Retry-After': '0' }), true),
  limited: (call, res) => (answer_json(res, 429, { error: 'Too many requests', code: 'rate_limited' }, { 'Retry-After': '3600' }), true),
  // The server does it, but its first answer to a POST gets lost.
  'lost-answer': (call) => {
    if (call.kind === 'POST' && call.nth === 0) call.lose_answer = true;
    return false;
  },
  // The first five questions get no good answer.
  'ill-at-first': (call, res) => call.nth < 5 && (answer(res, 500, 'text/plain', 'oops'), true),
  away: (call, res) => (res.destroy(), true),
};

export async function start_middle({ server_url, photo_url, package_folder, test_folder }) {
  const photo = Buffer.from(await (await fetch(photo_url)).arrayBuffer());
  const gates = new Map(); // Of held photos, by ID.
  const logs = new Map();
  const environments = { 'package-by-vite': `import.meta.env = ${JSON.stringify({ VITE_BACKEND_URL: server_url })};` };

  function gate_of(id) {
    let gate = gates.get(id);
    if (!gate) {
      let open;
      gate = { opened: new Promise((resolve) => (open = resolve)) };
      gate.open = open;
      gates.set(id, gate);
    }
    return gate;
  }

  async function file(res, folder, name, prefix = '') {
    const path = join(folder, normalize('/' + name));
    try {
      answer(res, 200, 'text/javascript', prefix + (await readFile(path, 'utf8')));
    } catch {
      answer(res, 404, 'text/plain', 'no such file');
    }
  }

  function pass_on(call, req, res) {
    const upstream = http_request(new URL(call.url.pathname + call.url.search, server_url), {
      method: req.method, headers: { ...req.headers, host: new URL(server_url).host } });
    upstream.on('response', (from) => {
      call.entry.status = from.statusCode;
      call.entry.replayed = from.headers['idempotent-replayed'] === 'true';
      if (call.lose_answer) {
        from.resume();
        from.on('end', () => res.destroy());
        return;
      }
      res.writeHead(from.statusCode, from.headers);
      if (call.cut_after_events === undefined) {
        from.pipe(res);
        return;
      }
      let text = '';
      from.on('data', (piece) => {
        text += piece;
        res.write(piece);
        // A frame with an event ends with an empty line.
        const events = text.split('\n\n').slice(0, -1).filter((frame) => frame.includes('event:')).length;
        if (events >= call.cut_after_events) {
          upstream.destroy();
          // The first ends well, as a proxy does it that has had enough; the others break off.
          if (call.nth === 0) res.end();
          else res.socket.end(() => res.destroy());
        }
      });
      from.on('end', () => res.end());
      from.on('error', () => {});
    });
    upstream.on('error', () => res.destroy());
    res.on('close', () => upstream.destroy());
    req.pipe(upstream);
  }

  function via(mode, id, rest, req, res) {
    const log = logs.get(id) ?? [];
    logs.set(id, log);
    if (req.method === 'OPTIONS') return answer(res, 204, 'text/plain');
    const url = new URL(rest, 'http://middle');
    const kind = url.pathname.endsWith('/events') ? 'events' : req.method;
    const call = { url, kind, nth: log.filter((entry) => entry.kind === kind).length };
    call.entry = {
      kind, method: req.method, path: url.pathname, wait: url.searchParams.get('wait'),
      last_event_id: req.headers['last-event-id'] ?? null, idempotency_key: req.headers['idempotency-key'] ?? null };
    log.push(call.entry);
    if (!MODES[mode](call, res)) pass_on(call, req, res);
    return undefined;
  }

  const server = createServer((req, res) => {
    const [, area, first, second] = req.url.split('/', 4);
    if (area === 'via') return via(first, second, req.url.slice(`/via/${first}/${second}`.length), req, res);
    if (req.method === 'OPTIONS') return answer(res, 204, 'text/plain');
    if (area === 'seen') return answer_json(res, 200, logs.get(first) ?? []);
    if (area === 'photo') return answer(res, 200, 'image/png', photo);
    if (area === 'held') return gate_of(first).opened.then(() => answer(res, 200, 'image/png', photo));
    if (area === 'release') return gate_of(first).open(), answer_json(res, 200, {});
    if (area === 'package') return file(res, package_folder, first);
    if (area in environments) return file(res, package_folder, first, environments[area]);
    if (area === 'test') return file(res, test_folder, req.url.slice('/test/'.length));
    if (area === 'page') return answer(res, 200, 'text/html', '<!doctype html><title>test</title>');
    return answer(res, 404, 'text/plain', 'no such path');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    async stop() {
      for (const gate of gates.values()) gate.open();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
