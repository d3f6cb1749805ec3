import { LlmError } from '../contract/llm-error.ts';
import type { JsonObject } from '../contract/json.ts';
import type { ModelTool, ToolSpec } from '../contract/request.ts';
import type { ObjectSchema } from '../contract/schema.ts';

/** A conversion costs some 50 µs a schema: done once for each schema that lives. */
const converted = new WeakMap<object, JsonObject>();
/** Providers serialise a tools array once: the same specs must give the same array. */
const listed = new WeakMap<
  readonly ToolSpec[],
  { readonly specs: readonly ToolSpec[]; readonly tools: readonly ModelTool[] }
>();

export const isSchema = <T>(value: JsonObject | ObjectSchema<T>): value is ObjectSchema<T> =>
  '~standard' in value;

/** JSON Schema itself, or what a Standard Schema says of its input. Throws `invalid-request` naming `what`. */
export function toJsonSchema(schema: JsonObject | ObjectSchema<unknown>, what: string): JsonObject {
  if (!isSchema(schema)) return schema;
  const known = converted.get(schema);
  if (known !== undefined) return known;
  const { vendor, jsonSchema } = schema['~standard'];
  // A validator without the JSON Schema half of the standard gets here only from untyped code.
  if ((jsonSchema as typeof jsonSchema | undefined) === undefined) {
    throw new LlmError(
      'invalid-request',
      `${what}: this ${vendor} schema cannot give JSON Schema; wrap it, for example by toStandardJsonSchema`,
      { path: what },
    );
  }
  const json = convert(jsonSchema.input, what);
  converted.set(schema, json);
  return json;
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
