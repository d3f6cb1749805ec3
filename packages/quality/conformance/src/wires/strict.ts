import { isRecord } from '@majordomo/core/toolkit';
import { eachSchema, isObjectSchema } from './json-schema.ts';
import type { Report } from './shape.ts';

/** Checks that a strict schema closes every object and requires every property. */
export function checkStrict(root: unknown, at: string, report: Report): void {
  eachSchema(root, at, (schema, path) => {
    if (!isObjectSchema(schema)) return;
    if (schema['additionalProperties'] !== false) {
      report('strict-schema', path, 'additionalProperties must be false');
    }
    const required: readonly unknown[] = Array.isArray(schema['required']) ? schema['required'] : [];
    const properties = isRecord(schema['properties']) ? schema['properties'] : {};
    const loose = Object.keys(properties).filter((key) => !required.includes(key));
    if (loose.length > 0) report('strict-schema', path, `required must include ${loose.join(', ')}`);
  });
}
