import {
  createMajordomo,
  image,
  user,
  vendorResult,
  type ChatResponse,
  type Message,
  type VendorCallPart,
  type VendorResultInput,
} from '@majordomo/core';
import { failureOf } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { createOpenAI } from '../src/index.ts';

type Item = Readonly<Record<string, unknown>> & { readonly type: string };

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47]);
const URL_OF_PNG = 'data:image/png;base64,iVBORw==';
const SHELL: Item = {
  type: 'shell_call',
  id: 'sh_1',
  call_id: 'c1',
  action: { commands: ['ls', 'false'], max_output_length: 100, timeout_ms: null },
  status: 'completed',
};
const COMPUTER: Item = {
  type: 'computer_call',
  id: 'cu_1',
  call_id: 'c1',
  pending_safety_checks: [{ id: 'sc_1', code: 'x' }, { id: 'sc_2' }],
  action: { type: 'click', x: 1, y: 2, button: 'left' },
};

interface World {
  readonly ask: (messages: readonly Message[]) => Promise<ChatResponse>;
  readonly inputs: (readonly Item[])[];
}

/** Returns a chat with OpenAI's SDK. The first response contains `item`. */
function world(item: Item, id = 'openai'): World {
  const inputs: (readonly Item[])[] = [];
  const answer = { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'ok' }] };
  const fetch = (_url: unknown, init?: RequestInit): Promise<Response> => {
    const { input } = JSON.parse(String(init?.body)) as { readonly input: readonly Item[] };
    inputs.push(input);
    const output = [inputs.length === 1 ? item : answer];
    return Promise.resolve(Response.json({ id: 'resp', status: 'completed', output }));
  };
  const majordomo = createMajordomo({ providers: [createOpenAI({ id, apiKey: 'k', fetch })] });
  return { ask: (messages) => majordomo.model(`${id}/gpt-5.4`).generate({ messages }), inputs };
}

async function callIn({ ask }: World): Promise<{ response: ChatResponse; call: VendorCallPart }> {
  const response = await ask([user('go')]);
  const [call] = response.parts;
  if (call?.type !== 'vendor-call') throw new Error(`no call: ${JSON.stringify(response.parts)}`);
  return { response, call };
}

it.each<[string, Item, string, object, VendorResultInput, object]>([
  [
    'outputs of a shell',
    SHELL,
    'shell',
    { commands: ['ls', 'false'], max_output_length: 100, timeout_ms: null },
    {
      content: 'a',
      output: {
        outputs: [
          { stdout: 'a', stderr: '' },
          { stdout: '', stderr: 'no', exitCode: 1 },
          { stdout: '', stderr: '', timedOut: true },
        ],
      },
    },
    {
      type: 'shell_call_output',
      call_id: 'c1',
      max_output_length: 100,
      output: [
        { stdout: 'a', stderr: '', outcome: { type: 'exit', exit_code: 0 } },
        { stdout: '', stderr: 'no', outcome: { type: 'exit', exit_code: 1 } },
        { stdout: '', stderr: '', outcome: { type: 'timeout' } },
      ],
    },
  ],
  [
    'the failure of a shell as the error output of a command',
    SHELL,
    'shell',
    { commands: ['ls', 'false'] },
    { content: 'denied', isError: true },
    {
      type: 'shell_call_output',
      call_id: 'c1',
      max_output_length: 100,
      output: [{ stdout: '', stderr: 'denied', outcome: { type: 'exit', exit_code: 1 } }],
    },
  ],
  [
    'the output of a local shell',
    {
      type: 'local_shell_call',
      id: 'ls_1',
      call_id: 'c2',
      action: { type: 'exec', command: ['ls'], env: {} },
    },
    'shell',
    { command: ['ls'] },
    { content: 'a' },
    {
      type: 'local_shell_call_output',
      id: 'c2',
      output: '[{"stdout":"a","stderr":"","outcome":{"type":"exit","exit_code":0}}]',
    },
  ],
  [
    'a failed patch',
    {
      type: 'apply_patch_call',
      id: 'ap_1',
      call_id: 'c3',
      operation: { type: 'delete_file', path: 'a' },
      status: 'completed',
    },
    'patch',
    { type: 'delete_file', path: 'a' },
    { content: 'no such file', isError: true },
    { type: 'apply_patch_call_output', call_id: 'c3', status: 'failed', output: 'no such file' },
  ],
  [
    'a refused approval',
    { type: 'mcp_approval_request', id: 'mcpr_1', name: 'pay', arguments: '{"n":1}', server_label: 's' },
    'mcp-approval',
    { server: 's', name: 'pay', arguments: '{"n":1}' },
    { output: { approve: false, reason: 'too dear' } },
    {
      type: 'mcp_approval_response',
      approval_request_id: 'mcpr_1',
      approve: false,
      reason: 'too dear',
    },
  ],
  [
    'a screenshot with accepted safety checks',
    COMPUTER,
    'computer',
    { actions: [{ type: 'click', x: 1, y: 2, button: 'left' }] },
    { content: [image(PNG)], output: { acknowledged: ['sc_1'] } },
    {
      type: 'computer_call_output',
      call_id: 'c1',
      acknowledged_safety_checks: [{ id: 'sc_1', code: 'x' }],
      output: { type: 'computer_screenshot', image_url: URL_OF_PNG },
    },
  ],
])('sends the item back with %s', async (_name, item, kind, args, result, output) => {
  const it = world(item);
  const { response, call } = await callIn(it);
  expect(response.finish).toBe('tool-calls');
  expect(call).toMatchObject({ kind, name: item.type, args });
  const next = await it.ask([user('go'), response.message, vendorResult(call, result)]);
  expect(it.inputs[1]?.slice(1)).toEqual([item, output]);
  expect(next.warnings).toEqual([]);
});

