import { decodeJson } from '../json/decode.ts';
import { isList, isRecord, isTooDeep, MAX_DEPTH } from '../util/values.ts';
import { pathText } from '../types/inspect-error.ts';
import { type ErrorIssue, LlmError } from '../types/llm-error.ts';
import type { ModelTool, ToolSpec } from '../types/request.ts';
import type { JsonObject, JsonSchema, JsonValue, ObjectSchema, SchemaIssue } from '../types/schema.ts';

/** Converted JSON Schemas, by the original schema. */
const jsonSchemas = new WeakMap<object, JsonObject>();
/** Cached tools by the list of tool specs, because providers cache converted tools by the identity of the tool object. */
const modelTools = new WeakMap<
  readonly ToolSpec[],
  { readonly specs: readonly ToolSpec[]; readonly tools: readonly ModelTool[] }
>();

/** Whether a value is a Standard Schema. The schemas of some libraries are functions. */
const isSchema = <T>(value: unknown): value is ObjectSchema<T> =>
  (typeof value === 'function' || (typeof value === 'object' && value !== null)) && '~standard' in value;

/** Returns a JSON Schema without `$schema`, or converts a Standard Schema by its input type. Throws `invalid-request` for any other value. */
export function toJsonSchema(schema: JsonSchema | ObjectSchema<unknown>, what: string): JsonObject {
  const known = jsonSchemas.get(schema);
  if (known !== undefined) return known;
  const json = isSchema(schema) ? jsonSchemaOf(schema, what) : plainSchema(schema, what);
  jsonSchemas.set(schema, json);
  return json;
}

/**
 * Returns a JSON Schema without `$schema` of its root, which some vendors reject. Throws for a value that is not an object, for a
 * schema that is nested too deeply, and for members of which none is a keyword.
 */
function plainSchema(schema: unknown, what: string): JsonObject {
  const problem = problemOf(schema);
  if (problem !== undefined) throw new LlmError('invalid-request', `${what} ${problem}`, { path: what });
  return withoutDialect(schema as JsonObject);
}

function problemOf(schema: unknown): string | undefined {
  if (schema === undefined)
    return 'is missing; pass a JSON Schema, or a Standard Schema such as a schema of zod';
  if (!isRecord(schema)) return 'must be a JSON Schema, or a Standard Schema that can be converted to one';
  if (isTooDeep(schema))
    return `is nested more than ${MAX_DEPTH} levels deep, or contains itself; use $ref for recursion`;
  if (!hasKeyword(schema))
    return "has no keyword of JSON Schema; write { type: 'object', properties: { … } }";
  return undefined;
}

/** Keywords of all drafts, and the beginning of vendors' keywords. The pattern also accepts names that only resemble a keyword. */
const KEYWORD =
  /^(?:[$]|x-|(?:type|enum|const|not|if|title|description|default|format|pattern|required|contains|definitions|examples|propertyNames|\w*(?:properties|of|imum|length|items))$|depend)/i;

/** Whether a schema is empty or has a keyword. `{ a: 'string' }` would otherwise accept every value. */
function hasKeyword(schema: object): boolean {
  const names = Object.keys(schema);
  return names.length === 0 || names.some((name) => KEYWORD.test(name));
}

function jsonSchemaOf(schema: ObjectSchema<unknown>, what: string): JsonObject {
  const { vendor, jsonSchema } = schema['~standard'];
  // A caller without types may pass a validator that cannot be converted to JSON Schema.
  if ((jsonSchema as typeof jsonSchema | undefined) === undefined) {
    throw new LlmError(
      'invalid-request',
      `${what}: this ${vendor} schema cannot be converted to JSON Schema; wrap it, for example with toStandardJsonSchema`,
      { path: what },
    );
  }
  return convert(jsonSchema.input, what);
}

