import { decodeJson } from '../json/decode.ts';
import { isTooDeep, MAX_DEPTH } from '../json/values.ts';
import { pathText } from '../types/inspect-error.ts';
import { type ErrorIssue, LlmError } from '../types/llm-error.ts';
import type { ModelTool, ToolSpec } from '../types/request.ts';
import type { JsonObject, JsonSchema, JsonValue, ObjectSchema, SchemaIssue } from '../types/schema.ts';
import { findIssues } from './json-schema.ts';

/** A conversion costs some 50 µs a schema: done once for each schema that lives. */
const converted = new WeakMap<object, JsonObject>();
/** Providers serialise a tools array once: the same specs must give the same array. */
const listed = new WeakMap<
  readonly ToolSpec[],
  { readonly specs: readonly ToolSpec[]; readonly tools: readonly ModelTool[] }
>();

/** Some libraries' schemas are functions. */
const isSchema = <T>(value: unknown): value is ObjectSchema<T> =>
  (typeof value === 'function' || (typeof value === 'object' && value !== null)) && '~standard' in value;

/** JSON Schema itself, or what a Standard Schema says of its input. Throws `invalid-request` naming `what`. */
export function toJsonSchema(schema: JsonSchema | ObjectSchema<unknown>, what: string): JsonObject {
  const known = converted.get(schema);
  if (known !== undefined) return known;
  const json = isSchema(schema) ? jsonSchemaOf(schema, what) : plainSchema(schema, what);
  converted.set(schema, json);
  return json;
}

/** Untyped code gives anything; a schema that holds itself has no JSON. */
function plainSchema(schema: unknown, what: string): JsonObject {
  const problem =
    typeof schema !== 'object' || schema === null || Array.isArray(schema)
      ? 'must be a JSON Schema, or a Standard Schema that can give one'
      : isTooDeep(schema)
        ? `is nested more than ${MAX_DEPTH} levels deep, or holds itself; use $ref for what recurs`
        : undefined;
  if (problem !== undefined) throw new LlmError('invalid-request', `${what} ${problem}`, { path: what });
  return schema as JsonObject;
}

function jsonSchemaOf(schema: ObjectSchema<unknown>, what: string): JsonObject {
  const { vendor, jsonSchema } = schema['~standard'];
  // A validator without the JSON Schema half of the standard gets here only from untyped code.
  if ((jsonSchema as typeof jsonSchema | undefined) === undefined) {
    throw new LlmError(
      'invalid-request',
      `${what}: this ${vendor} schema cannot give JSON Schema; wrap it, for example by toStandardJsonSchema`,
      { path: what },
    );
  }
  return convert(jsonSchema.input, what);
}

/** Tools as a provider gets them; the same array for the same specs. */
export function toModelTools(specs: readonly ToolSpec[] | undefined): readonly ModelTool[] {
  if (specs === undefined || specs.length === 0) return NO_TOOLS;
  const known = listed.get(specs);
  if (known?.specs.length === specs.length && known.specs.every((spec, at) => spec === specs[at]))
    return known.tools;
  const tools = specs.map(({ name, description, parameters }, at) => ({
    name,
    description,
    parameters: toJsonSchema(parameters, `tools[${at}].parameters`),
  }));
  listed.set(specs, { specs: [...specs], tools });
  return tools;
}

const NO_TOOLS: readonly ModelTool[] = [];

function convert(give: ObjectSchema<unknown>['~standard']['jsonSchema']['input'], what: string): JsonObject {
  try {
    const { $schema: _dialect, ...json } = give({ target: 'draft-2020-12' });
    return json as JsonObject;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new LlmError('invalid-request', `${what} has no JSON Schema: ${why}`, { path: what }, { cause });
  }
}

/**
 * A JSON Schema with the type that it stands for, wherever a schema is taken: the value of `generateObject`, the arguments
 * of a tool. Checked like any other JSON Schema; that it describes `T` is your word. Throws `invalid-request` for what is
 * not a JSON Schema.
 *
 * @example
 * const output = jsonSchema<{ title: string }>({ type: 'object', properties: { title: { type: 'string' } }, required: ['title'] });
 */
export function jsonSchema<T>(schema: JsonSchema): ObjectSchema<T> {
  const json = toJsonSchema(schema, 'the JSON Schema');
  const give = (): Record<string, unknown> => json;
  return {
    '~standard': {
      version: 1,
      vendor: 'majordomo',
      validate: (value) => checkValue<T>(json, value),
      jsonSchema: { input: give, output: give },
    },
  };
}

/** A value that fits, as the schema gives it, or everything that is wrong with it. */
export type CheckResult<T> = { readonly value: T } | { readonly issues: readonly ErrorIssue[] };

