import type { JsonObject, ModelTool, Warning } from '@majordomo/core';
import { expect, it } from 'vitest';
import { toTools } from './tools.ts';

const STRICT = { strictTools: true };
const tool = (name: string, parameters: JsonObject, more: Partial<ModelTool> = {}): ModelTool => ({
  name,
  description: 'd',
  parameters,
  ...more,
});
const named = (...names: readonly string[]): JsonObject => ({
  type: 'object',
  properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
  required: [...names],
});
const fit = (tools: readonly ModelTool[], quirks = STRICT, output?: JsonObject) => {
  const warnings: Warning[] = [];
  return { fitted: toTools(tools, quirks, output, warnings), warnings };
};

it('closes a supported schema and moves other keywords to descriptions', () => {
  const parameters = { ...named('a'), properties: { a: { type: 'string', minLength: 2 } } };
  const { fitted, warnings } = fit([tool('f', parameters, { description: ' ' })]);
  expect(fitted).toEqual([
    {
      name: 'f',
      description: undefined,
      strict: true,
      schema: {
        ...named('a'),
        properties: { a: { type: 'string', description: '(minLength: 2)' } },
        additionalProperties: false,
      },
    },
  ]);
  expect(warnings).toEqual([]);
});

it.each<[string, ModelTool, typeof STRICT, readonly string[]]>([
  ['the model does not support strict tools', tool('f', named('a')), { strictTools: false }, []],
  ['the caller disables strict', tool('f', named('a'), { strict: false }), STRICT, []],
  ['the schema allows any names', tool('f', { type: 'object' }), STRICT, ['strict for the schema of f']],
])('sends a schema unchanged if %s', (_why, asked, quirks, told) => {
  const { fitted, warnings } = fit([asked], quirks);
  expect(fitted).toMatchObject([{ strict: false, schema: asked.parameters }]);
  expect(warnings.map(({ what }) => what)).toEqual(told);
});

it.each<[string, readonly ModelTool[], JsonObject | undefined, number]>([
  ['tools', Array.from({ length: 22 }, (_, at) => tool(`f${at}`, named('a'))), undefined, 20],
  [
    'optional properties',
    [1, 2, 3].map((at) => tool(`f${at}`, { ...named(...Array.from('abcdefghij')), required: [] })),
    undefined,
    2,
  ],
  [
    'unions, including those of the output schema',
    [1, 2].map((at) => tool(`f${at}`, unions(7))),
    { ...unions(6), additionalProperties: false },
    1,
  ],
])('respects the limit of %s', (_what, tools, output, held) => {
  const { fitted, warnings } = fit(tools, STRICT, output);
  expect(fitted.map(({ strict }) => strict)).toEqual(tools.map((_, at) => at < held));
  expect(warnings).toHaveLength(tools.length - held);
});

it('keeps the identity of schemas, so that their JSON can be cached', () => {
  const tools = [tool('f', named('a'))];
  expect(fit(tools).fitted[0]?.schema).toBe(fit(tools).fitted[0]?.schema);
});

function unions(count: number): JsonObject {
  const names = Array.from({ length: count }, (_, at) => `u${at}`);
  const properties = Object.fromEntries(names.map((name) => [name, { type: ['string', 'null'] }]));
  return { type: 'object', properties, required: names };
}