/** Returns the tools for a provider. The same specs result in the same array. Error paths contain the position in `all`. */
export function toModelTools(
  specs: readonly ToolSpec[],
  all: readonly ToolSpec[] = specs,
): readonly ModelTool[] {
  if (specs.length === 0) return NO_TOOLS;
  const known = modelTools.get(specs);
  if (known?.specs.length === specs.length && known.specs.every((spec, at) => spec === specs[at]))
    return known.tools;
  const tools = specs.map((spec, at): ModelTool => {
    const { name, description, parameters, deferred, callers } = spec;
    const path = `tools[${all === specs ? at : all.indexOf(spec)}].parameters`;
    return {
      name,
      description,
      parameters: toJsonSchema(parameters, path),
      ...(deferred === true && { deferred }),
      ...(callers?.includes('program') === true && { callers }),
    };
  });
  // A copy of the list shows later whether the application has changed the list.
  modelTools.set(specs, { specs: [...specs], tools });
  return tools;
}

function withoutDialect(schema: JsonObject): JsonObject {
  if (schema['$schema'] === undefined) return schema;
  const { $schema: _dialect, ...rest } = schema;
  return rest;
}

const NO_TOOLS: readonly ModelTool[] = [];

function convert(
  toJson: ObjectSchema<unknown>['~standard']['jsonSchema']['input'],
  what: string,
): JsonObject {
  try {
    return withoutDialect(toJson({ target: 'draft-2020-12' }) as JsonObject);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new LlmError('invalid-request', `${what} has no JSON Schema: ${why}`, { path: what }, { cause });
  }
}

/**
 * Returns a schema with the type `T` for a JSON Schema, for `generateObject` and tools. `checkValue` checks values against the
 * JSON Schema. Whether the schema describes `T` is not checked. Throws `invalid-request` for a value that is not a JSON Schema.
 *
 * @example
 * const output = jsonSchema<{ title: string }>({ type: 'object', properties: { title: { type: 'string' } }, required: ['title'] });
 */
export function jsonSchema<T>(schema: JsonSchema): ObjectSchema<T> {
  const json = toJsonSchema(schema, 'the JSON Schema');
  const convert = (): Record<string, unknown> => json;
  return {
    '~standard': {
      version: 1,
      vendor: 'majordomo',
      validate: (value) => checkValue<T>(json, value),
      jsonSchema: { input: convert, output: convert },
    },
  };
}

/** Value that the schema returned, or all issues of the checked value. */
export type CheckResult<T> = { readonly value: T } | { readonly issues: readonly ErrorIssue[] };

/**
 * Checks a value against a Standard Schema, which may transform it, or against a JSON Schema. In a JSON Schema, `format`,
 * `pattern`, `patternProperties`, `unevaluatedItems`, `unevaluatedProperties`, `$dynamicRef` and references to other documents
 * reject no value. Rejects with `config` if the validator throws.
 */
export async function checkValue<T>(
  schema: ObjectSchema<T> | JsonSchema,
  value: unknown,
): Promise<CheckResult<T>> {
  if (!isSchema<T>(schema)) {
    const { findIssues } = await loadJsonSchemaCheck();
    const issues = findIssues(schema, value);
    return issues.length === 0 ? { value: value as T } : { issues };
  }
  const { validate, vendor } = schema['~standard'];
  try {
    const result = await validate(value);
    return result.issues === undefined ? { value: result.value } : { issues: result.issues.map(plainIssue) };
  } catch (cause) {
    throw new LlmError('config', `the ${vendor} schema threw instead of returning a result`, {}, { cause });
  }
}

let jsonSchemaModule: Promise<typeof import('./json-schema.ts')> | undefined;

/** Loads the check at the first JSON Schema without a library, because many applications have none. */
const loadJsonSchemaCheck = (): Promise<typeof import('./json-schema.ts')> =>
  (jsonSchemaModule ??= import('./json-schema.ts'));

const plainIssue = ({ message, path = [] }: SchemaIssue): ErrorIssue => ({
  message,
  path: path.map((key) => (typeof key === 'object' ? key.key : key)),
});

/** Joins at most ten issues with semicolons. An issue has the form `steps[0].minutes: expected a number`. */
export function describeIssues(issues: readonly ErrorIssue[]): string {
  const shown = issues.slice(0, MAX_SHOWN).map(({ path, message }) => {
    const place = pathText(path);
    return place === '' ? message : `${place}: ${message}`;
  });
  const more = issues.length - shown.length;
  return more > 0 ? `${shown.join('; ')}; and ${more} more` : shown.join('; ');
}

const MAX_SHOWN = 10;

