import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toJson } from '@majordomo/core';
import { expect, it } from 'vitest';
import type { RunState } from '../src/index.ts';
import { plain } from './support/tools.ts';
import { calls, faultOf, world } from './support/world.ts';

// States of each stored format. WRITE_STORED=1 writes the file of the current format, which never changes after its first release.
const FOLDER = join(import.meta.dirname, 'written');
const FILE = join(FOLDER, '1.json');
const tools = [plain('look', () => 'seen', { approval: true })];

it.runIf(process.env['WRITE_STORED'] === '1')('writes the file of the current format', async () => {
  const { agent } = world([calls(['a', 'look'], ['b', 'look'])], { tools });
  const { state } = await agent.run('go');
  writeFileSync(FILE, `${JSON.stringify(toJson(state), undefined, 2)}\n`);
});

const files = readdirSync(FOLDER);

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
