import { createMajordomo, user, type ChatResponse, type Message } from '@majordomo/core';
import { expect, it } from 'vitest';
import { createOpenAI } from '../src/index.ts';

interface Body {
  readonly tools?: readonly unknown[];
  readonly input: readonly { readonly type: string; readonly environment?: unknown }[];
}

const AUTO = { type: 'shell', environment: { type: 'container_auto', memory_limit: '4g' } };
const referenceTo = (id: string) => ({ type: 'container_reference', container_id: id });

/** Returns a chat in which the vendor runs a command in the container `c<n>`, and rejects the containers in `expired`. */
function world(expired: readonly string[] = []) {
  const bodies: Body[] = [];
  const fetch = (_url: unknown, init?: RequestInit): Promise<Response> => {
    const body = JSON.parse(String(init?.body)) as Body;
    bodies.push(body);
    if (expired.some((id) => JSON.stringify(body).includes(`"${id}"`))) {
      const error = {
        message: `Container with id '${expired.join()}' not found.`,
        type: 'invalid_request_error',
      };
      return Promise.resolve(Response.json({ error }, { status: 404 }));
    }
    const n = bodies.length;
    const output = [
      {
        type: 'shell_call',
        id: `sh_${n}`,
        call_id: `call_${n}`,
        action: { commands: ['ls'] },
        environment: referenceTo(`c${n}`),
      },
      { type: 'shell_call_output', id: `sho_${n}`, call_id: `call_${n}`, output: [] },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'done' }] },
    ];
    return Promise.resolve(Response.json({ id: `resp_${n}`, status: 'completed', output }));
  };
  const majordomo = createMajordomo({ providers: [createOpenAI({ apiKey: 'k', fetch })] });
  const model = majordomo.model('openai/gpt-5.4');
  const ask = (messages: readonly Message[], tools: readonly object[] = [AUTO]): Promise<ChatResponse> =>
    model.generate({ messages, extra: { openai: { tools: tools as never } } });
  return { ask, bodies };
}

it('the shell continues the container of the last command in the next request of the conversation', async () => {
  const { ask, bodies } = world();
  const first = await ask([user('go')]);
  const second = await ask([user('go'), first.message, user('again')]);
  await ask([user('go'), first.message, user('again'), second.message, user('once more')]);
  expect(bodies.map(({ tools }) => tools)).toEqual([
    [AUTO],
    [{ type: 'shell', environment: referenceTo('c1') }],
    [{ type: 'shell', environment: referenceTo('c2') }],
  ]);
  expect(second.warnings).toEqual([]);
});

it("leaves a local shell and the caller's container unchanged", async () => {
  const { ask, bodies } = world();
  const { message } = await ask([user('go')]);
  const tools = [
    { type: 'shell', environment: { type: 'local' } },
    { type: 'shell', environment: referenceTo('own') },
  ];
  await ask([user('go'), message, user('again')], tools);
  expect(bodies[1]?.tools).toEqual(tools);
});

it('an expired container is replaced by a new one, with a warning', async () => {
  const { ask, bodies } = world(['c1']);
  const { message } = await ask([user('go')]);
  const { warnings } = await ask([user('go'), message, user('again')]);
  expect(bodies[2]?.tools).toEqual([AUTO]);
  expect(bodies[2]?.input[1]).toEqual({ ...bodies[1]?.input[1], environment: undefined });
  expect(warnings).toMatchObject([{ action: 'repaired' }]);
  expect(warnings[0]?.what).toContain('container of the conversation dropped');
});
