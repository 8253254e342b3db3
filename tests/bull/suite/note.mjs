// The note that run.mjs writes: what became of each of Bull's tests.
import { readFileSync, writeFileSync } from 'node:fs';
import { reason_for } from './reasons.mjs';

const { version } = JSON.parse(readFileSync(new URL('../node_modules/bull/package.json', import.meta.url), 'utf8'));
const is_ours = (one) => !!one && one.workers + one.ran + one.added + one.controlled > 0;
const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ').trim();

const WORDS = { passes: 'passes', fails: 'fails', skipped: 'skipped' };
function verdict(one) {
  if (!one) return '';
  if (one.state !== 'skipped' && !is_ours(one)) return '–';
  return WORDS[one.state] + (one.again ? ' ¹' : '');
}

// `tests_of`: the version of the checkout.
export function write_note(path, results, tests_of) {
  const levels = Object.keys(results).filter((level) => level !== 'Bull');
  const by_title = (level) => new Map((results[level] ?? []).map((one) => [one.title, one]));
  const found = Object.fromEntries(levels.map((level) => [level, by_title(level)]));
  const titles = [...new Map(Object.values(results).flat().map((one) => [one.title, one.file])).entries()];
  const all_of = (level, is_so) => [...found[level].values()].filter(is_so);
  const outcome_of = ({ state }) => state;

  const rows = levels.map((level) => {
    const ours = all_of(level, (one) => is_ours(one) && one.state !== 'skipped');
    const passes = ours.filter((one) => outcome_of(one) === 'passes').length;
    return `| ${level} | ${ours.length} | ${passes} | ${ours.length - passes} |`;
  });
  const bulls = results.Bull ? [...by_title('Bull').values()] : [];
  const count = (list, state) => list.filter((one) => one.state === state).length;

  const failing = titles.flatMap(([title]) => {
    const where = levels.filter((level) => found[level].get(title)?.state === 'fails');
    return where.length ? [`| ${cell(title)} | ${where.join(', ')} | ${cell(reason_for(title, where, found[where[0]].get(title)))} |`] : [];
  });
  const untouched = titles.filter(([title]) => levels.every((level) => !is_ours(found[level].get(title))) &&
    levels.every((level) => found[level].get(title)?.state !== 'skipped'));
  const table = titles.map(([title]) => `| ${cell(title)} | ${levels.map((level) => verdict(found[level].get(title))).join(' | ')} |`);

  writeFileSync(path, `# Bull's own tests, with ours behind them

Written by \`./dev bull-suite CHECKOUT --note docs/bull-suite.md\` (tests/bull/suite/README.md) with bull ${version} and the tests of its
repository at ${tests_of}, on a redis-server of the run's own. L2: our workers do the jobs, Node adds and looks. L3: our producers add, promote, retry,
remove and pause, Node's workers work. A test counts where something of ours took part in it.

| level | tests with ours in them | pass | fail |
|---|---|---|---|
${rows.join('\n')}
${bulls.length ? `\nBull by itself in the same run: ${bulls.length} tests, ${count(bulls, 'passes')} pass, ${count(bulls, 'fails')} fail, ${count(bulls, 'skipped')} are skipped by its authors.\n` : ''}
## What fails

| test | with | why |
|---|---|---|
${failing.join('\n')}

## What nothing of ours takes part in

${untouched.length} tests; they pass or fail as with Bull alone.

| test | why |
|---|---|
${untouched.map(([title]) => `| ${cell(title)} | ${cell(reason_for(title, []))} |`).join('\n')}

## All

"–": nothing of ours took part. ¹: failed beside the others, passed alone at the second try.

| test | ${levels.join(' | ')} |
|---|${levels.map(() => '---|').join('')}
${table.join('\n')}
`);
}