it('sends a call without a result, and a failed computer call, as text with a warning', async () => {
  const open = world(SHELL);
  const first = await callIn(open);
  const next = await open.ask([user('go'), first.response.message, user('and now?')]);
  expect(JSON.stringify(open.inputs[1])).toContain('[shell_call {\\"commands\\":[\\"ls\\"');
  expect(open.inputs[1]?.map(({ type }) => type)).toEqual(['message', 'message', 'message']);
  expect(next.warnings).toMatchObject([{ action: 'coerced', what: 'calls that wait for the client' }]);

  const failed = world(COMPUTER);
  const { response, call } = await callIn(failed);
  const denied = vendorResult(call, { content: 'denied', isError: true });
  const after = await failed.ask([user('go'), response.message, denied]);
  expect(failed.inputs[1]?.map(({ type }) => type)).toEqual(['message', 'message', 'message']);
  expect(JSON.stringify(failed.inputs[1])).toContain('Error of computer_call:');
  expect(after.warnings).toMatchObject([{ action: 'coerced', what: 'computer calls' }]);
});

it('sends a call and its result to another family as text with a warning', async () => {
  const { response, call } = await callIn(world(COMPUTER));
  const other = world(SHELL, 'other');
  const { warnings } = await other.ask([
    user('go'),
    response.message,
    vendorResult(call, { content: [image(PNG)] }),
  ]);
  expect(other.inputs[0]?.map(({ type }) => type)).toEqual(['message', 'message', 'message']);
  expect(JSON.stringify(other.inputs[0]?.[2])).toContain(URL_OF_PNG);
  expect(warnings).toMatchObject([{ action: 'coerced', what: 'calls that wait for the client' }]);
});

it('ignores a second result of a call', async () => {
  const it = world(SHELL);
  const { response, call } = await callIn(it);
  const results = ['one', 'two'].map((content) => vendorResult(call, { content }));
  await it.ask([user('go'), response.message, ...results]);
  expect(it.inputs[1]?.slice(1)).toMatchObject([SHELL, { output: [{ stdout: 'one' }] }]);
  expect(it.inputs[1]).toHaveLength(3);
});

it('rejects a result for a call that does not wait, before any request', async () => {
  const it = world(SHELL);
  const { call } = await callIn(it);
  const error = await failureOf(
    it.ask([user('go'), vendorResult({ ...call, id: 'nope' }, { content: 'a' })]),
  );
  expect(error).toMatchObject({ kind: 'invalid-request', details: { path: 'messages[1].parts[0].callId' } });
  expect(it.inputs).toHaveLength(1);
});

it('leaves commands that the vendor runs in its container to the vendor', async () => {
  const environment = { type: 'container_reference', container_id: 'c' };
  const message = { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'done' }] };
  const fetch = (): Promise<Response> =>
    Promise.resolve(
      Response.json({ id: 'r', status: 'completed', output: [{ ...SHELL, environment }, message] }),
    );
  const majordomo = createMajordomo({ providers: [createOpenAI({ apiKey: 'k', fetch })] });
  const { parts, finish } = await majordomo.model('openai/gpt-5.4').generate({ messages: [user('go')] });
  expect([parts.map(({ type }) => type), finish]).toEqual([['vendor', 'text'], 'stop']);
});

