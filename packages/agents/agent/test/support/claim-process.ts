// One of several processes that share a stored state and a folder of claims. `begin` runs until a payment waits for approval.
// `approve` continues from the state. With `hang`, the payment never returns.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMajordomo, fromJson, toJson } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { createAgent, type RunState, type Tool } from '../../src/index.ts';
import { folderRecords } from './folder-records.ts';
import { resultTexts } from './world.ts';

const [folder = '', action = '', ...flags] = process.argv.slice(2);
const file = join(folder, 'state.json');

const pay: Tool = {
  name: 'pay',
  description: 'Pays the bill',
  parameters: { type: 'object' },
  approval: true,
  effect: 'once',
  async run() {
    appendFileSync(join(folder, 'paid'), `${process.pid}\n`);
    if (flags.includes('hang')) await new Promise(() => setInterval(() => undefined, 1000));
    return 'paid';
  },
};
const turn =
  action === 'begin' ? { text: 'One moment.', toolCalls: [{ id: 'c1', name: 'pay', args: {} }] } : 'Done.';
const agent = createAgent({
  model: createMajordomo({ providers: [fakeProvider({ id: 'f', models: { m: [turn] } })] }).model('f/m'),
  tools: [pay],
});

if (action === 'begin') {
  const { state } = await agent.run('Pay the bill', { runId: 'r' });
  writeFileSync(file, JSON.stringify(toJson(state)));
} else {
  const state = fromJson<RunState>(JSON.parse(readFileSync(file, 'utf8')));
  const options = { decisions: [{ callId: 'c1', approve: true }] as const };
  const output = await agent
    .run(
      state,
      flags.includes('claim') ? { ...options, records: folderRecords(join(folder, 'claims')) } : options,
    )
    .then(
      ({ messages, unknown }) => [...resultTexts(messages), ...unknown.map(({ key }) => `unknown ${key}`)],
      String,
    );
  console.log(JSON.stringify(output));
}
