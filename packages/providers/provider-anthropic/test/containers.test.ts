import { createMajordomo, user, type ChatResponse, type Message } from '@majordomo/core';
import { expect, it } from 'vitest';
import { createAnthropic } from '../src/index.ts';

interface Body {
  readonly container?: unknown;
  readonly messages: readonly { readonly content: readonly { readonly type: string }[] }[];
}

const TOOLS = [{ type: 'code_execution_20260521', name: 'code_execution' }];

/** Returns a chat whose responses name the container `c<n>`, and which rejects the containers in `expired`. */
function world(expired: readonly string[] = []) {
  const bodies: Body[] = [];
  const fetch = (_url: unknown, init?: RequestInit): Promise<Response> => {
    const body = JSON.parse(String(init?.body)) as Body;
    bodies.push(body);
    if (expired.some((id) => JSON.stringify(body.container ?? null).includes(id))) {
      const error = {
        type: 'invalid_request_error',
        message: `container: Container ${expired.join()} has expired`,
      };
      return Promise.resolve(Response.json({ type: 'error', error }, { status: 400 }));
    }
    const call = {
      type: 'server_tool_use',
      id: 'srvtoolu_1',
      name: 'bash_code_execution',
      input: { command: 'ls' },
    };
    return Promise.resolve(
      Response.json({
        id: `msg_${bodies.length}`,
        type: 'message',
        role: 'assistant',
        model: 'claude-opus-4-8',
        content: [call, { type: 'text', text: 'done' }],
        stop_reason: 'end_turn',
        usage: { input_tokens: 1, output_tokens: 1 },
        container: { id: `c${bodies.length}`, expires_at: '2126-12-01T00:00:00Z' },
      }),
    );
  };
  const majordomo = createMajordomo({ providers: [createAnthropic({ apiKey: 'k', fetch })] });
  const model = majordomo.model('anthropic/claude-opus-4-8');
  const ask = (messages: readonly Message[], extra: object = { tools: TOOLS }): Promise<ChatResponse> =>
    model.generate({ messages, extra: { anthropic: { ...extra } } });
  return { ask, bodies };
}

it('a container continues in the next request of the conversation, and its part is not sent', async () => {
  const { ask, bodies } = world();
  const first = await ask([user('go')]);
  const second = await ask([user('go'), first.message, user('again')]);
  await ask([user('go'), first.message, user('again'), second.message, user('once more')]);
  expect(bodies.map(({ container }) => container)).toEqual([undefined, 'c1', 'c2']);
  expect(bodies[1]?.messages[1]?.content.map(({ type }) => type)).toEqual(['server_tool_use', 'text']);
  expect(second.warnings).toEqual([]);
});

it.each<[string, object, unknown]>([
  ['adds the id to skills', { tools: TOOLS, container: { skills: [] } }, { skills: [], id: 'c1' }],
  ["keeps the caller's container", { tools: TOOLS, container: 'own' }, 'own'],
  ['sends none if the caller wants a new one', { tools: TOOLS, container: null }, null],
  ['sends none without a tool of the vendor', {}, undefined],
])('a request %s', async (_name, extra, container) => {
  const { ask, bodies } = world();
  const { message } = await ask([user('go')]);
  await ask([user('go'), message, user('again')], extra);
  expect(bodies[1]?.container).toEqual(container);
});

it('an expired container is replaced by a new one, with a warning', async () => {
  const { ask, bodies } = world(['c1']);
  const { message } = await ask([user('go')]);
  const { warnings } = await ask([user('go'), message, user('again')]);
  expect(bodies.map(({ container }) => container)).toEqual([undefined, 'c1', undefined]);
  expect(bodies[2]?.messages[1]?.content.map(({ type }) => type)).toEqual(['server_tool_use', 'text']);
  expect(warnings).toMatchObject([{ action: 'repaired' }]);
  expect(warnings[0]?.what).toContain('container of the conversation dropped');
});
