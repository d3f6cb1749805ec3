import { expect, test } from 'vitest';
import { ERROR_POLICY } from '../../../packages/core/src/error/policy.ts';
import { read } from '../src/repository.ts';

/** What the chain does at the end is no row of a failure. */
const { exhausted: _end, ...policy } = ERROR_POLICY;

test.each(['apps/docs/failover.md', 'packages/core/README.md'])(
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
