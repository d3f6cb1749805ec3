/**
 * Continues one agent run from its SQLite file, and ends with SIGKILL before a model call. Arguments: file, address of the vendor,
 * and the number of that call; 0 completes the run.
 */
import { createAgent, createRuns, defineTool, type RunState } from '@majordomo/agent';
import { createMajordomo, jsonSchema } from '@majordomo/core';
import { createOpenAI } from '@majordomo/provider-openai';
import { sqliteStores } from '@majordomo/store-sqlite';
import { forbid, guarded, guardedTool } from '../../src/index.ts';

const [file = '', baseURL = '', killAt = '0', question = ''] = process.argv.slice(2);
const runs = createRuns({ records: sqliteStores(file).records });
const majordomo = createMajordomo({ providers: [createOpenAI({ api: 'chat', apiKey: 'test', baseURL })] });
const model = guarded(majordomo.model('openai/gpt-test'), {
  mask: {},
  input: [forbid({ name: 'input', patterns: ['forbidden'] })],
  toolResults: [forbid({ name: 'injection', patterns: ['ignore all'] })],
  output: [forbid({ name: 'output', patterns: ['forbidden'] })],
});
const mail = defineTool({
  name: 'mail',
  description: 'Sends a mail',
  parameters: jsonSchema<{ to: string }>({
    type: 'object',
    properties: { to: { type: 'string' } },
    required: ['to'],
  }),
  run: ({ to }) => ({ sent: to }),
});
const agent = createAgent({ model, tools: [guardedTool(mail, { checks: [] })] });

const state = (await runs.load('r')) ?? agent.begin(question);
const effects = agent.effects({ runId: 'r', signal: new AbortController().signal });
let calls = 0;
const callModel: typeof effects.callModel = async (currentState: RunState, turn) => {
  await runs.save('r', currentState);
  if (++calls === Number(killAt)) process.kill(process.pid, 'SIGKILL');
  return effects.callModel(currentState, turn);
};
const result = await agent.drive(state, { ...effects, callModel, decisions: async () => [] });
await runs.save('r', result.state);
