/**
 * Validator of Standard Schema 1.1 (standardschema.dev). Core declares the interface structurally, so it accepts the schemas of
 * zod 4, arktype and other libraries without a dependency.
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

/** Result of a validation, which is the value or its issues. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** Issue that a validator reports. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Interface of Standard Schema that converts a schema to JSON Schema. */
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

/** Options of a conversion to JSON Schema. */
export interface JsonSchemaOptions {
  /** JSON Schema draft, such as `draft-2020-12`. */
  readonly target: string;
  /** Options of the schema library. */
  readonly libraryOptions?: Record<string, unknown> | undefined;
}

/**
 * JSON Schema, including one with an interface type, which TypeScript does not accept as a `JsonObject`. Values are checked
 * against the common keywords. `pattern`, `patternProperties` and `format` are sent to the model but not checked.
 */
export type JsonSchema = JsonObject | (object & { readonly '~standard'?: undefined });

/** Schema that validates values and can be converted to JSON Schema, such as one of zod 4 or arktype. */
export type ObjectSchema<T> = StandardSchema<unknown, T> & StandardJsonSchema<unknown, T>;

/** JSON value. Members that are `undefined` are omitted from the JSON. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
/** JSON object, such as the arguments of a tool or a schema. */
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}
