import { digest } from '@majordomo/evals/internal';
import type { AnswerContent } from '../traffic/answer.ts';

const MEDIA = ['image', 'audio'] as const;
const CHANGES = ['missing', 'additional', 'other'] as const;
const NAMES: ReadonlySet<string> = new Set(
  CHANGES.flatMap((change) => MEDIA.map((type) => `${change} ${type}`)),
);

/** Returns the differences of images and audio by their content, such as `other image`. */
export const mediaDifferences = (recorded: AnswerContent, response: AnswerContent): readonly string[] =>
  MEDIA.flatMap((type) => {
    const [before, after] = [mediaOf(recorded, type), mediaOf(response, type)];
    if (before.length > after.length) return [`missing ${type}`];
    if (before.length < after.length) return [`additional ${type}`];
    return before.every((content, at) => content === after[at]) ? [] : [`other ${type}`];
  });

/** Whether a difference is one of `mediaDifferences`. */
export const isMediaDifference = (difference: string): boolean => NAMES.has(difference);

/** Returns digests of the parts of one type. */
const mediaOf = ({ parts }: AnswerContent, type: string): readonly string[] =>
  parts.flatMap((part) =>
    part.type === type && 'bytes' in part ? [digest([part.mediaType, part.bytes])] : [],
  );
