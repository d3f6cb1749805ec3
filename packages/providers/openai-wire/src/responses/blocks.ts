import { LlmError } from '@majordomo/core';
import type { JsonValue, ToolResultPart, UserTurnPart } from '@majordomo/core';
import { dataUrl, resultText, withErrorPrefix } from '@majordomo/wire-kit/internal';
import { rejectVideo } from '../failure/unsupported.ts';

/** Input item of Responses. It contains only properties that the converters write. */
export interface InputItem {
  readonly type: string;
  readonly [member: string]: unknown;
}

/** Converts the parts of a user message to an input item. */
export const userItem = (parts: readonly UserTurnPart[]): InputItem => ({
  type: 'message',
  role: 'user',
  content: parts.map(inputPart),
});

function inputPart(part: UserTurnPart): unknown {
  switch (part.type) {
    case 'text':
      return { type: 'input_text', text: part.text };
    case 'image':
      return part.file === undefined
        ? { type: 'input_image', detail: 'auto', image_url: dataUrl(part.mediaType, part.bytes) }
        : { type: 'input_image', detail: 'auto', file_id: part.file.id };
    case 'file':
      rejectVideo(part);
      if (part.file !== undefined) return { type: 'input_file', file_id: part.file.id };
      return {
        type: 'input_file',
        filename: part.name ?? 'file',
        file_data: dataUrl(part.mediaType, part.bytes),
      };
    case 'audio':
      throw new LlmError(
        'unsupported',
        'the Responses API does not accept audio; use an audio model of the Chat Completions API',
      );
    default:
      return part satisfies never;
  }
}

interface ResultContext {
  readonly idOf: (id: string) => string;
  /** Programs that made tool calls at the vendor, by call id. */
  readonly callers: ReadonlyMap<string, JsonValue>;
  /** Ids of the calls of custom tools. */
  readonly customIds: ReadonlySet<string>;
}

/** Converts a tool result. A result with images or documents becomes a list of parts. */
export function resultItem(result: ToolResultPart, context: ResultContext): InputItem {
  const { idOf, callers, customIds } = context;
  const caller = callers.get(result.callId);
  return {
    type: customIds.has(result.callId) ? 'custom_tool_call_output' : 'function_call_output',
    call_id: idOf(result.callId),
    ...(caller === undefined ? undefined : { caller }),
    output: result.content.some(({ type }) => type !== 'text') ? resultParts(result) : resultText(result),
  };
}

function resultParts({ content, isError }: ToolResultPart): readonly unknown[] {
  const parts = content.map(inputPart);
  // The prefix of a failed result is a separate part, because the first part may be an image.
  const flag = withErrorPrefix('', isError).trim();
  return flag === '' ? parts : [{ type: 'input_text', text: flag }, ...parts];
}
