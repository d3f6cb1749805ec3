import type { Message } from '@majordomo/core';

/** Words of short answers that only refer to an earlier answer, such as "Already answered above." */
const BACK_REFERENCE: ReadonlySet<string> = new Set(
  `i i've ive we you your my me the that this it its it's a an and or in to of for as on at see please refer look at
  has have had was is been be already above before earlier previously previous prior preceding message turn reply
  response answer answered answers provided provide given gave stated mentioned noted shown explained addressed
  covered described said told full complete question request details information nothing more further add else
  there need needed`.split(/\s+/),
);
const POINTS_BACK = /\b(?:above|already|before|earlier|previous(?:ly)?|prior|preceding)\b/i;
/** Maximum length of a text that only refers to an earlier answer, in characters. */
const MAX_REFERENCE_LENGTH = 120;

/**
 * Returns the last text of the model since the last user message. Some models write the answer next to a tool call, and end with
 * an empty text or a text that only refers to the answer. Such a text is skipped if an earlier text exists.
 */
export function answerText(messages: readonly Message[]): string {
  let lastReference: string | undefined;
  for (let at = messages.length - 1; at >= 0; at--) {
    const message = messages[at];
    if (message?.role === 'user') break;
    if (message?.role !== 'assistant') continue;
    const text = message.parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
    if (!isReference(text)) return text;
    lastReference ??= text;
  }
  return lastReference ?? '';
}

function isReference(text: string): boolean {
  if (text.trim() === '') return true;
  if (text.length > MAX_REFERENCE_LENGTH || !POINTS_BACK.test(text)) return false;
  const words = text.toLowerCase().match(/[\p{L}\p{N}'’]+/gu) ?? [];
  return words.every((word) => BACK_REFERENCE.has(word.replace('’', "'")));
}
