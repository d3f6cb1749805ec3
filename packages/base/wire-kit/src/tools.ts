import type { JsonObject, JsonValue, ModelTool, Recovery } from '@majordomo/core';
import { asList, isRecord, resolveReference } from '@majordomo/core/toolkit';

/** JSON Schema whose root is an object. */
export type ObjectRoot = JsonObject & { readonly type: 'object' };

/** Converted parameters by the original object, because providers cache converted tools by identity. */
const roots = new WeakMap<JsonObject, ObjectRoot>();

/**
 * Converts a tool's parameters to a schema whose root is an object without `anyOf`, `oneOf`, `allOf` and `$ref`. Most vendors
 * reject or ignore these at the root (Claude: "input_schema does not support oneOf, allOf, or anyOf at the top level"). Merges
 * alternatives and resolves a reference. Returns the same object for the same parameters.
 */
export function objectRoot(parameters: JsonObject): ObjectRoot {
  let schema = roots.get(parameters);
  if (schema === undefined) {
    schema = isPlainObject(parameters) ? parameters : joinBranches(parameters);
    roots.set(parameters, schema);
  }
  return schema;
}

const isPlainObject = (schema: JsonObject): schema is ObjectRoot =>
  schema['type'] === 'object' && !COMBINATORS.some((name) => name in schema) && !('$ref' in schema);

const COMBINATORS = ['anyOf', 'oneOf', 'allOf'] as const;

function joinBranches(schema: JsonObject): ObjectRoot {
  const { anyOf, oneOf, allOf, ...rest } = followReference(schema);
  const every = [rest, ...schemasIn(allOf)];
  const choices = [schemasIn(anyOf), schemasIn(oneOf)];
  const properties = Object.fromEntries([...every, ...choices.flat()].flatMap(propertiesOf));
  // A property of alternatives is required only if every alternative requires it.
  const required = [...new Set([...every.flatMap(requiredOf), ...choices.flatMap(commonlyRequired)])];
  return { ...rest, type: 'object', properties, ...(required.length === 0 ? undefined : { required }) };
}

/** Resolves a root that refers to a schema inside it. Otherwise, returns the root without its reference. */
function followReference(root: JsonObject): JsonObject {
  const { $ref: _reference, ...schema } = root;
  const target = resolveReference(root, root);
  return isSchema(target) && target !== root ? { ...target, ...schema } : schema;
}

const schemasIn = (list: JsonValue | undefined): readonly JsonObject[] => asList(list).filter(isSchema);

const isSchema = (value: unknown): value is JsonObject => isRecord(value);

const propertiesOf = ({ properties }: JsonObject): [string, JsonValue | undefined][] =>
  isSchema(properties) ? Object.entries(properties) : [];

const requiredOf = ({ required }: JsonObject): string[] =>
  asList(required).filter((name) => typeof name === 'string');

function commonlyRequired(branches: readonly JsonObject[]): string[] {
  const [first = [], ...others] = branches.map(requiredOf);
  return first.filter((name) => others.every((names) => names.includes(name)));
}

/**
 * Returns a tool name that vendors accept for a call in a transcript. Models call undeclared tools by names such as
 * `exec.command<|channel|>`. Such a call stays in the transcript, so its name would make every later request fail ("String
 * should match pattern '^[a-zA-Z0-9_-]{1,128}$'"). Calls and results are matched by id, so the name may change.
 *
 * @param maxLength maximum number of characters
 */
export function sanitizeToolName(name: string, maxLength: number): string {
  const fitted = name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, maxLength);
  return fitted === '' ? 'unknown' : fitted;
}

/** Recovery that sends loaded tools in the list `tools`, for a server that rejects tool definitions inside the conversation. */
export const WITHOUT_TOOL_LOADING: Recovery = {
  id: 'tool-loading',
  what: 'loaded tools sent with the others',
  apply: (request) =>
    request.tools.some(isLoaded)
      ? { ...request, tools: request.tools.map(({ deferred: _, ...tool }) => tool) }
      : request,
  remember: true,
  isNeededFor: ({ tools }) => tools.some(isLoaded),
};

const isLoaded = ({ deferred }: ModelTool): boolean => deferred === true;

/** Whether programs that run at the vendor may call a tool. */
export const isForPrograms = ({ callers }: ModelTool): boolean => callers?.includes('program') === true;

/** Recovery that offers all tools to the model only, for a server or a model that does not run programs. */
export const WITHOUT_PROGRAMS: Recovery = {
  id: 'programs',
  what: 'callers of tools dropped, so that the model calls the tools itself',
  apply: (request) =>
    request.tools.some(isForPrograms)
      ? { ...request, tools: request.tools.map(({ callers: _, ...tool }) => tool) }
      : request,
  remember: true,
  isNeededFor: ({ tools }) => tools.some(isForPrograms),
};
