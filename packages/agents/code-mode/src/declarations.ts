import { resolveReference, asRecord, isList, isRecord, toJsonSchema } from '@majordomo/core/toolkit';
import type { Tool } from '@majordomo/agent';

type Schema = Readonly<Record<string, unknown>>;

/** Maximum depth of a type. Deeper types are `any`. */
const MAX_DEPTH = 8;
/** Maximum number of types in the declaration of a tool. Further types are `any`, because references can repeat a type without end. */
const MAX_TYPES = 1_000;

/** Returns the declaration of `tools` in TypeScript, sorted by name, so that prompt caches match in each process. */
export function declarationsOf(tools: readonly Tool[]): string {
  const sorted = tools.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const functions = sorted.map((tool) => {
    const schema = toJsonSchema(tool.parameters, `parameters of tool "${tool.name}"`);
    const type = typeOf(schema, { root: schema, outer: [schema], depth: 0, count: { types: 0 } });
    const isOptional = !isList(schema['required']) || schema['required'].length === 0;
    return `${comment(tool.description, '  ')}  ${keyOf(tool.name)}(args${isOptional ? '?' : ''}: ${type}): Promise<any>;`;
  });
  return ['declare const tools: {', ...functions, '};'].join('\n');
}

interface Place {
  readonly root: Schema;
  /** Schemas that contain this place. A reference to one of them is `any`. */
  readonly outer: readonly unknown[];
  readonly depth: number;
  /** Number of types so far, which all places of a declaration share. */
  readonly count: { types: number };
}

function typeOf(schema: unknown, place: Place): string {
  if (!isRecord(schema) || place.depth > MAX_DEPTH) return 'any';
  place.count.types++;
  if (place.count.types > MAX_TYPES) return 'any';
  const inner = { ...place, depth: place.depth + 1 };
  const { $ref: reference, enum: values, anyOf, oneOf, allOf, type } = schema;
  if (typeof reference === 'string') {
    const target = resolveReference(place.root, schema);
    return place.outer.includes(target)
      ? 'any'
      : typeOf(target, { ...inner, outer: [...place.outer, target] });
  }
  if ('const' in schema) return JSON.stringify(schema['const']);
  if (isList(values)) return union(values.map((value) => JSON.stringify(value)));
  const options = anyOf ?? oneOf;
  if (isList(options)) return union(options.map((option) => typeOf(option, inner)));
  if (isList(allOf)) return allOf.map((part) => `(${typeOf(part, inner)})`).join(' & ');
  if (isList(type)) return union(type.map((one) => typeOf({ ...schema, type: one }, inner)));
  switch (type) {
    case 'string':
    case 'boolean':
    case 'null':
      return type;
    case 'number':
    case 'integer':
      return 'number';
    case 'array':
      return arrayType(schema, inner);
    case 'object':
      return objectType(schema, inner);
    default:
      return isRecord(schema['properties']) ? objectType(schema, inner) : 'any';
  }
}

function arrayType({ items, prefixItems }: Schema, place: Place): string {
  if (isList(prefixItems)) return `[${prefixItems.map((item) => typeOf(item, place)).join(', ')}]`;
  const item = typeOf(items, place);
  return /^[\w"]+$/.test(item) ? `${item}[]` : `Array<${item}>`;
}

function objectType(schema: Schema, place: Place): string {
  const properties = Object.entries(asRecord(schema['properties']));
  const required: readonly unknown[] = isList(schema['required']) ? schema['required'] : [];
  const { additionalProperties: others } = schema;
  if (properties.length === 0)
    return others === false ? '{}' : `Record<string, ${isRecord(others) ? typeOf(others, place) : 'any'}>`;
  const members = properties.map(([name, property]) => {
    const text = asRecord(property)['description'];
    const note = typeof text === 'string' ? `${comment(text, '').trimEnd()} ` : '';
    return `${note}${keyOf(name)}${required.includes(name) ? '' : '?'}: ${typeOf(property, place)}`;
  });
  return `{ ${members.join('; ')} }`;
}

const union = (types: readonly string[]): string => [...new Set(types)].join(' | ') || 'never';

/** Returns the name of a member. A method `new` without quotes would be a constructor. */
const keyOf = (name: string): string =>
  /^[A-Za-z_$][\w$]*$/.test(name) && name !== 'new' ? name : JSON.stringify(name);

/** Returns a comment that the text cannot end early. */
const comment = (text: string, indent: string): string =>
  text === '' ? '' : `${indent}/** ${text.replaceAll('*/', '*\\/').replaceAll(/\s+/g, ' ').trim()} */\n`;
