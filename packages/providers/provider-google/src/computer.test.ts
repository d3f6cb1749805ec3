import { createMajordomo, user, vendorResult, type VendorCallPart } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import { createGoogle } from './index.ts';

interface Body {
  readonly contents: readonly { readonly parts: readonly object[] }[];
  readonly tools: readonly object[];
}

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const check = { decision: 'require_confirmation', explanation: 'a payment' };
const click = {
  functionCall: { id: 'f1', name: 'click_at', args: { x: 500, y: 20, safety_decision: check } },
  thoughtSignature: 'c2ln',
};

const answer = (...parts: readonly object[]): Response =>
  Response.json({ candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP' }] });

function modelWith(...responses: readonly Response[]) {
  const bodies: Body[] = [];
  const fetch = (_url: unknown, init?: RequestInit): Promise<Response> => {
    bodies.push(JSON.parse(String(init?.body)) as Body);
    return Promise.resolve(responses[bodies.length - 1] ?? new Response(null, { status: 500 }));
  };
  const majordomo = createMajordomo({ providers: [createGoogle({ apiKey: 'k', fetch })] });
  return { model: majordomo.model('google/gemini-3.5-pro'), bodies };
}

const question = user('pay');
const extra = { google: { tools: [{ computerUse: { environment: 'ENVIRONMENT_BROWSER' } }] } };
const request = { messages: [question], maxTokens: 100, extra };
const callIn = (parts: readonly { readonly type: string }[]): VendorCallPart =>
  parts.find(({ type }) => type === 'vendor-call') as VendorCallPart;

describe('an action of Gemini’s computer', () => {
  it('waits for the client, with the decision as a safety check', async () => {
    const { finish, message } = await modelWith(answer(click)).model.generate(request);
    expect(finish).toBe('tool-calls');
    expect(callIn(message.parts)).toMatchObject({
      id: 'f1',
      kind: 'computer',
      name: 'click_at',
      args: {
        actions: [{ type: 'click_at', x: 500, y: 20 }],
        toolset: 'computerUse',
        pending_safety_checks: [check],
      },
    });
  });

  it('is sent back as it was, with the page, the acknowledgement and the screenshot', async () => {
    const { model, bodies } = modelWith(answer(click), answer({ text: 'paid' }));
    const { message } = await model.generate(request);
    const result = vendorResult(callIn(message.parts), {
      content: [{ type: 'image', mediaType: 'image/png', bytes: PNG }],
      output: { acknowledged: true, url: 'https://a.test' },
    });
    const { text, warnings } = await model.generate({ ...request, messages: [question, message, result] });
    expect(text).toBe('paid');
    expect(warnings).toEqual([]);
    expect(bodies[1]?.contents[1]?.parts).toEqual([click]);
    expect(bodies[1]?.contents[2]?.parts).toEqual([
      {
        functionResponse: {
          id: 'f1',
          name: 'click_at',
          response: { output: '', url: 'https://a.test', safety_acknowledgement: 'true' },
          parts: [{ inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } }],
        },
      },
    ]);
  });

  it('is told from a call of a declared tool and from requests without a computer', async () => {
    const tool = { name: 'click_at', description: 'Clicks', parameters: { type: 'object' } };
    const declared = await modelWith(answer(click)).model.generate({ ...request, tools: [tool] });
    expect(declared.toolCalls).toMatchObject([{ name: 'click_at' }]);
    const without = await modelWith(answer(click)).model.generate({ ...request, extra: undefined });
    expect(without.toolCalls).toMatchObject([{ name: 'click_at' }]);
  });

  it('whose fragments end early has no action', async () => {
    const part = { functionCall: { id: 'f1', name: 'click_at', willContinue: true } };
    const fragment = {
      functionCall: { partialArgs: [{ jsonPath: '$.x', numberValue: 5 }], willContinue: true },
    };
    const cut = await modelWith(answer(part, fragment)).model.generate(request);
    expect(callIn(cut.message.parts).args).toEqual({ actions: [], toolset: 'computerUse' });
    const last = { functionCall: { partialArgs: [{ jsonPath: '$.y', numberValue: 6 }] } };
    const whole = await modelWith(answer(part, fragment, last)).model.generate(request);
    expect(callIn(whole.message.parts).args).toMatchObject({ actions: [{ type: 'click_at', x: 5, y: 6 }] });
  });
});
