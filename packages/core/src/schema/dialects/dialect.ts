/** What a server makes of JSON Schema; named after what it refuses, never after who it is. */
export interface SchemaDialect {
  /** `object`: the root is an object without alternatives; anything else becomes the schema of an empty object. */
  readonly root: 'any' | 'object';
  /** `flag`: no type `null`: `nullable: true` says it. `drop`: it is not said at all. */
  readonly nullType: 'keep' | 'flag' | 'drop';
  /** `drop`: nothing but a description may stand beside `$ref`. */
  readonly besideRef: 'keep' | 'drop-default';
  /** Every schema needs a `type`, and beside `anyOf` none may stand. */
  readonly typed: boolean;
  /** Keywords that it does not take. */
  readonly drops: readonly string[];
}

/** What every server takes (seen refused at one or another: several clients, 2025-2026). */
export const PLAIN_SCHEMA: SchemaDialect = {
  root: 'object',
  nullType: 'flag',
  besideRef: 'drop-default',
  typed: false,
  drops: [],
};

/** For a server that wants a type everywhere and knows no null. */
export const TYPED_SCHEMA: SchemaDialect = { ...PLAIN_SCHEMA, nullType: 'drop', typed: true };

/** For a server that could not make a grammar of the schema: these two are what such engines fail at. */
export const GRAMMAR_SCHEMA: SchemaDialect = {
  root: 'any',
  nullType: 'keep',
  besideRef: 'keep',
  typed: false,
  drops: ['pattern', 'format'],
};
