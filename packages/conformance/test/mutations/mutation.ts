/** A JSON body that may be broken in place. */
export type Body = Record<string, Json>;
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Breaks one rule of a sound body. */
export interface Mutation {
  (body: Body): void;
  /** The model that the path names; only some of a wire's models have the rule. */
  readonly model?: string;
}

/** A mutation of a request to this model, where the body does not name one. */
export const onModel = (model: string, mutate: (body: Body) => void): Mutation =>
  Object.assign(
    (body: Body) => {
      mutate(body);
    },
    { model },
  );

/** The value at a path such as `messages.2.content`; it must be there. */
export function at(body: Json, path: string): Record<string, Json> {
  let value: Json | undefined = body;
  for (const key of path === '' ? [] : path.split('.')) {
    value = typeof value === 'object' && value !== null ? (value as Record<string, Json>)[key] : undefined;
  }
  if (typeof value !== 'object' || value === null) throw new Error(`nothing to break at "${path}"`);
  return value as Record<string, Json>;
}

/** A mutation that sets one member. */
export const set =
  (path: string, key: string, value: Json): Mutation =>
  (body) => {
    at(body, path)[key] = value;
  };

/** A mutation that takes one member away; of an array, the element. */
export const drop =
  (path: string, key: string): Mutation =>
  (body) => {
    const holder = at(body, path);
    if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else Reflect.deleteProperty(holder, key);
  };

/** Paths of all objects in a body, but for what stands under these keys: schemas, arguments and the like are free. */
export function objectPaths(value: Json, free: ReadonlySet<string>, path = ''): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = Array.isArray(value) ? [] : [path];
  return [
    ...own,
    ...Object.entries(value)
      .filter(([key]) => !free.has(key))
      .flatMap(([key, item]) => objectPaths(item, free, path === '' ? key : `${path}.${key}`)),
  ];
}
