import { isRecord } from '@majordomo/core/toolkit';
import type { Report } from './shape.ts';

const ALTERNATIVES: readonly string[] = ['oneOf', 'anyOf', 'allOf', 'enum', 'not'];

/**
 * Checks the root of a tool's schema as OpenAI does. Its errors are "object schema missing properties" and "schema must have type
 * 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level" (reported by several clients, 2025-2026).
 */
export function checkParameters(parameters: unknown, path: string, report: Report): void {
  if (!isRecord(parameters)) return;
  if (parameters['type'] !== 'object')
    report('parameters-schema', path, "the schema must be of type 'object'");
  else if (!isRecord(parameters['properties']))
    report('parameters-schema', path, 'object schema missing properties');
  const beside = ALTERNATIVES.filter((keyword) => parameters[keyword] !== undefined);
  if (beside.length > 0) report('parameters-schema', path, `${beside.join(', ')} at the top level`);
}
