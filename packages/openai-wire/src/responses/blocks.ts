import { LlmError } from '@majordomo/core';
import type {
  ImagePart,
  JsonValue,
  TextPart,
  ToolMessage,
  ToolResultPart,
  UserPart,
  Warning,
} from '@majordomo/core';
import { toBase64 } from '@majordomo/core/toolkit';
import { refuseFilm } from '../failure/unsupported.ts';
import type { ResponsesQuirks } from './quirks.ts';

/** An input item; only the members that the converters write, never what a caller's part holds besides. */
export interface InputItem {
  readonly type: string;
  readonly [member: string]: unknown;
}

/** What a user says. */
export const userItem = (parts: readonly UserPart[]): InputItem => ({
  type: 'message',
  role: 'user',
  content: parts.map(inputPart),
});

function inputPart(part: UserPart): unknown {
  switch (part.type) {
    case 'text':
      return { type: 'input_text', text: part.text };
    case 'image':
      return { type: 'input_image', detail: 'auto', image_url: dataUrl(part.mediaType, part.bytes) };
    case 'file':
      refuseFilm(part);
      return {
        type: 'input_file',
        filename: part.name ?? 'file',
        file_data: dataUrl(part.mediaType, part.bytes),
      };
    case 'audio':
      throw new LlmError('unsupported', 'this wire takes no audio: ask a model over Chat Completions');
    default:
      return part satisfies never;
  }
}

const dataUrl = (mediaType: string, bytes: Uint8Array): string =>
  `data:${mediaType};base64,${toBase64(bytes)}`;

/** What the results of tools depend on besides themselves. */
interface ResultContext {
  readonly quirks: ResponsesQuirks;
  readonly warnings: Warning[];
  readonly idOf: (id: string) => string;
  readonly callers: ReadonlyMap<string, JsonValue>;
}

/** Images that a result cannot hold go to `images`: they follow later. */
export function resultItems(
  { parts }: ToolMessage,
  images: UserPart[],
  { quirks, warnings, idOf, callers }: ResultContext,
): readonly InputItem[] {
  return parts.map((result) => {
    const pictures = result.content.filter((part): part is ImagePart => part.type === 'image');
    const asParts = quirks.toolResult === 'parts' && pictures.length > 0;
    if (pictures.length > 0 && !asParts) {
      images.push({ type: 'text', text: `Images of the result of ${result.name}:` }, ...pictures);
      warnings.push({
        action: 'coerced',
        what: `images of the result of ${result.name}`,
        why: 'a tool result holds text alone here: they follow in a user message',
      });
    }
    const output = asParts ? resultParts(result) : resultText(result, pictures.length > 0);
    const caller = callers.get(result.callId);
    return {
      type: 'function_call_output',
      call_id: idOf(result.callId),
      ...(caller === undefined ? undefined : { caller }),
      output,
    };
  });
}

/** The wire has no error flag: the text says it. */
const ERROR_PREFIX = 'ERROR: ';

function resultText({ content, isError }: ToolResultPart, hasImages: boolean): string {
  const text = content
    .filter((part): part is TextPart => part.type === 'text')
    .map((part) => part.text)
    .join('\n');
  return (isError === true ? ERROR_PREFIX : '') + (text === '' && hasImages ? 'See the images below.' : text);
}

function resultParts({ content, isError }: ToolResultPart): readonly unknown[] {
  const parts = content.map(inputPart);
  return isError === true ? [{ type: 'input_text', text: ERROR_PREFIX.trim() }, ...parts] : parts;
}
