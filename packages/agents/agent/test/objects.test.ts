import { createMajordomo, user } from '@majordomo/core';
import { startWireServer, type Answer } from '@majordomo/conformance';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { vendors } from './support/vendors.ts';

const Tree = z.object({
  name: z.string(),
  get children() {
    return z.array(Tree);
  },
});
const tree = { name: 'a', children: [{ name: 'b', children: [] }] };
const Shape = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('circle'), radius: z.number() }),
  z.object({ kind: z.literal('none') }),
]);

/** Schema, value, and the text that the model returns for the value. */
const objects: Readonly<Record<string, readonly [z.ZodType, unknown, string]>> = {
  'a list': [z.array(z.object({ a: z.number() })), [{ a: 1 }], '{"value":[{"a":1}]}'],
  'a union': [Shape, { kind: 'none' }, '{"value":{"kind":"none"}}'],
  'a tree': [Tree, tree, JSON.stringify(tree)],
  'a list of trees': [z.array(Tree), [tree], JSON.stringify({ value: [tree] })],
  'a record with optional and null members': [
    z.object({ a: z.string().optional(), b: z.record(z.string(), z.number()).nullable() }),
    { b: null },
    '{"b":null}',
  ],
};

describe.each(Object.entries(vendors))('a typed object from %s', (_name, { wire, model, open }) => {
  it.each(Object.entries(objects))(
    '%s: the wire accepts its schema, and the value is returned',
    async (_kind, [output, value, text]) => {
      const call: Answer = { parts: [{ type: 'tool-call', name: 'answer', json: text }] };
      await using server = await startWireServer({
        wire,
        script: ({ request }) => (request.tools.includes('answer') ? call : text),
      });
      const provider = { ...open(server.baseURL), id: 'p' };
      const chatModel = createMajordomo({ providers: [provider], chain: { attempts: 1 } }).model(
        `p/${model}`,
      );
      const request = { messages: [user('go')], output };
      expect((await chatModel.generateObject(request)).value).toEqual(value);
      expect((await chatModel.streamObject(request).response()).value).toEqual(value);
      expect(server.requests.flatMap(({ violations }) => violations)).toEqual([]);
      expect(server.requests).toHaveLength(2);
    },
  );
});
