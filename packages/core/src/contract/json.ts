/** Any JSON value. `undefined` members of objects are left out on the wire. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
/** A JSON object; a tool's arguments, a schema. */
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}
