import { expect, test } from 'vitest';
import { ERROR_POLICY } from '../../../../packages/base/core/src/errors/policy.ts';
import { read } from '../../src/repository.ts';

/** The final decision of the chain is not a row of a failure. */
const { exhausted: _end, ...policy } = ERROR_POLICY;

test('the table of failures in apps/docs/failover.md is the policy of core', () => {
  const rows = read('apps/docs/failover.md').matchAll(
    /^\| (`config`.*?|`unsupported`.*?|`quota`.*?|`rate-limit`.*?) \| (.+) \|$/gm,
  );
  const told = [...rows].flatMap(([, kinds = '', decisions = '']) => {
    const [retry, advance, bench] = decisions.split('|').map((cell) => cell.trim() === 'yes');
    return [...kinds.matchAll(/`([\w-]+)`/g)].map(([, kind = '']) => [kind, { retry, advance, bench }]);
  });
  expect(Object.fromEntries(told)).toEqual(policy);
});

test('every kind of error has its row in apps/docs/errors.md', () => {
  const cells = [
    ...(read('apps/docs/errors.md').split('\n## Details\n')[0] ?? '').matchAll(
      /^\| ((?:`[\w-]+` ?)+)\| .+ \| .+ \|$/gm,
    ),
  ];
  const told = cells.flatMap(([, cell = '']) => [...cell.matchAll(/`([\w-]+)`/g)].map(([, kind]) => kind));
  expect(told.sort()).toEqual(Object.keys(ERROR_POLICY).sort());
});

test('every event of a call is named in apps/docs/events.md', () => {
  const types = [
    ...read('packages/base/core/src/types/call-options.ts').matchAll(/readonly type: ([^;]+);/g),
  ];
  const names = types.flatMap(([, union = '']) => [...union.matchAll(/'([\w-]+)'/g)].map(([, name]) => name));
  expect(names.length).toBeGreaterThan(5);
  const page = read('apps/docs/events.md');
  expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

test('the timers in apps/docs/chain-options.md have the defaults of core', () => {
  const row = /^\| `(\w+Ms)\?` \| .* Default: `(\d+)_000`\. \|$/gm;
  const source = read('packages/base/core/src/call/timers.ts');
  const defaults = [...source.matchAll(/\b(\w+Ms): (\d+)_000\b/g)].map(([, name, s]) => [name, s]);
  expect(defaults.map(([name]) => name).sort()).toEqual([
    'completeMs',
    'connectMs',
    'firstContentMs',
    'idleMs',
  ]);
  const told = [...read('apps/docs/chain-options.md').matchAll(row)].map(([, name, s]) => [name, s]);
  expect(Object.fromEntries(told)).toMatchObject(Object.fromEntries(defaults));
});
