// Loaded by mocha before Bull's tests (run.mjs): leads them to the run's own redis-server and to npm's bull, and puts what
// CUTROOM_BULL_LEVEL names behind it. Nothing in the checkout changes.
const Module = require('node:module');
const net = require('node:net');
const path = require('node:path');

const checkout = path.resolve(process.env.CUTROOM_BULL_CHECKOUT);
const bull = path.dirname(require.resolve('bull/package.json'));
const port = Number(process.env.CUTROOM_BULL_PORT);

// The tests know one server, at the port that Redis has by itself.
const connect = net.createConnection;
net.connect = net.createConnection = (...args) => {
  const [first, ...others] = args;
  return connect(first && Number(first.port) === 6379 ? { ...first, port } : first, ...others);
};

const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, parent, ...others) {
  if (/^\.\.\/($|lib\/|\.\.\/lib\/)/.test(request) && parent?.filename?.startsWith(path.join(checkout, 'test'))) {
    const meant = path.relative(checkout, path.resolve(path.dirname(parent.filename), request));
    request = meant === '' ? bull : path.join(bull, meant);
  }
  return resolve.call(this, request, parent, ...others);
};

// What of ours a test has used; reporter.cjs writes it down and begins anew.
global.cutroom = { workers: 0, ran: 0, added: 0, controlled: 0 };

const level = process.env.CUTROOM_BULL_LEVEL;
if (level.includes('L2')) require('./foreign_worker.cjs');
if (level.includes('L3')) exports.mochaHooks = { beforeAll: require('./foreign_producer.cjs').beforeAll };
