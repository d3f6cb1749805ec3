import { expect, expectTypeOf, it } from 'vitest';
import { failure } from '../../test/support/failure.ts';
import { world } from '../../test/support/world.ts';
import { jsonSchema, type JsonSchema, user } from '../index.ts';

interface Recipe {
  readonly title: string;
}
const schema = { type: 'object', properties: { title: { type: 'string' } }, required: ['title'] } as const;
const request = { messages: [user('soup')], output: jsonSchema<Recipe>(schema) };

it('types the value and checks it against the schema', async () => {
  const { majordomo } = world({ 'a/x': ['{"title":5}', '{"title":"Soup"}'], 'b/y': ['{}'] });
  const { value, warnings } = await majordomo.model('a/x').generateObject(request);
  expectTypeOf(value).toEqualTypeOf<Recipe>();
  expect([value, warnings.length]).toEqual([{ title: 'Soup' }, 1]);
  const { kind, message } = await failure(majordomo.model('b/y').generateObject(request));
  expect([kind, message]).toEqual(['invalid-output', expect.stringContaining('title: is required')]);
});

it('streams snapshots and sends the schema unchanged', async () => {
  const outputs: unknown[] = [];
  const { majordomo } = world({
    'a/x': [({ output }) => (outputs.push(output), '{"title":"Soup"}')],
  });
  const stream = majordomo.model('a/x').streamObject(request);
  expect((await stream.response()).value.title).toBe('Soup');
  expect(JSON.stringify(outputs)).toContain(JSON.stringify(schema));
});

it('sends tools without the dialect of their schemas', async () => {
  const sent: unknown[] = [];
  const { majordomo } = world({ 'a/x': [({ tools }) => (sent.push(...tools), 'ok')] });
  const $schema = 'https://json-schema.org/draft/2020-12/schema';
  const tools = [{ name: 't', description: '', parameters: { $schema, ...schema } }];
  await majordomo.model('a/x').generate({ messages: [user('soup')], tools });
  await majordomo.model('a/x').generate({ messages: [user('soup')], tools });
  expect(sent).toEqual([expect.objectContaining({ parameters: schema }), sent[0]]);
  expect(sent[1]).toBe(sent[0]);
});

it('rejects a value that is not a JSON Schema', () => {
  const circular: Record<string, unknown> = {};
  circular['not'] = circular;
  for (const invalidSchema of ['no schema', undefined, circular]) {
    const createSchema = () => jsonSchema<Recipe>(invalidSchema as unknown as JsonSchema);
    expect(createSchema).toThrow(expect.objectContaining({ kind: 'invalid-request' }));
  }
});

it('rejects a schema without a keyword before a request is sent', async () => {
  const sent: unknown[] = [];
  const { majordomo } = world({ 'a/x': [({ output }) => (sent.push(output), '{}')] });
  const output = { a: 'string' } as unknown as JsonSchema;
  const messages = [user('soup')];
  await expect(majordomo.model('a/x').generateObject({ messages, output })).rejects.toMatchObject({
    kind: 'invalid-request',
    message: "output has no keyword of JSON Schema; write { type: 'object', properties: { … } }",
  });
  expect(sent).toEqual([]);
});

it.each([
  {},
  { description: 'anything' },
  { $ref: '#' },
  { patternProperties: {} },
  { maximum: 3 },
  { 'x-a': 1 },
])('accepts the schema %j', (schema) => {
  expect(() => jsonSchema(schema as JsonSchema)).not.toThrow();
});
