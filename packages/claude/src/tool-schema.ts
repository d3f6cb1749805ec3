import type { JsonObject, JsonValue } from '@majordomo/core';
import { asList, isRecord } from '@majordomo/core/provider';

/** A schema whose root is an object. */
export type ObjectSchema = JsonObject & { readonly type: 'object' };

const shaped = new WeakMap<JsonObject, ObjectSchema>();

/**
 * A tool's parameters as both platforms take them: the root has to be an object, and `anyOf`, `oneOf` and `allOf` are
 * refused there ("input_schema does not support oneOf, allOf, or anyOf at the top level"), so their branches are joined.
 * The same object for the same parameters.
 */
export function toolSchema(parameters: JsonObject): ObjectSchema {
  let schema = shaped.get(parameters);
  if (schema === undefined) {
    schema = isPlainObject(parameters) ? parameters : joined(parameters);
    shaped.set(parameters, schema);
  }
  return schema;
}

const isPlainObject = (schema: JsonObject): schema is ObjectSchema =>
  schema['type'] === 'object' && !COMBINATORS.some((name) => name in schema);

const COMBINATORS = ['anyOf', 'oneOf', 'allOf'] as const;

function joined({ anyOf, oneOf, allOf, ...rest }: JsonObject): ObjectSchema {
  const every = [rest, ...schemasIn(allOf)];
  const choices = [schemasIn(anyOf), schemasIn(oneOf)];
  const properties = Object.fromEntries([...every, ...choices.flat()].flatMap(propertiesOf));
  // Of a choice, only what each of its branches asks for is asked for.
  const required = [...new Set([...every.flatMap(requiredOf), ...choices.flatMap(commonlyRequired)])];
  return { ...rest, type: 'object', properties, ...(required.length === 0 ? undefined : { required }) };
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
