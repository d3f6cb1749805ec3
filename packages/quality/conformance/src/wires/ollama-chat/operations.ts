import {
  anyObject,
  anything,
  asList,
  asNumber,
  flag,
  list,
  object,
  text,
  textOr,
} from '@majordomo/core/toolkit';
import { endpoint, inputTokens, jsonReply } from '../operations/operation.ts';
import { count, isString } from '../shape.ts';
import type { WireOperation } from '../wire.ts';

// Source of /api/embed: Ollama's API reference, 2026-11.

const SHAPE = object(
  { model: text, input: textOr(list(text, 1)) },
  { truncate: flag, dimensions: count, keep_alive: anything, options: anyObject },
);

const embeddings = endpoint('embedding', {
  path: /\/api\/embed(?:\?|$)/,
  shape: SHAPE,
  read: ({ input, dimensions }) => ({
    values: isString(input) ? [input] : asList(input).filter(isString),
    dimensions: asNumber(dimensions),
  }),
  answer: (turn, { model }) =>
    jsonReply({
      model,
      embeddings: turn.vectors.map((vector) => [...vector]),
      total_duration: 14_143_917,
      load_duration: 1_019_500,
      prompt_eval_count: inputTokens(turn),
    }),
});

/** Endpoints of Ollama for operations other than chat. */
export const ollamaOperations: readonly WireOperation[] = [embeddings];
