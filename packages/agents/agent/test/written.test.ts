import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toJson } from '@majordomo/core';
import { expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import type { RunState } from '../src/index.ts';
import { plain } from './support/tools.ts';
import { calls, faultOf, world } from './support/world.ts';

// States that releases wrote. WRITE_STORED=1 writes the file of the next release, once.
const FOLDER = join(import.meta.dirname, 'written');
const FILE = join(FOLDER, `${manifest.version}.json`);
const tools = [plain('look', () => 'seen', { approval: true })];

it.runIf(process.env['WRITE_STORED'] === '1' && !existsSync(FILE))(
  'writes the file of this release',
  async () => {
    const { agent } = world([calls(['a', 'look'], ['b', 'look'])], { tools });
    const { state } = await agent.run('go');
    writeFileSync(FILE, `${JSON.stringify(toJson(state), undefined, 2)}\n`);
  },
);

const files = readdirSync(FOLDER);

it('a state of the first release is stored', () => {
  expect(files).toContain('1.0.0.json');
});

it.each(files)('a stored run of %s continues with decisions', async (name) => {
  const state = JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as RunState;
  const { agent } = world(['Done.'], { tools });
  const result = await agent.run(state, {
    decisions: [
      { callId: 'a', approve: true },
      { callId: 'b', deny: 'no' },
    ],
  });
  expect([result.text, result.done, faultOf(result.messages)]).toEqual(['Done.', 'answered', undefined]);
});
