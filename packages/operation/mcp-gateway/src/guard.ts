import { LlmError, type JsonObject } from '@majordomo/core';
import { fromBase64, isRecord } from '@majordomo/core/toolkit';
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
 * Returns all strings of a result, each on a line. JSON would escape characters that checks look for. `hasNames`: whether the server has
 * chosen the names of members.
 */
function textOf(value: unknown, hasNames = false): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return joined(value.map((member) => textOf(member, hasNames)));
  if (!isRecord(value)) return '';
  const hasBytes = !hasNames && typeof value['mimeType'] === 'string';
  return joined(
    Object.entries(value).flatMap(([name, member]) => {
      // Without a `mimeType`, such a member may be ordinary text, so the checks receive it in both forms.
      const bytes = BYTES.includes(name) && typeof member === 'string' ? member : undefined;
      return [
        hasNames ? name : '',
        bytes === undefined ? '' : textIn(bytes),
        bytes !== undefined && hasBytes ? '' : textOf(member, hasNames || name === 'structuredContent'),
      ];
    }),
  );
}

/** Returns the text that base64 contains, whatever its declared type. Bytes that are not UTF-8, such as those of images, are no text. */
function textIn(base64: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(fromBase64(base64));
  } catch {
    return '';
  }
}

const joined = (lines: readonly string[]): string => lines.filter((line) => line !== '').join('\n');