it('sends content that the output of a call cannot contain in a user message after all outputs', async () => {
  const shell = world(SHELL);
  const { response, call } = await callIn(shell);
  await shell.ask([user('go'), response.message, vendorResult(call, { content: [image(PNG)] })]);
  expect(shell.inputs[1]?.slice(2)).toMatchObject([
    { type: 'shell_call_output' },
    { role: 'user', content: [{ text: 'More of the result of shell_call:' }, { image_url: URL_OF_PNG }] },
  ]);
  const computer = world(COMPUTER);
  const clicked = await callIn(computer);
  const content = [image(PNG), { type: 'text', text: 'a dialog is open' } as const];
  await computer.ask([user('go'), clicked.response.message, vendorResult(clicked.call, { content })]);
  expect(computer.inputs[1]?.slice(2)).toMatchObject([
    { type: 'computer_call_output', output: { image_url: URL_OF_PNG } },
    { role: 'user', content: [{}, { text: 'a dialog is open' }] },
  ]);
});

it('accepts the safety checks of a call, or their ids', async () => {
  const computer = world(COMPUTER);
  const { response, call } = await callIn(computer);
  const acknowledged = [{ id: 'sc_2' }, 'sc_1'];
  await computer.ask([
    user('go'),
    response.message,
    vendorResult(call, { content: [image(PNG)], output: { acknowledged } }),
  ]);
  expect(computer.inputs[1]?.at(-1)).toMatchObject({
    acknowledged_safety_checks: [{ id: 'sc_1', code: 'x' }, { id: 'sc_2' }],
  });
});

it('refuses an approval whose result contains no decision', async () => {
  const approval = {
    type: 'mcp_approval_request',
    id: 'mcpr_1',
    name: 'pay',
    arguments: '{}',
    server_label: 's',
  };
  const asked = world(approval);
  const { response, call } = await callIn(asked);
  await asked.ask([user('go'), response.message, vendorResult(call, { content: 'rather not' })]);
  expect(asked.inputs[1]?.at(-1)).toMatchObject({ approve: false, reason: 'rather not' });
});

it('names the item of the vendor in a result, also if two calls of the turn had the same id', async () => {
  const inputs: (readonly Item[])[] = [];
  const items = [SHELL, { ...SHELL, id: 'sh_2' }];
  const fetch = (_url: unknown, init?: RequestInit): Promise<Response> => {
    inputs.push((JSON.parse(String(init?.body)) as { readonly input: readonly Item[] }).input);
    return Promise.resolve(Response.json({ id: 'resp', status: 'completed', output: items }));
  };
  const majordomo = createMajordomo({ providers: [createOpenAI({ apiKey: 'k', fetch })] });
  const model = majordomo.model('openai/gpt-5.4');
  const { message, parts } = await model.generate({ messages: [user('go')] });
  const results = parts.map((part) => vendorResult(part as VendorCallPart, { content: 'a' }));
  await model.generate({ messages: [user('go'), message, ...results] });
  expect(inputs[1]?.slice(3)).toMatchObject([{ call_id: 'c1' }, { call_id: 'c1' }]);
});

it('a call that fails over sends its waiting calls as text to the next vendor, with a warning', async () => {
  const first = await callIn(world(SHELL));
  const inputs: (readonly Item[])[] = [];
  const failing = (): Promise<Response> => Promise.resolve(new Response('down', { status: 500 }));
  const answer = { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'ok' }] };
  const answering = (_url: unknown, init?: RequestInit): Promise<Response> => {
    inputs.push((JSON.parse(String(init?.body)) as { readonly input: readonly Item[] }).input);
    return Promise.resolve(Response.json({ id: 'r', status: 'completed', output: [answer] }));
  };
  const providers = [
    createOpenAI({ apiKey: 'k', fetch: failing }),
    createOpenAI({ id: 'other', apiKey: 'k', fetch: answering }),
  ];
  const model = createMajordomo({ providers }).model('openai/gpt-5.4,other/gpt-5.4');
  const messages = [user('go'), first.response.message, vendorResult(first.call, { content: 'files' })];
  const { warnings } = await model.generate({ messages }, { attempts: 1 });
  expect(inputs[0]?.map(({ type }) => type)).toEqual(['message', 'message', 'message']);
  expect(JSON.stringify(inputs[0])).toContain('files');
  expect(warnings).toMatchObject([{ action: 'coerced', what: 'calls that wait for the client' }]);
});
