import type { FinishReason } from '@majordomo/core';
import {
  type AnswerPart,
  type FullAnswer,
  type FullUsage,
  pieces,
  sealText,
} from '@majordomo/testing/internal';

/** Scope of this wire's signatures. */
export const SCOPE = 'gemini-generate';

export const FINISH_REASONS: Readonly<Record<FinishReason, string>> = {
  stop: 'STOP',
  length: 'MAX_TOKENS',
  // The API has no separate finish value for calls.
  'tool-calls': 'STOP',
  'content-filter': 'SAFETY',
  refusal: 'SAFETY',
  incomplete: 'CONTINUATION',
  other: 'OTHER',
};

/** Returns the signature of a thought, which is the sealed text of the thought. */
export const signThought = (thought: string): string => sealText(SCOPE, thought);

/**
 * Returns the parts of an answer in the order in which they are sent, one per chunk. A thought has no signature itself. Its
 * signature is in the next part, or in an empty text if no part follows (recorded 2025-11 to 2026-03).
 */
export function partsOf({ parts, id }: FullAnswer): readonly object[] {
  const sent: object[] = [];
  let thought: string | undefined;
  const signed = (part: object): object => {
    const signature = thought === undefined ? {} : { thoughtSignature: thought };
    thought = undefined;
    return { ...part, ...signature };
  };
  for (const [at, part] of parts.entries()) {
    if (part.type === 'reasoning')
      thought = part.signature === false ? undefined : (part.signature ?? signThought(part.text));
    sent.push(...piecesOf(part, `${id}-${at}`, signed));
  }
  if (thought !== undefined) sent.push(signed({ text: '' }));
  return sent;
}

/** Number of characters of a piece of text, unless the answer states its pieces. */
const USUAL_CHUNK = 8;

function piecesOf(part: AnswerPart, usualId: string, signed: (part: object) => object): readonly object[] {
  switch (part.type) {
    case 'reasoning':
      return pieces(part.text, part.chunks, USUAL_CHUNK).map((text) => ({ text, thought: true }));
    case 'text':
      return pieces(part.text, part.chunks, USUAL_CHUNK).map((text, n) =>
        n === 0 ? signed({ text }) : { text },
      );
    case 'tool-call': {
      // An empty id represents a model that sends no call ids, such as the first Gemini models.
      const id = part.id ?? usualId;
      const call = { ...(id === '' ? {} : { id }), name: part.name, ...argumentsOf(part.json) };
      return [signed({ functionCall: call })];
    }
    case 'vendor':
      return [
        signed({ executableCode: { id: usualId, language: 'PYTHON', code: part.text } }),
        { codeExecutionResult: { id: usualId, outcome: 'OUTCOME_OK', output: part.result ?? '' } },
      ];
    case 'refusal':
      // A refusal has no text: the finish reason states it.
      return [];
    default:
      return part satisfies never;
  }
}

/** Returns an object with the parsed arguments as `args`, or an empty object for an empty string. */
const argumentsOf = (json: string): object => (json === '' ? {} : { args: JSON.parse(json) as unknown });

/** Returns the parts of a non-streaming answer. Adjacent parts of one kind are merged unless a signature separates them. */
export function completeParts(answer: FullAnswer): readonly object[] {
  const merged: { text?: string; thought?: boolean; thoughtSignature?: string }[] = [];
  for (const part of partsOf(answer) as readonly {
    text?: string;
    thought?: boolean;
    thoughtSignature?: string;
  }[]) {
    const last = merged.at(-1);
    const joins = last?.text !== undefined && part.text !== undefined && last.thought === part.thought;
    if (joins && part.thoughtSignature === undefined) last.text = `${last.text}${part.text}`;
    else merged.push({ ...part });
  }
  return merged;
}

/** Returns the usage. Thoughts are a separate count, which the output does not include. Most counts are omitted if 0. */
export function geminiUsage({ input, output, cacheRead, reasoning }: FullUsage): object {
  return {
    promptTokenCount: input,
    ...(output > reasoning ? { candidatesTokenCount: output - reasoning } : {}),
    ...(reasoning === 0 ? {} : { thoughtsTokenCount: reasoning }),
    ...(cacheRead === 0 ? {} : { cachedContentTokenCount: cacheRead }),
    totalTokenCount: input + output,
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: input }],
  };
}