/** Returns the value in an answer's text, or the value's issues. Rejects with `config` if the validator throws. */
export async function readObject<T>(
  text: string,
  output: ObjectSchema<T> | JsonObject,
): Promise<CheckResult<T>> {
  const decoded = decodeJson(text);
  if ('fault' in decoded) return { issues: [{ path: [], message: decoded.fault }] };
  return checkValue<T>(output, objectRoot(toJsonSchema(output, 'output')).unwrap(decoded.value));
}

/** Schema with an object at its root. Wires require such a root. */
export interface OutputRoot {
  readonly schema: JsonObject;
  /** Returns the value without the wrapper, which a model may omit. Returns `undefined` if the wrapper is empty. */
  unwrap(value: unknown): unknown;
}

/** Cached roots by schema, because providers cache the converted schema by object identity. */
const roots = new WeakMap<JsonObject, OutputRoot>();
const DEFINITIONS: readonly string[] = ['$defs', 'definitions'];
/** Keywords of the root that apply to the complete document. */
const DOCUMENT: readonly string[] = ['$schema', '$id', ...DEFINITIONS];
/** Keywords whose members are data instead of schemas. */
const DATA: ReadonlySet<string> = new Set(['const', 'enum', 'default', 'examples']);

/** Returns a schema with an object at its root. A schema with another root becomes the member `value` of an object. */
export function objectRoot(schema: JsonObject): OutputRoot {
  let root = roots.get(schema);
  if (root === undefined) {
    root = isObject(schema) ? { schema, unwrap: (value) => value } : { schema: wrap(schema), unwrap };
    roots.set(schema, root);
  }
  return root;
}

/** Whether wires accept the schema as a root. OpenAI rejects alternatives at the root, also of a schema with the type `object`. */
const isObject = ({ type, anyOf, oneOf }: JsonObject): boolean =>
  type === 'object' && anyOf === undefined && oneOf === undefined;

function unwrap(value: unknown): unknown {
  if (!isRecord(value)) return value;
  const [first, ...others] = Object.keys(value);
  if (first === undefined) return undefined;
  return first === 'value' && others.length === 0 ? value['value'] : value;
}

/**
 * Moves definitions, `$id` and `$schema` to the new root. References to other parts of the schema then point into `value`. Anchors
 * and schemas with their own `$id` are found at any place, so references to them do not change.
 */
function wrap(schema: JsonObject): JsonObject {
  const { $id: id, $schema: _dialect, $defs: _defs, definitions: _definitions, ...value } = schema;
  const relink = (reference: string): string => {
    const isOwn = typeof id === 'string' && (reference === id || reference.startsWith(`${id}#`));
    const local = isOwn ? reference.slice(id.length) : reference;
    const isMoved = local === '' || local === '#' || local.startsWith('#/');
    if (!isMoved || DEFINITIONS.some((name) => local.startsWith(`#/${name}/`))) return reference;
    return `#/properties/value${local.slice(1)}`;
  };
  const moved = Object.entries(schema).flatMap(([key, member]): [string, JsonValue | undefined][] => {
    if (!DOCUMENT.includes(key)) return [];
    return [[key, DEFINITIONS.includes(key) ? relinkedAll(member, relink) : member]];
  });
  return {
    type: 'object',
    properties: { value: relinked(value, relink) },
    required: ['value'],
    additionalProperties: false,
    ...Object.fromEntries(moved),
  };
}

type Relink = (reference: string) => string;

/** Returns definitions with changed references. A definition may have the name of a keyword. */
const relinkedAll = (definitions: JsonValue | undefined, relink: Relink): JsonValue | undefined =>
  isRecord(definitions)
    ? Object.fromEntries(
        Object.entries(definitions).map(([name, member = {}]) => [name, relinked(member, relink)]),
      )
    : definitions;

function relinked(node: JsonValue, relink: Relink): JsonValue {
  if (isList(node)) return node.map((member) => relinked(member, relink));
  if (typeof node !== 'object' || node === null || typeof node['$id'] === 'string') return node;
  const entries = Object.entries(node).map(([key, member]): [string, JsonValue | undefined] => {
    if (member === undefined || DATA.has(key)) return [key, member];
    return [key, key === '$ref' && typeof member === 'string' ? relink(member) : relinked(member, relink)];
  });
  return Object.fromEntries(entries);
}
