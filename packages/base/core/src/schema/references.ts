import { asRecord, isList, isRecord } from '../util/values.ts';

type Schema = Readonly<Record<string, unknown>>;

/** The root, or a schema inside it with its own `$id`. References without an address refer to the resource that contains them. */
interface Resource {
  readonly root: Schema;
  readonly address: string;
  /** Schemas of this resource by `$anchor` or `$dynamicAnchor`. */
  readonly anchors: Map<string, Schema>;
}

interface SchemaIndex {
  /** Resource of each schema. */
  readonly owners: ReadonlyMap<unknown, Resource>;
  readonly resources: ReadonlyMap<string, Resource>;
  /** Resource of schemas inside unknown keywords. `undefined` if several exist: their references then have no target. */
  readonly only: Resource | undefined;
}

/** Keywords whose value is a schema or an array of schemas. Schemas inside other keywords have no `$id` and no anchor. */
const SCHEMAS: ReadonlySet<string> = new Set([
  'allOf',
  'anyOf',
  'oneOf',
  'not',
  'if',
  'then',
  'else',
  'items',
  'prefixItems',
  'unevaluatedItems',
  'contains',
  'additionalProperties',
  'unevaluatedProperties',
  'propertyNames',
]);

/** Keywords whose value is an object of schemas by name. */
const SCHEMA_MAPS: ReadonlySet<string> = new Set([
  '$defs',
  'definitions',
  'properties',
  'patternProperties',
  'dependentSchemas',
]);

const indexes = new WeakMap<object, SchemaIndex>();

/**
 * Returns the schema to which `$ref` of a schema inside `root` refers: a JSON pointer, an `$anchor`, or the `$id` of a schema
 * inside `root`. Returns `undefined` if the reference has no target inside `root`.
 */
export function resolveReference(root: object, schema: object): unknown {
  const { $ref: reference } = schema as Schema;
  if (typeof reference !== 'string') return undefined;
  const { owners, resources, only } = indexOf(root as Schema);
  const owner = owners.get(schema) ?? only;
  const [address = '', ...others] = reference.split('#');
  const fragment = others.join('#');
  const target = owner && address !== '' ? resources.get(absolute(address, owner.address)) : owner;
  if (target === undefined || fragment === '') return target?.root;
  return fragment.startsWith('/') ? atPointer(target.root, fragment) : target.anchors.get(decode(fragment));
}

function indexOf(root: Schema): SchemaIndex {
  let index = indexes.get(root);
  if (index === undefined) {
    index = createIndex(root);
    indexes.set(root, index);
  }
  return index;
}

function createIndex(root: Schema): SchemaIndex {
  const owners = new Map<unknown, Resource>();
  const resources = new Map<string, Resource>();
  // The address of a root without `$id`, because a relative address can be resolved only against an absolute one.
  const main: Resource = { root, address: 'schema:///', anchors: new Map() };
  // A list that grows while it is read, because recursion to the depth of an unchecked schema could exceed the stack.
  const pending: { readonly schema: unknown; readonly outer: Resource }[] = [{ schema: root, outer: main }];
  for (const { schema, outer } of pending) {
    if (!isRecord(schema) || owners.has(schema)) continue;
    const owner = resourceOf(schema, outer);
    owners.set(schema, owner);
    if (!resources.has(owner.address)) resources.set(owner.address, owner);
    for (const anchor of anchorsOf(schema)) if (!owner.anchors.has(anchor)) owner.anchors.set(anchor, schema);
    for (const inner of subschemasOf(schema)) pending.push({ schema: inner, outer: owner });
  }
  const [only, ...others] = new Set(owners.values());
  return { owners, resources, only: others.length === 0 ? only : undefined };
}

/** Returns the resource that a schema begins with its `$id`, otherwise the outer resource. */
function resourceOf(schema: Schema, outer: Resource): Resource {
  const { $id: id } = schema;
  const [address = ''] = typeof id === 'string' ? id.split('#') : [];
  if (address === '') return outer;
  return { root: schema, address: absolute(address, outer.address), anchors: new Map() };
}

/** Returns the anchors of a schema. In draft 7, an `$id` that starts with `#` is an anchor. */
function anchorsOf({ $anchor, $dynamicAnchor, $id }: Schema): readonly string[] {
  const old = typeof $id === 'string' && $id.startsWith('#') ? $id.slice(1) : undefined;
  return [$anchor, $dynamicAnchor, old].filter((anchor) => typeof anchor === 'string');
}

const subschemasOf = (schema: Schema): readonly unknown[] =>
  Object.entries(schema).flatMap(([keyword, value]): readonly unknown[] => {
    if (SCHEMA_MAPS.has(keyword)) return Object.values(asRecord(value));
    if (!SCHEMAS.has(keyword)) return [];
    return isList(value) ? value : [value];
  });

/** Returns the absolute form of an address. A name that no address can be formed from remains unchanged. */
function absolute(address: string, base: string): string {
  try {
    return new URL(address, base).href;
  } catch {
    return address;
  }
}

function atPointer(root: Schema, pointer: string): unknown {
  const steps = pointer.split('/').slice(1);
  const names = steps.map((step) => decode(step).replaceAll('~1', '/').replaceAll('~0', '~'));
  return names.reduce<unknown>(
    (node, name) =>
      typeof node === 'object' && node !== null && Object.hasOwn(node, name)
        ? (node as Schema)[name]
        : undefined,
    root,
  );
}

/** Decodes a step of a JSON pointer or an anchor, which may or may not be URI-encoded. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
