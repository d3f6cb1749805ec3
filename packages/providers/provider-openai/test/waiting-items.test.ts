import { createMajordomo, user } from '@majordomo/core';
import { failureOf } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { createOpenAI } from '../src/index.ts';

const ITEMS: readonly (readonly [string, object])[] = [
  ['mcp_approval_request', { id: 'mcpr_1', name: 'pay', arguments: '{}', server_label: 's' }],
  ['computer_call', { id: 'cu_1', call_id: 'c', action: { type: 'click', x: 1, y: 2 } }],
  ['local_shell_call', { id: 'ls_1', call_id: 'c', action: { type: 'exec', command: ['ls'] } }],
  ['apply_patch_call', { id: 'ap', call_id: 'c', operation: { type: 'delete_file', path: 'a' } }],
];

it.each(ITEMS)(
  'a turn of only %s is a success that neither benches nor calls another vendor',
  async (type, item) => {
    let otherCalls = 0;
    const fetch = () =>
      Promise.resolve(
        Response.json({
          id: 'resp',
          status: 'completed',
          output: [{ type, ...item }],
          usage: { input_tokens: 9 },
        }),
      );
    const other = () => {
      otherCalls++;
      return Promise.resolve(new Response(null, { status: 500 }));
    };
    const majordomo = createMajordomo({
      providers: [
        createOpenAI({ apiKey: 'k', fetch }),
        createOpenAI({ id: 'other', apiKey: 'k', fetch: other }),
      ],
    });
    const model = majordomo.model('openai/gpt-5.4,other/gpt-5.4');
    for (let n = 0; n < 2; n++) {
      const response = await model.generate({ messages: [user('x')] });
      expect(response).toMatchObject({
        finish: 'tool-calls',
        text: '',
        parts: [{ type: 'vendor-call', name: type }],
        warnings: [],
      });
    }
    expect(otherCalls).toBe(0);
    expect(majordomo.health.snapshot()['openai/gpt-5.4']?.state ?? 'closed').not.toBe('benched');
  },
);

it('a background response fails without a bench and names the response', async () => {
  const body = { id: 'resp_9', status: 'queued', background: true, output: [] };
  const majordomo = createMajordomo({
    providers: [createOpenAI({ apiKey: 'k', fetch: () => Promise.resolve(Response.json(body)) })],
  });
  const model = majordomo.model('openai/gpt-5.4');
  for (let n = 0; n < 3; n++) {
    const error = await failureOf(
      model.generate({ messages: [user('x')], extra: { openai: { background: true } } }),
    );
    expect(error).toMatchObject({
      kind: 'unsupported',
      details: { code: 'background' },
    });
  }
});
