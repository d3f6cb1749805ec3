import { LlmError, type JsonObject } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import type { McpGuardContext, McpGuards } from './options.ts';

/** Code of the error of a call that a check refused. Its message is for the client. */
export const REFUSED = 'refused-by-check';

/** Rejects with `denied` if a check refuses the arguments of a call. */
export async function guardCall(
  guards: McpGuards | undefined,
  tool: string,
  params: JsonObject,
  context: McpGuardContext,
): Promise<void> {
  const { arguments: given } = params;
  throwRefusal(await guards?.refusalOfCall(tool, isRecord(given) ? given : {}, context));
}

/** Rejects with `denied` if a check refuses a result. */
export async function guardResult(
  guards: McpGuards | undefined,
  tool: string,
  result: JsonObject,
  context: McpGuardContext,
): Promise<void> {
  if (guards !== undefined) throwRefusal(await guards.refusalOfResult(tool, textOf(result), context));
}

function throwRefusal(reason: string | undefined): void {
  if (reason !== undefined) throw new LlmError('denied', reason, { code: REFUSED });
}

/** Members with bytes in base64. */
const BYTES: readonly string[] = ['data', 'blob'];

/**
 * Returns all strings of a result, except for bytes, each on a line. JSON would escape characters that checks look for. `hasNames`: whether
 * the server has chosen the names of members.
 */
function textOf(value: unknown, hasNames = false): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return joined(value.map((member) => textOf(member, hasNames)));
  if (!isRecord(value)) return '';
  const isBytes = typeof value['mimeType'] === 'string';
  const members = Object.entries(value).filter(([name]) => !(isBytes && BYTES.includes(name)));
  return joined(
    members.flatMap(([name, member]) => [
      hasNames ? name : '',
      textOf(member, hasNames || name === 'structuredContent'),
    ]),
  );
}

const joined = (lines: readonly string[]): string => lines.filter((line) => line !== '').join('\n');
