// Writes what became of each test, and what of ours it used, to CUTROOM_BULL_REPORT.
const fs = require('node:fs');

module.exports = class {
  constructor(runner) {
    const results = [];
    const told = process.env.CUTROOM_BULL_LOG;  // As they come, too.
    const note = (test, state, error) => {
      if (told) fs.appendFileSync(told, `${state} ${test.duration} ${test.fullTitle()} ${error ?? ''}\n`);
      results.push({ title: test.fullTitle(), state, ms: test.duration, error: error && String(error.message ?? error).slice(0, 300), ...global.cutroom });
    };
    runner.on('test', () => Object.assign(global.cutroom, { workers: 0, ran: 0, added: 0, controlled: 0 }));
    runner.on('pass', (test) => note(test, 'passes'));
    runner.on('pending', (test) => note(test, 'skipped'));
    runner.on('fail', (test, error) => note(test, 'fails', error));
    runner.on('end', () => fs.writeFileSync(process.env.CUTROOM_BULL_REPORT, JSON.stringify(results)));
  }
};