/**
 * Checks a value against a Standard Schema, which may transform it, or against the usual keywords of JSON Schema.
 * Throws `config` when the validator itself throws.
 */
export async function checkValue<T>(
  schema: ObjectSchema<T> | JsonSchema,
  value: unknown,
): Promise<CheckResult<T>> {
  if (!isSchema<T>(schema)) {
    const issues = findIssues(schema, value);
    return issues.length === 0 ? { value: value as T } : { issues };
  }
  const { validate, vendor } = schema['~standard'];
  try {
    const result = await validate(value);
    return result.issues === undefined ? { value: result.value } : { issues: result.issues.map(plainIssue) };
  } catch (cause) {
    throw new LlmError('config', `the ${vendor} schema threw instead of judging a value`, {}, { cause });
  }
}

const plainIssue = ({ message, path = [] }: SchemaIssue): ErrorIssue => ({
  message,
  path: path.map((key) => (typeof key === 'object' ? key.key : key)),
});

/** `steps[0].minutes: expected a number`, joined by semicolons; at most ten. */
export function describeIssues(issues: readonly ErrorIssue[]): string {
  const shown = issues.slice(0, MOST_SHOWN).map(({ path, message }) => {
    const place = pathText(path);
    return place === '' ? message : `${place}: ${message}`;
  });
  const more = issues.length - shown.length;
  return more > 0 ? `${shown.join('; ')}; and ${more} more` : shown.join('; ');
}

const MOST_SHOWN = 10;

/** The value that the text of an answer holds, or what is wrong with it. Throws `config` when the validator throws. */
export async function readObject<T>(
  text: string,
  output: ObjectSchema<T> | JsonObject,
): Promise<CheckResult<T>> {
  const decoded = decodeJson(text);
  if ('fault' in decoded) return { issues: [{ path: [], message: decoded.fault }] };
  return checkValue<T>(output, objectRoot(toJsonSchema(output, 'output')).unwrap(decoded.value));
}

/** A schema as wires take it, and how to read what comes back. */
export interface OutputRoot {
  readonly schema: JsonObject;
  /** The value itself; `undefined` while a wrapper has none. A model that left the wrapper out is understood. */
  unwrap(value: unknown): unknown;
}

/** Providers and their caches know schemas by identity: the same schema gives the same root. */
const known = new WeakMap<JsonObject, OutputRoot>();
const DEFINITIONS: readonly string[] = ['$defs', 'definitions'];
/** Their members are data, not schemas. */
const DATA: ReadonlySet<string> = new Set(['const', 'enum', 'default', 'examples']);

/** Native schemas and tools need an object at the root: whatever is none becomes the `value` of one. */
export function objectRoot(schema: JsonObject): OutputRoot {
  let root = known.get(schema);
  if (root === undefined) {
    root = isObject(schema) ? { schema, unwrap: (value) => value } : { schema: wrapped(schema), unwrap };
    known.set(schema, root);
  }
  return root;
}

const isObject = ({ type, anyOf, oneOf }: JsonObject): boolean =>
  type === 'object' && anyOf === undefined && oneOf === undefined;

function unwrap(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const [first, ...others] = Object.keys(value);
  if (first === undefined) return undefined;
  return first === 'value' && others.length === 0 ? (value as { readonly value: unknown }).value : value;
}

/** Definitions move up to the new root, where wires look for them; other references are led into the wrapper. */
function wrapped(schema: JsonObject): JsonObject {
  const entries = Object.entries(schema);
  const pick = (moves: boolean): JsonObject =>
    Object.fromEntries(entries.filter(([key]) => DEFINITIONS.includes(key) === moves));
  const value = relinked(pick(false));
  return {
    type: 'object',
    properties: { value },
    required: ['value'],
    additionalProperties: false,
    ...relinkedAll(pick(true)),
  };
}

const relinkedAll = (definitions: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(definitions).map(([name, member = {}]) => [name, relinked(member)]));

function relinked(node: JsonValue): JsonValue {
  if (isList(node)) return node.map(relinked);
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node).map(([key, member]): [string, JsonValue | undefined] => {
    if (member === undefined || DATA.has(key)) return [key, member];
    return [key, key === '$ref' && typeof member === 'string' ? relink(member) : relinked(member)];
  });
  return Object.fromEntries(entries);
}

const relink = (reference: string): string =>
  reference.startsWith('#') && !DEFINITIONS.some((name) => reference.startsWith(`#/${name}/`))
    ? `#/properties/value${reference.slice(1)}`
    : reference;

/** `Array.isArray` does not narrow a readonly array. */
const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);
