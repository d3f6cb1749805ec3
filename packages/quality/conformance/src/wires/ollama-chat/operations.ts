import {
  anyObject,
  anything,
  asList,
  asNumber,
  asRecord,
  asText,
  flag,
  list,
  object,
  text,
  textOr,
} from '@majordomo/core/toolkit';
import { embeddingEndpoint, inputTokens, jsonReply } from '../operations/operation.ts';
import { count, isString, violations } from '../shape.ts';
import type { WireOperation } from '../wire.ts';

// Source of /api/embed: Ollama's API reference, 2026-11.

const SHAPE = object(
  { model: text, input: textOr(list(text, 1)) },
  { truncate: flag, dimensions: count, keep_alive: anything, options: anyObject },
);

const embeddings = embeddingEndpoint({
  accepts: (method, path) => method === 'POST' && /\/api\/embed(?:\?|$)/.test(path),
  read(_path, body) {
    const { model, input, dimensions } = asRecord(body);
    return {
      model: asText(model) ?? '',
      values: isString(input) ? [input] : asList(input).filter(isString),
      dimensions: asNumber(dimensions),
    };
  },
  validate: (body) => violations(body, [SHAPE]),
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
