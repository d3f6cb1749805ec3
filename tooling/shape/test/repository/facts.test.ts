import { expect, test } from 'vitest';
import { ERROR_POLICY } from '../../../../packages/base/core/src/errors/policy.ts';
import { read } from '../../src/repository.ts';

/** The final decision of the chain is not a row of a failure. */
const { exhausted: _end, ...policy } = ERROR_POLICY;

test.each(['apps/docs/failover.md', 'packages/base/core/README.md'])(
  'the table of failures in %s is the policy of core',
  (file) => {
    const rows = read(file).matchAll(
      /^\| (`config`.*?|`unsupported`.*?|`quota`.*?|`rate-limit`.*?) \| (.+) \|$/gm,
    );
    const told = [...rows].flatMap(([, kinds = '', decisions = '']) => {
      const [retry, advance, bench] = decisions.split('|').map((cell) => cell.trim() === 'yes');
      return [...kinds.matchAll(/`([\w-]+)`/g)].map(([, kind = '']) => [kind, { retry, advance, bench }]);
    });
    expect(Object.fromEntries(told)).toEqual(policy);
  },
);

test('every kind of error has its row in apps/docs/errors.md', () => {
  const cells = [...read('apps/docs/errors.md').matchAll(/^\| ((?:`[\w-]+` ?)+)\| .+ \| .+ \|$/gm)];
  const told = cells.flatMap(([, cell = '']) => [...cell.matchAll(/`([\w-]+)`/g)].map(([, kind]) => kind));
  expect(told.sort()).toEqual(Object.keys(ERROR_POLICY).sort());
});

test('every event of a call is named in apps/docs/operating.md', () => {
  const types = [
    ...read('packages/base/core/src/types/call-options.ts').matchAll(/readonly type: ([^;]+);/g),
  ];
  const names = types.flatMap(([, union = '']) => [...union.matchAll(/'([\w-]+)'/g)].map(([, name]) => name));
  expect(names.length).toBeGreaterThan(5);
  const page = read('apps/docs/operating.md');
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

test.each([
  ['apps/docs/failover.md', /^\| `(\w+Ms)` \| .* \| (\d+) s \|$/gm],
  ['packages/base/core/README.md', /`(\w+Ms)` (\d+) s/g],
])('the timers in %s have the defaults of core', (file, row) => {
  const source = read('packages/base/core/src/call/timers.ts');
  const defaults = [...source.matchAll(/\b(\w+Ms): (\d+)_000\b/g)].map(([, name, s]) => [name, s]);
  expect(defaults.map(([name]) => name).sort()).toEqual([
    'completeMs',
    'connectMs',
    'firstContentMs',
    'idleMs',
  ]);
  const told = Object.fromEntries([...read(file).matchAll(row)].map(([, name, s]) => [name, s]));
  expect(told).toMatchObject(Object.fromEntries(defaults));
});
