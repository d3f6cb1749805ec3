import { createAgent, defineTool } from '@majordomo/agent';
import { createMajordomo, file, image, user } from '@majordomo/core';
import { createRedactor } from '@majordomo/redact';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { watch, type Watch } from './support/recording.ts';

const KEY = 'ghp_0123456789abcdefghijklmnopqrstuvwxyz';
const turns: readonly Turn[] = [
  {
    reasoning: `the key ${KEY}`,
    toolCalls: [{ id: 'c1', name: 'look', args: { password: 'hunter22', at: 'door' } }],
  },
  `It was ${KEY}.`,
];
const lookTool = defineTool({
  name: 'look',
  description: 'Looks at a thing',
  parameters: { type: 'object', properties: { at: { type: 'string' } } },
  run: () => [
    { type: 'text' as const, text: `under the mat: ${KEY}` },
    { type: 'image' as const, mediaType: 'image/png', bytes: new Uint8Array([1, 2, 3]) },
  ],
});

async function run(telemetry: Watch) {
  const model = createMajordomo({
    providers: [fakeProvider({ id: 'f', models: { m: turns } })],
    ...telemetry.majordomo,
  }).model('f/m');
  const agent = createAgent({ model, instructions: 'Look.', tools: [lookTool], ...telemetry.agent('a') });
  const imagePart = image(new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10, 9, 9]));
  await agent.run([user(`My key is ${KEY}`, imagePart, file(new Uint8Array([37, 80]), 'application/pdf'))]);
  return telemetry.spans();
}

const parseAttributes = (spans: Awaited<ReturnType<typeof run>>, key: string): unknown[] =>
  spans.flatMap(({ attributes }) => {
    const value = attributes[key];
    return typeof value === 'string' ? [JSON.parse(value) as unknown] : [];
  });

const CONTENT = /messages|instructions|definitions|arguments|result$/;

it('writes no prompt, response, argument or result by default', async () => {
  const spans = await run(watch());
  expect(
    spans.flatMap(({ attributes }) => Object.keys(attributes)).filter((key) => CONTENT.test(key)),
  ).toEqual([]);
  expect(JSON.stringify(spans)).not.toMatch(/My key|under the mat|hunter22|door|ghp_/);
});

it('writes redacted content in the form of the conventions, without the bytes of images', async () => {
  const spans = await run(watch({ content: createRedactor() }));
  expect(parseAttributes(spans, 'gen_ai.input.messages')[1]).toEqual([
    {
      role: 'user',
      parts: [
        { type: 'text', content: 'My key is [redacted]' },
        { type: 'image', mime_type: 'image/png', size: 10 },
        { type: 'file', mime_type: 'application/pdf', size: 2 },
      ],
    },
    {
      role: 'assistant',
      parts: [
        { type: 'reasoning', content: 'the key [redacted]' },
        { type: 'tool_call', id: 'c1', name: 'look', arguments: { password: '[redacted]', at: 'door' } },
      ],
    },
    {
      role: 'tool',
      parts: [
        {
          type: 'tool_call_response',
          id: 'c1',
          response: [
            { type: 'text', content: 'under the mat: [redacted]' },
            { type: 'image', mime_type: 'image/png', size: 3 },
          ],
        },
      ],
    },
  ]);
  expect(parseAttributes(spans, 'gen_ai.system_instructions')[0]).toEqual([
    { type: 'text', content: 'Look.' },
  ]);
  expect(parseAttributes(spans, 'gen_ai.tool.definitions')[0]).toEqual([
    { type: 'function', name: 'look', description: 'Looks at a thing', parameters: lookTool.parameters },
  ]);
  expect(parseAttributes(spans, 'gen_ai.output.messages')[1]).toEqual([
    { role: 'assistant', parts: [{ type: 'text', content: 'It was [redacted].' }] },
  ]);
  expect(parseAttributes(spans, 'gen_ai.tool.call.arguments')).toEqual([
    { password: '[redacted]', at: 'door' },
  ]);
  expect(parseAttributes(spans, 'gen_ai.tool.call.result')[0]).toEqual([
    { type: 'text', content: 'under the mat: [redacted]' },
    { type: 'image', mime_type: 'image/png', size: 3 },
  ]);
  expect(JSON.stringify(spans)).not.toMatch(/ghp_|hunter22/);
});

it('writes no part of a secret in a prompt that contains JSON', async () => {
  const secrets = { password: 'hunt"er2!', token: 'several short words', cookies: { sid: "it's" } };
  const body = JSON.stringify({ body: JSON.stringify({ ...secrets, note: 'plain' }) });
  const telemetry = watch({ content: createRedactor() });
  const fake = fakeProvider({ id: 'f', models: { m: ['Done.'] } });
  const model = createMajordomo({ providers: [fake], ...telemetry.majordomo }).model('f/m');
  await model.generate({ messages: [user(`${body} ?api_key=ab'quoted9&page=2`)] });
  const messages = JSON.stringify(parseAttributes(await telemetry.spans(), 'gen_ai.input.messages'));
  expect(messages).toContain('plain');
  expect(messages).not.toMatch(/hunt|er2|several|words|it's|quoted9/);
});

it('writes the prompt of an image model', async () => {
  const telemetry = watch({ content: createRedactor() });
  const imagePart = image(new Uint8Array([1]));
  const fake = fakeProvider({ id: 'f', models: { draw: [{ images: [imagePart] }] } });
  const majordomo = createMajordomo({ providers: [fake], ...telemetry.majordomo });
  await majordomo.imageModel('f/draw').generate({ prompt: `a cat with ${KEY}` });
  expect(parseAttributes(await telemetry.spans(), 'gen_ai.input.messages')).toEqual([
    [{ role: 'user', parts: [{ type: 'text', content: 'a cat with [redacted]' }] }],
  ]);
});

it('omits the content if the redactor throws', async () => {
  const throwError = () => {
    throw new Error('bug');
  };
  const spans = await run(watch({ content: { ...createRedactor(), value: throwError } }));
  expect(spans).toHaveLength(6);
  expect(JSON.stringify(spans)).not.toMatch(/My key|under the mat|ghp_|gen_ai.input.messages/);
});

it('rejects content with convention 1.36, and an unknown convention', () => {
  expect(() => watch({ content: createRedactor(), convention: '1.36' })).toThrow(
    /content requires convention "2026-08"/,
  );
  expect(() => watch({ convention: '2030' as '1.36' })).toThrow(/must be one of 1.36, 2026-08, 0.1$/);
});
