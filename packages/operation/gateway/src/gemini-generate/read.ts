import type { ChatRequest, Effort, JsonObject } from '@majordomo/core';
import { definedMembers } from '@majordomo/core/toolkit';
import {
  array,
  boolean,
  integer,
  invalid,
  jsonObject,
  nonEmptyString,
  number,
  object,
  objects,
  oneOf,
  string,
  type Fields,
} from '../parsing/fields.ts';
import type { Media } from '../parsing/media.ts';
import { choicesOf, effortOfBudget } from '../parsing/settings.ts';
import { NO_EQUIVALENT, Notes } from '../parsing/notes.ts';
import { Transcript } from '../parsing/transcript.ts';
import { inOrder } from '../response/in-order.ts';
import type { ParsedRequest } from '../wire.ts';
import { geminiResponse } from './response.ts';
import { fromOpenApi } from './schema.ts';
import { GeminiWriter, StreamedCandidates } from './stream.ts';
import { geminiTools } from './tools.ts';
import { GeminiTurns, systemText } from './turns.ts';

/** Reasons for which members of a request are dropped, by name of the member. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['safetySettings', NO_EQUIVALENT],
  ['labels', 'labels are those of the vendor’s bill'],
]);

/** Modalities that every response has. */
const TEXT: readonly string[] = ['TEXT', 'MODALITY_UNSPECIFIED'];

/** Parts of the path of a request. */
export interface GeminiCall {
  readonly model: string;
  readonly isStreamed: boolean;
}

/** Parses a request of generateContent. */
export function parseGemini(value: unknown, media: Media, { model, isStreamed }: GeminiCall): ParsedRequest {
  const body = object(value, '');
  const notes = new Notes();
  if (body.isSet('cachedContent'))
    invalid('cachedContent', 'is not supported; send the content, which targets cache by themselves');
  const config = body.optional('generationConfig', object);
  const tools = geminiTools(body, notes);
  const streamed = new StreamedCandidates(model);
  const parsed: ParsedRequest = {
    model,
    isStreamed,
    request: {
      messages: transcriptOf(body, media, notes).messages,
      ...tools,
      ...(config && settings(config, notes)),
    },
    metadata: undefined,
    notes: notes.all,
    choices: config && choicesOf(config, 'candidateCount', notes),
    complete: (response, others) => geminiResponse([response, ...others], model),
    createWriter: (choice) => inOrder(new GeminiWriter(streamed, choice)),
  };
  const modalities = config?.optional('responseModalities', array(string)) ?? [];
  if (modalities.some((modality) => !TEXT.includes(modality)))
    notes.dropped('generationConfig.responseModalities', 'the model determines the media of its response');
  notes.unparsedInObject(config);
  // The SDK repeats the model in the body of some requests. Parsing it prevents a warning.
  body.optional('model', string);
  // Comes last, because `body` records which members were parsed.
  notes.unparsedInBody(body, REASONS);
  return parsed;
}

function transcriptOf(body: Fields, media: Media, notes: Notes): Transcript {
  const transcript = new Transcript(notes);
  transcript.system(body.optional('systemInstruction', systemText) ?? '');
  const reader = new GeminiTurns(transcript, media);
  const read = objects((turn) => {
    reader.add(turn);
  });
  if (body.required('contents', read).length === 0) invalid('contents', 'must not be empty');
  reader.end();
  return transcript;
}

function settings(config: Fields, notes: Notes): Partial<ChatRequest> {
  const stops = config.optional('stopSequences', array(nonEmptyString)) ?? [];
  const thinking = config.optional('thinkingConfig', object);
  const includesThoughts = thinking?.optional('includeThoughts', boolean);
  const topK = config.optional('topK', number(0));
  const members = definedMembers({
    maxTokens: config.optional('maxOutputTokens', integer(1)),
    temperature: config.optional('temperature', number(0, 2)),
    topP: config.optional('topP', number(0, 1)),
    // 0 means no limit, and core accepts only integers from 1.
    topK: topK === undefined || topK === 0 ? undefined : Math.max(1, Math.round(topK)),
    frequencyPenalty: config.optional('frequencyPenalty', number(-2, 2)),
    presencePenalty: config.optional('presencePenalty', number(-2, 2)),
    seed: config.optional('seed', integer(Number.MIN_SAFE_INTEGER)),
    stop: stops.length === 0 ? undefined : stops,
    output: outputOf(config, notes),
    reasoning: thinking && effortOf(thinking, notes),
    reasoningSummary: includesThoughts === true ? ('auto' as const) : undefined,
  });
  if (includesThoughts === false)
    notes.dropped(
      'thinkingConfig.includeThoughts',
      'a target that sends its thoughts is not asked to omit them',
    );
  notes.unparsedInObject(thinking);
  return members;
}

function outputOf(config: Fields, notes: Notes): JsonObject | 'json' | undefined {
  const schema = config.optional('responseJsonSchema', jsonObject);
  const openApi = config.optional('responseSchema', jsonObject);
  const type = config.optional('responseMimeType', oneOf('text/plain', 'application/json'));
  if (schema !== undefined && openApi !== undefined)
    notes.dropped(config.pathOf('responseSchema'), 'responseJsonSchema is used');
  if (type === 'text/plain' && (schema ?? openApi) !== undefined)
    notes.coerced('responseMimeType to application/json', 'the request has a schema');
  if (schema !== undefined) return schema;
  if (openApi !== undefined) return fromOpenApi(openApi);
  return type === 'application/json' ? 'json' : undefined;
}

const LEVELS: Readonly<Record<string, Effort>> = {
  MINIMAL: 'minimal',
  LOW: 'low',
  MEDIUM: 'medium',
  HIGH: 'high',
};

/** Returns the effort of a level or of a budget. A budget of -1 leaves the effort to the model. */
function effortOf(thinking: Fields, notes: Notes): Effort | undefined {
  const level = thinking.optional('thinkingLevel', string);
  const budget = thinking.optional('thinkingBudget', integer(-1));
  if (level !== undefined && level !== 'THINKING_LEVEL_UNSPECIFIED') {
    const name = thinking.required('thinkingLevel', oneOf(...Object.keys(LEVELS)));
    if (budget !== undefined) notes.dropped('thinkingConfig.thinkingBudget', 'thinkingLevel is used');
    return LEVELS[name];
  }
  if (budget === -1)
    notes.dropped('thinkingConfig.thinkingBudget', 'the target decides whether and how much it thinks');
  if (budget === undefined || budget === -1) return undefined;
  return effortOfBudget(budget);
}
