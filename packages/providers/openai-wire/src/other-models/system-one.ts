import {
  type ClassificationBackend,
  type ClassificationRequest,
  type ImagePart,
  LlmError,
  type Message,
  type ModelContext,
  type Part,
  type Question,
  type ResultPiece,
  type Usage,
} from '@majordomo/core';
import {
  answerError,
  asNumber,
  asRecord,
  isList,
  isRecord,
  toBase64,
  UNKNOWN_USAGE,
} from '@majordomo/core/toolkit';
import { dataUrl } from '@majordomo/wire-kit/internal';
import { reportedNanoUsd } from '../reading/reported-cost.ts';
import { complementOf } from './decision.ts';
import { jsonBody, mergeExtra } from './extra.ts';
import type { ClassificationQuirks } from './quirks.ts';

// System One API of TypeSafe and OpenRouter. Source: types of @openrouter/sdk 1.3.19, and the client of @earendil-works/pi-ai 1.5.2.

/** Key of this API in `ClassificationRequest.extra`. */
const WIRE = 'system-one';

/** Header without which TypeSafe rejects images. */
const PERMIT_IMAGES = { 'TypeSafe-Danger-Zone-Images': 'true' };

/** Returns the body and the headers of a request. */
export function toSystemOneCall(
  request: ClassificationRequest,
  modelId: string,
  { imageField }: ClassificationQuirks,
  target: string,
): { readonly body: string; readonly headers: Readonly<Record<string, string>> } {
  const { input } = request;
  const images = typeof input === 'string' ? [] : imagesOf(input);
  const state = typeof input === 'string' ? input : transcriptOf(input);
  const assets = images.map((image, at) => [`<image-${at + 1}>`, assetOf(image)] as const);
  const isAsset = imageField === 'assets' && images.length > 0;
  const references = isAsset ? assets.map(([name]) => name) : images.map(imageURL);
  const questions = Object.entries(request.questions).map(([name, question]) => [name, toQuestion(question)]);
  const body = {
    model: modelId,
    state: images.length === 0 ? state : [...references, state],
    ...(isAsset && { assets: Object.fromEntries(assets) }),
    questions: Object.fromEntries(questions) as object,
  };
  return {
    body: jsonBody(mergeExtra(body, request, WIRE, target)),
    headers: isAsset ? PERMIT_IMAGES : {},
  };
}

function toQuestion(question: Question): object {
  const { type, instructions } = question;
  // `noul` is the API's name of a predicate, and of its probability in the answer.
  if (type === 'predicate') return { type: 'noul', instructions };
  if (type === 'score') return { type, instructions, criteria: question.levels };
  const criteria = Object.entries(question.choices).map(([name, description]) => [
    name,
    description === '' ? null : description,
  ]);
  return { type, instructions, criteria: Object.fromEntries(criteria) as object };
}

const imagesOf = (messages: readonly Message[]): readonly ImagePart[] =>
  messages
    .flatMap(({ parts }): readonly Part[] => parts)
    .flatMap((part): readonly (Part | ResultPiece)[] => ('content' in part ? part.content : [part]))
    .filter((piece) => piece.type === 'image');

/**
 * Returns the messages as JSON. Images are at the start of the state and have a number here. Core admits no other media in the
 * input of a classification.
 */
function transcriptOf(messages: readonly Message[]): readonly object[] {
  let images = 0;
  const textOf = (part: { readonly type: string }): string => {
    if (part.type === 'image') return `[image ${++images}]`;
    return (part as { readonly text?: string }).text ?? '';
  };
  return messages.map(({ role, parts }) => ({
    role,
    content: parts.map((part) => {
      if (part.type === 'tool-call') return { call: part.name, id: part.id, arguments: part.args };
      if ('content' in part) return { result_of: part.callId, content: part.content.map(textOf) };
      return textOf(part);
    }),
  }));
}

const imageURL = ({ mediaType, bytes }: ImagePart): object => ({
  type: 'image_url',
  image_url: { url: dataUrl(mediaType, bytes) },
});

const assetOf = ({ mediaType, bytes }: ImagePart): object => ({
  type: 'image',
  format: mediaType.slice('image/'.length),
  data_base64: toBase64(bytes),
});

/** Returns the distributions of a response. An answer without a distribution has an empty one, which core rejects. */
export function fromSystemOneBody(
  json: unknown,
  { questions }: ClassificationRequest,
  context: ModelContext,
): Awaited<ReturnType<ClassificationBackend['classify']>> {
  const { answers, usage: raw } = asRecord(json);
  const usage = usageOf(raw);
  if (usage !== undefined) context.reportUsage?.(usage);
  const { target } = context;
  if (!isRecord(answers))
    throw new LlmError('protocol', `${target}: expected \`answers\` to be an object`, {
      target,
      path: 'answers',
    });
  const distributions = Object.entries(answers).map(([name, answer]) => {
    const question = Object.hasOwn(questions, name) ? questions[name] : undefined;
    if (question === undefined) throw answerError(target, name, 'was not asked');
    return [name, distributionOf(asRecord(answer), question, name, target)] as const;
  });
  return { distributions: Object.fromEntries(distributions), usage, warnings: [] };
}

function distributionOf(
  answer: Readonly<Record<string, unknown>>,
  question: Question,
  name: string,
  target: string,
): readonly number[] {
  const { type, noul, probabilities } = answer;
  const expected = question.type === 'predicate' ? 'noul' : question.type;
  if (type !== expected)
    throw answerError(target, name, `has the type ${String(type)} instead of ${expected}`);
  if (question.type === 'predicate') return complementOf(noul);
  if (question.type === 'score') return scoresOf(probabilities, question.levels, name, target);
  const byName = asRecord(probabilities);
  const options = Object.keys(question.choices);
  const unknown = Object.keys(byName).find((option) => !options.includes(option));
  if (unknown !== undefined) throw answerError(target, name, `has the unknown choice "${unknown}"`);
  return options.flatMap((option) => (Object.hasOwn(byName, option) ? (byName[option] as number) : []));
}

/** Returns the probabilities of levels, which are an array, or an object by index or by description. */
function scoresOf(
  probabilities: unknown,
  levels: readonly string[],
  name: string,
  target: string,
): readonly number[] {
  if (isList(probabilities)) return probabilities as readonly number[];
  const byName = asRecord(probabilities);
  const indexes = levels.map((_, at) => String(at));
  const hasAll = (keys: readonly string[]): boolean => keys.every((key) => Object.hasOwn(byName, key));
  const isByDescription = hasAll(levels);
  // For the levels "1" and "0", the probabilities { 0: 0.3, 1: 0.7 } can be read in two ways.
  if (isByDescription && hasAll(indexes) && levels.some((level, at) => level !== indexes[at]))
    throw answerError(
      target,
      name,
      'is ambiguous, because the levels are numbers in another order; use words',
    );
  const keys = isByDescription ? levels : indexes;
  const unknown = Object.keys(byName).find((key) => !keys.includes(key));
  if (unknown !== undefined) throw answerError(target, name, `has the unknown score "${unknown}"`);
  return keys.flatMap((key) => (Object.hasOwn(byName, key) ? (byName[key] as number) : []));
}

function usageOf(raw: unknown): Usage | undefined {
  const { input_tokens: input, output_tokens: output, cost } = asRecord(raw);
  if (asNumber(input) === undefined && asNumber(output) === undefined) return undefined;
  const reported = reportedNanoUsd({ cost });
  return {
    ...UNKNOWN_USAGE,
    input: asNumber(input),
    output: asNumber(output) ?? 0,
    ...(reported !== undefined && { details: { reportedNanoUsd: reported } }),
  };
}
