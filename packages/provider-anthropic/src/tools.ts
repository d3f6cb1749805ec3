import type { Tool, ToolChoice as WireToolChoice } from '@anthropic-ai/sdk/resources/messages';
import type { JsonObject, ModelTool, ToolChoice, Warning } from '@majordomo/core';
import type { Quirks } from './quirks.ts';

/** Tools as the wire wants them; the schemas keep their identity, so that their text can be kept too. */
export const toTools = (tools: readonly ModelTool[]): Tool[] =>
  tools.map(({ name, description, parameters }) => ({
    name,
    ...(description.trim() === '' ? undefined : { description }),
    input_schema: inputSchema(parameters),
  }));

/**
 * Without a word about it the model chooses by itself. A model that refuses to be forced is left to choose.
 */
export function toToolChoice(
  choice: ToolChoice | undefined,
  { forcedTools }: Quirks,
  warnings: Warning[],
): WireToolChoice | undefined {
  if (choice === undefined) return undefined;
  if (choice === 'auto' || choice === 'none') return { type: choice };
  if (forcedTools !== 'never')
    return choice === 'required' ? { type: 'any' } : { type: 'tool', name: choice.name };
  warnings.push({ action: 'coerced', what: 'toolChoice to auto', why: 'this model refuses forced tool use' });
  return { type: 'auto' };
}

type InputSchema = Tool['input_schema'];

const shaped = new WeakMap<JsonObject, InputSchema>();

/**
 * The root has to be an object; the wire refuses `anyOf`, `oneOf` and `allOf` there, so their branches are
 * joined.
 */
function inputSchema(parameters: JsonObject): InputSchema {
  let schema = shaped.get(parameters);
  if (schema === undefined) {
    schema = isPlainObject(parameters) ? parameters : joined(parameters);
    shaped.set(parameters, schema);
  }
  return schema;
}

const isPlainObject = (schema: JsonObject): schema is JsonObject & { readonly type: 'object' } =>
  schema['type'] === 'object' && !COMBINATORS.some((name) => name in schema);

const COMBINATORS = ['anyOf', 'oneOf', 'allOf'] as const;

function joined({ anyOf, oneOf, allOf, ...rest }: JsonObject): InputSchema {
  const every = [rest, ...schemasIn(allOf)];
  const choices = [schemasIn(anyOf), schemasIn(oneOf)];
  const properties = Object.fromEntries([...every, ...choices.flat()].flatMap(propertiesOf));
  // Of a choice, only what each of its branches asks for is asked for.
  const required = [...new Set([...every.flatMap(requiredOf), ...choices.flatMap(commonlyRequired)])];
  return { ...rest, type: 'object', properties, ...(required.length === 0 ? undefined : { required }) };
}

const schemasIn = (list: unknown): readonly JsonObject[] =>
  Array.isArray(list) ? list.filter(isObject) : [];

const propertiesOf = ({ properties }: JsonObject): [string, unknown][] =>
  isObject(properties) ? Object.entries(properties) : [];

const requiredOf = ({ required }: JsonObject): string[] =>
  Array.isArray(required) ? required.filter((name) => typeof name === 'string') : [];

function commonlyRequired(branches: readonly JsonObject[]): string[] {
  const [first = [], ...others] = branches.map(requiredOf);
  return first.filter((name) => others.every((names) => names.includes(name)));
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
