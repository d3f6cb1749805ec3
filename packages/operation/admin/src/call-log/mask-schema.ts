import { isList, isRecord } from '@majordomo/core/toolkit';
import type { Redactor } from '@majordomo/redact';

/** Members of a JSON Schema whose members are schemas by name. */
const NAMED = new Set(['properties', '$defs', 'definitions', 'dependentSchemas', 'patternProperties']);
/** Members of a JSON Schema that contain values of the property. */
const VALUES = new Set(['default', 'const', 'enum', 'examples']);

/**
 * Returns a copy of a JSON Schema without secrets. The schema of a property such as `password` is not a secret, only its values are.
 *
 * @param name name of the property
 */
export function maskSchema(schema: unknown, redactor: Redactor, name?: string): unknown {
  if (isList(schema)) return schema.map((item) => maskSchema(item, redactor, name));
  if (!isRecord(schema)) return redactor.value(schema);
  return Object.fromEntries(
    Object.entries(schema).map(([member, value]): readonly [string, unknown] => {
      if (VALUES.has(member)) return [member, maskValue(value, redactor, name)];
      if (!NAMED.has(member) || !isRecord(value)) return [member, maskSchema(value, redactor, name)];
      const named = Object.entries(value).map(
        ([property, one]) => [redactor.text(property), maskSchema(one, redactor, property)] as const,
      );
      return [member, Object.fromEntries(named)];
    }),
  );
}

/** Returns the values of a property without secrets. All values of a property with a secret name are masked. */
function maskValue(value: unknown, redactor: Redactor, name: string | undefined): unknown {
  if (name === undefined) return redactor.value(value);
  return Object.values(redactor.value({ [name]: value }))[0];
}
