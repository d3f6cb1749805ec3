import { HttpAgent } from '@ag-ui/client';
import { createAgent, defineVendorTool } from '@majordomo/agent';
import { createMajordomo, type Message, type VendorCallPart } from '@majordomo/core';
import { createOpenAI } from '@majordomo/provider-openai';
import { expect, it } from 'vitest';
import { agUiResponse, fromAgUi } from '../src/ag-ui.ts';
import { fromUiMessages, toUiMessages, uiMessageResponse } from '../src/index.ts';
import { chunksOf } from './support/world.ts';

const call: VendorCallPart = {
  type: 'vendor-call',
  id: 'c1',
  kind: 'shell',
  name: 'shell_call',
  args: { commands: ['ls'] },
  replay: { family: 'f', data: { item: { type: 'shell_call', call_id: 'c1' } } },
};
const messages: Message[] = [
  { role: 'user', parts: [{ type: 'text', text: 'go' }] },
  { role: 'assistant', parts: [call] },
  {
    role: 'tool',
    parts: [
      {
        type: 'vendor-result',
        callId: 'c1',
        kind: 'shell',
        name: 'shell_call',
        content: [{ type: 'text', text: 'a' }],
        output: { outputs: [{ stdout: 'a', stderr: '', exitCode: 1 }] },
      },
    ],
  },
  { role: 'assistant', parts: [{ type: 'text', text: 'one file' }] },
  { role: 'user', parts: [{ type: 'text', text: 'thanks' }] },
];

it('a call that waits for the client is a tool part, from which the same transcript is read', async () => {
  const shown = await toUiMessages(messages);
  expect(shown[1]?.parts[1]).toMatchObject({
    type: 'tool-vendor:shell',
    toolCallId: 'c1',
    state: 'output-available',
  });
  expect((await fromUiMessages(shown)).messages).toEqual(messages);
});

it('a new message after a stored call answers the call as not run', async () => {
  const shown = await toUiMessages([{ role: 'user', parts: [{ type: 'text', text: 'and now?' }] }]);
  const stored = messages.slice(0, 2);
  expect((await fromUiMessages(shown, { stored })).messages).toMatchObject([
    ...stored,
    { role: 'tool', parts: [{ type: 'vendor-result', callId: 'c1', isError: true }] },
    { role: 'user' },
  ]);
});

/** Bodies of the requests to the vendor. */
const requests: unknown[] = [];

/** Returns an agent that answers a shell call of OpenAI. */
function shellAgent() {
  const message = {
    type: 'message',
    role: 'assistant',
    content: [{ type: 'output_text', text: 'one file' }],
  };
  const item = { type: 'shell_call', id: 'sh_1', call_id: 'c1', action: { commands: ['ls'] } };
  let calls = 0;
  const fetch = (_url: unknown, init: RequestInit = {}): Promise<Response> => {
    requests.push(JSON.parse(init.body as string));
    const output = [calls++ === 0 ? item : message];
    return Promise.resolve(Response.json({ id: `r${calls}`, status: 'completed', output }));
  };
  const majordomo = createMajordomo({ providers: [createOpenAI({ apiKey: 'k', fetch })] });
  const run = () => ({ stdout: 'a', stderr: '', exitCode: 1 });
  return createAgent({
    model: majordomo.model('openai/gpt-5.4'),
    tools: [defineVendorTool({ kind: 'shell', run })],
  });
}

it('a stream sends the details of a result to pages that accept them', async () => {
  const sent = async (aiSdk: 5 | 7) => {
    const chunks = await chunksOf(uiMessageResponse(shellAgent().stream('go'), { aiSdk }));
    return chunks.find(({ type }) => type === 'tool-output-available');
  };
  const vendorOutput = { outputs: [{ stdout: 'a', stderr: '', exitCode: 1 }] };
  expect(await sent(7)).toMatchObject({ providerMetadata: { majordomo: { vendorOutput } } });
  expect(await sent(5)).not.toHaveProperty('providerMetadata');
});

it('a stateless AG-UI client sends back the call with its token, and the details of its result', async () => {
  const bodies: unknown[] = [];
  const sent: (readonly Message[])[] = [];
  const agent = shellAgent();
  const fetch = async (_url: unknown, init: RequestInit = {}): Promise<Response> => {
    bodies.push(JSON.parse(init.body as string));
    const input = await fromAgUi(bodies.at(-1));
    sent.push(input.messages);
    return agUiResponse(agent.stream(input.run), { input });
  };
  const http = new HttpAgent({ url: 'http://chat.test/', threadId: 't', fetch });
  http.addMessage({ id: 'm1', role: 'user', content: 'go' });
  await http.runAgent();
  http.addMessage({ id: 'm2', role: 'user', content: 'thanks' });
  await http.runAgent();
  const [, turn, results] = sent[1] ?? [];
  expect(turn?.parts).toMatchObject([
    { type: 'vendor-call', id: 'c1', kind: 'shell', name: 'shell_call', args: { commands: ['ls'] } },
  ]);
  expect(JSON.stringify(turn)).toContain('"sh_1"');
  expect(results?.parts).toMatchObject([
    { type: 'vendor-result', callId: 'c1', output: { outputs: [{ stdout: 'a', stderr: '', exitCode: 1 }] } },
  ]);
  // The vendor receives its own items again.
  expect(JSON.stringify(requests.at(-1))).toMatch(
    /"shell_call".*"sh_1".*"shell_call_output".*"exit_code":1/s,
  );
});

it('an AG-UI client receives the call before its result, so that it can send both back', async () => {
  const body = { threadId: 't', runId: 'r', messages: [{ id: 'm', role: 'user', content: 'go' }] };
  const input = await fromAgUi(body);
  const events = await chunksOf(agUiResponse(shellAgent().stream(input.run), { input }));
  expect(events.filter(({ type }) => type.startsWith('TOOL_CALL'))).toMatchObject([
    { type: 'TOOL_CALL_START', toolCallId: 'c1', toolCallName: 'vendor:shell' },
    { type: 'TOOL_CALL_ARGS', delta: '{"commands":["ls"]}' },
    { type: 'TOOL_CALL_END' },
    { type: 'TOOL_CALL_RESULT', toolCallId: 'c1' },
  ]);
});
