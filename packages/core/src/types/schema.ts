/**
 * The two public interfaces of Standard Schema 1.1 (standardschema.dev), declared structurally: a validator
 * that implements them, such as zod 4 or arktype, is assignable, and core needs no dependency for it.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
    readonly validate: (
      value: unknown,
      options?: { readonly libraryOptions?: Record<string, unknown> | undefined },
    ) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
  };
}

/** What a validator says: the value, or what is wrong with it. */
export type SchemaResult<Output> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] };

/** One thing that is wrong, and where. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** The part of Standard Schema that gives JSON Schema. */
export interface StandardJsonSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
    readonly jsonSchema: {
      readonly input: (options: JsonSchemaOptions) => Record<string, unknown>;
      readonly output: (options: JsonSchemaOptions) => Record<string, unknown>;
    };
  };
}

/** What a library is told when it is asked for JSON Schema. */
export interface JsonSchemaOptions {
  /** The JSON Schema draft, such as `draft-2020-12`. */
  readonly target: string;
  /** Options of the library that made the schema. */
  readonly libraryOptions?: Record<string, unknown> | undefined;
}

/**
 * A JSON Schema; also one that is typed by an interface, which TypeScript does not accept as a `JsonObject`. Values are
 * checked against its usual keywords. `pattern`, `patternProperties` and `format` are sent to the model, but not checked.
 */
export type JsonSchema = JsonObject | (object & { readonly '~standard'?: undefined });

/** A schema that validates and that can say what it accepts as JSON Schema: zod 4, arktype, wrapped valibot. */
export type ObjectSchema<T> = StandardSchema<unknown, T> & StandardJsonSchema<unknown, T>;

/** Any JSON value. `undefined` members of objects are left out on the wire. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
/** A JSON object; a tool's arguments, a schema. */
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}
