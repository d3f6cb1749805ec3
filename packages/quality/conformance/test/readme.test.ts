import path from 'node:path';
import { anthropicMessages, openaiChat, startWireServer, type Step } from '../src/index.ts';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (file: string): string => readFileSync(path.join(import.meta.dirname, file), 'utf8');
const readme = read('../README.md');

it('contains the example that the acceptance tests run', () => {
  const program = read('../../../../tooling/acceptance/test/own-provider.slow.test.ts');
  expect(readme).toContain(`\`\`\`ts\n${program}\`\`\``);
});

/** Example of each fault. `satisfies` ensures that none is missing. */
const FAULTS = {
  'in-band': { fault: 'in-band', failure: { failure: 'server' } },
  end: { fault: 'end' },
  cut: { fault: 'cut' },
  reset: { fault: 'reset' },
  late: { fault: 'late', ms: 1 },
  stall: { fault: 'stall', ms: 1 },
  trickle: { fault: 'trickle' },
  slow: { fault: 'slow', everyMs: 1 },
  'bad-json': { fault: 'bad-json' },
  html: { fault: 'html' },
  empty: { fault: 'empty' },
  'content-type': { fault: 'content-type', value: 'text/plain' },
} satisfies Record<Extract<Step, { fault: string }>['fault'], Step>;

it('lists every fault in its table', () => {
  const rows = readme.split('\n').filter((line) => line.startsWith('| `'));
  expect(Object.keys(FAULTS).filter((fault) => !rows.some((row) => row.includes(`\`${fault}\``)))).toEqual(
    [],
  );
});

it.each([openaiChat, anthropicMessages])('every fault with an end finishes on $name', async (wire) => {
  const steps = Object.values(FAULTS);
  await using server = await startWireServer({ wire, script: steps, validate: false });
  const path = wire === openaiChat ? '/v1/chat/completions' : '/v1/messages';
  for (let n = 0; n < steps.length; n++) {
    const body = JSON.stringify({ model: 'm', stream: n % 2 === 0 });
    await fetch(`${server.url}${path}`, { method: 'POST', body })
      .then((response) => response.text())
      .catch(() => undefined);
  }
  await Promise.all(server.requests.map(({ ended }) => ended));
  expect(server.requests.map(({ outcome }) => outcome)).not.toContain('open');
});
