import type { EmbeddingResponse } from '../../contract/embedding.ts';
import type { Attempt } from '../../contract/llm-error.ts';
import type { Warning } from '../../contract/response.ts';
import { completeUsage } from '../../stream/sum-usage.ts';
import type { Part } from './part.ts';

/** The parts' answers as one: vectors in the order of the values, what was used in sum, each warning once. */
export function joined(
  spec: string,
  firstTarget: string,
  parts: readonly Part[],
  answers: readonly EmbeddingResponse[],
  attempts: readonly Attempt[],
): EmbeddingResponse {
  return {
    vectors: parts.flatMap(({ vectors }) => vectors.filter((vector) => vector !== undefined)),
    target: answers.at(-1)?.target ?? firstTarget,
    spec,
    usage: completeUsage(answers.map(({ usage }) => usage)),
    warnings: onceEach(answers.flatMap(({ warnings }) => warnings)),
    attempts,
  };
}

const onceEach = (warnings: readonly Warning[]): readonly Warning[] => [
  ...new Map(warnings.map((warning) => [JSON.stringify(warning), warning])).values(),
];
