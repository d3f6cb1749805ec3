/** Mutable JSON body. */
export type Body = Record<string, Json>;
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Mutation that violates one rule of a valid body. */
export interface Mutation {
  (body: Body): void;
  /** Model id in the path, for rules of single models. */
  readonly model?: string;
}

/** Returns a mutation for a model, for wires with the model in the path. */
export const onModel = (model: string, mutate: (body: Body) => void): Mutation =>
  Object.assign(
    (body: Body) => {
      mutate(body);
    },
    { model },
  );

/** Returns the value at a path such as `messages.2.content`; throws if it is missing. */
export function at(body: Json, path: string): Record<string, Json> {
  let value: Json | undefined = body;
  for (const key of path === '' ? [] : path.split('.')) {
    value = typeof value === 'object' && value !== null ? (value as Record<string, Json>)[key] : undefined;
  }
  if (typeof value !== 'object' || value === null) throw new Error(`nothing to break at "${path}"`);
  return value as Record<string, Json>;
}

/** Returns a mutation that sets a member. */
export const set =
  (path: string, key: string, value: Json): Mutation =>
  (body) => {
    at(body, path)[key] = value;
  };

/** Returns a mutation that removes a member or an array element. */
export const drop =
  (path: string, key: string): Mutation =>
  (body) => {
    const parent = at(body, path);
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else Reflect.deleteProperty(parent, key);
  };

/** Returns the paths of all objects in a body, except under keys with free values. */
export function objectPaths(value: Json, free: ReadonlySet<string>, path = ''): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const ownPath = Array.isArray(value) ? [] : [path];
  return [
    ...ownPath,
    ...Object.entries(value)
      .filter(([key]) => !free.has(key))
      .flatMap(([key, item]) => objectPaths(item, free, path === '' ? key : `${path}.${key}`)),
  ];
}
