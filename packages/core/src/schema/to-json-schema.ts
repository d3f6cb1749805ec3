import { LlmError } from '../contract/llm-error.ts';
import type { JsonObject } from '../contract/json.ts';
import { isTooDeep, MOST_LEVELS } from '../json/depth.ts';
import type { ModelTool, ToolSpec } from '../contract/request.ts';
import type { JsonSchema, ObjectSchema } from '../contract/schema.ts';

/** A conversion costs some 50 µs a schema: done once for each schema that lives. */
const converted = new WeakMap<object, JsonObject>();
/** Providers serialise a tools array once: the same specs must give the same array. */
const listed = new WeakMap<
  readonly ToolSpec[],
  { readonly specs: readonly ToolSpec[]; readonly tools: readonly ModelTool[] }
>();

/** Some libraries' schemas are functions. */
export const isSchema = <T>(value: unknown): value is ObjectSchema<T> =>
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
        ? `is nested more than ${MOST_LEVELS} levels deep, or holds itself; use $ref for what recurs`
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
