import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createAgent } from '@majordomo/agent';
import type { Turn } from '@majordomo/testing';
import { testFolder } from '@majordomo/test-support';
import { serveFetch } from '@majordomo/test-support/fetch-server';
import { expect, it, onTestFinished } from 'vitest';
import { agUiResponse, fromAgUi } from '../src/ag-ui.ts';
import { SECRET } from './support/approval-server.ts';
import { chain, tool } from './support/world.ts';

interface ClientAgent {
  readonly messages: readonly { readonly role: string; readonly content?: string }[];
  readonly pendingInterrupts: readonly { readonly id: string }[];
  addMessage(message: object): void;
}
interface Core {
  getAgent(name: string): ClientAgent;
  runAgent(options: { readonly agent: ClientAgent; readonly resume?: object[] }): Promise<unknown>;
  subscribe(subscriber: { readonly onError: (event: { readonly error: unknown }) => void }): void;
}

const CLIENT = '@copilotkit/core';

/** Installs CopilotKit's client into a new folder. Its client of AG-UI is older than 1.0. */
function installClient() {
  const folder = testFolder();
  execFileSync('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', `${CLIENT}@1.75.0`]);
  const require = createRequire(join(folder, 'node_modules', CLIENT, 'package.json'));
  const { CopilotKitCore } = require(CLIENT) as { CopilotKitCore: new (options: object) => Core };
  const { HttpAgent } = require('@ag-ui/client') as { HttpAgent: new (options: object) => ClientAgent };
  return { CopilotKitCore, HttpAgent };
}

/** Server of an agent whose tool `pay` needs an approval, and whose page offers tools. */
async function serve(turns: readonly Turn[]): Promise<string> {
  const { model } = chain(turns);
  const serverTools = [tool('pay', () => 'paid', { approval: true })];
  const { origin, close } = await serveFetch(async (request) => {
    const input = await fromAgUi(await request.json(), { secret: SECRET, serverTools });
    const agent = createAgent({ model, tools: [...serverTools, ...input.tools] });
    const events = agent.stream(input.run, { decisions: input.decisions });
    return agUiResponse(events, { input, secret: SECRET });
  });
  onTestFinished(close);
  return `${origin}/`;
}

it("CopilotKit's client shows text, runs the tools of the page, and approves calls", async () => {
  const { CopilotKitCore, HttpAgent } = installClient();
  const url = await serve([
    'Hello.',
    { reasoning: 'Hm.', text: 'Where? ', toolCalls: [{ id: 'c1', name: 'locate', args: { precise: true } }] },
    'In Oslo.',
    { toolCalls: [{ id: 'c2', name: 'pay', args: { eur: 5 } }] },
    'I paid.',
  ]);
  const located: unknown[] = [];
  const locate = {
    name: 'locate',
    description: 'Place of the user',
    handler: (args: unknown) => {
      located.push(args);
      return Promise.resolve('Oslo');
    },
  };
  const errors: unknown[] = [];
  const http = new HttpAgent({ url, threadId: 't' });
  const core = new CopilotKitCore({ agents__unsafe_dev_only: { default: http }, tools: [locate] });
  core.subscribe({ onError: ({ error }) => void errors.push(error) });
  const agent = core.getAgent('default');
  const say = (content: string): Promise<unknown> => {
    agent.addMessage({ id: crypto.randomUUID(), role: 'user', content });
    return core.runAgent({ agent });
  };
  await say('hi');
  await say('Where am I?');
  expect(located).toEqual([{ precise: true }]);
  await say('Pay.');
  const approvals = agent.pendingInterrupts.map(({ id }) => {
    return { interruptId: id, status: 'resolved', payload: { approved: true } };
  });
  expect(approvals).toHaveLength(1);
  await core.runAgent({ agent, resume: approvals });
  expect(errors).toEqual([]);
  const answers = agent.messages.filter(({ role }) => role === 'assistant').map(({ content }) => content);
  expect(answers.filter(Boolean)).toEqual(['Hello.', 'Where? ', 'In Oslo.', 'I paid.']);
});
