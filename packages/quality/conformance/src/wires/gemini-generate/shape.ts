import {
  anyObject,
  anything,
  type Check,
  flag,
  integer,
  list,
  matching,
  type Members,
  number,
  object,
  oneOf,
  text,
} from '@majordomo/core/toolkit';
import { count } from '../shape.ts';

const NAME = matching(
  /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/,
  'must have 1 to 64 letters, digits, "_", ".", ":" or "-", and begin with a letter or "_"',
  'name-format',
);

const BLOB = object({ data: text, mimeType: text }, { displayName: text });

/** Checks `Part` of @google/genai 3.1. A separate rule checks which members may be combined. */
const PART = object(
  {},
  {
    text,
    thought: flag,
    thoughtSignature: text,
    inlineData: BLOB,
    fileData: object({ fileUri: text }, { mimeType: text, displayName: text }),
    functionCall: object(
      { name: NAME },
      { id: text, args: anyObject, partialArgs: list(anyObject), willContinue: flag },
    ),
    functionResponse: object(
      { name: NAME, response: anyObject },
      {
        id: text,
        parts: list(object({}, { inlineData: BLOB, fileData: anyObject })),
        scheduling: text,
        willContinue: flag,
      },
    ),
    executableCode: anyObject,
    codeExecutionResult: anyObject,
    toolCall: anyObject,
    toolResponse: anyObject,
    audioTranscription: anyObject,
    mediaProcessing: anything,
    mediaResolution: anything,
    partMetadata: anyObject,
    speechMetadata: anyObject,
    videoMetadata: anyObject,
  },
);

const CONTENT = object({ parts: list(PART, 1) }, { role: oneOf('user', 'model', 'function') });
/** Checks a system instruction. Any role is accepted, because the API ignores it. */
const SYSTEM = object({ parts: list(PART, 1) }, { role: text });

const DECLARATION = object(
  { name: NAME },
  {
    behavior: text,
    description: text,
    parameters: anyObject,
    parametersJsonSchema: anyObject,
    response: anyObject,
    responseJsonSchema: anyObject,
  },
);

/** Checks of the vendor's tools. Their options are not checked. */
const VENDOR_TOOLS: Members = Object.fromEntries(
  [
    'codeExecution',
    'computerUse',
    'enterpriseWebSearch',
    'exaAiSearch',
    'fileSearch',
    'googleMaps',
    'googleSearch',
    'googleSearchRetrieval',
    'parallelAiSearch',
    'retrieval',
    'urlContext',
  ].map((name) => [name, anyObject]),
);
const TOOL = object(
  {},
  { functionDeclarations: list(DECLARATION), mcpServers: list(anyObject), ...VENDOR_TOOLS },
);

const MODES = ['MODE_UNSPECIFIED', 'AUTO', 'ANY', 'NONE', 'VALIDATED'] as const;
const LEVELS = ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH'] as const;

const GENERATION: Members = {
  audioTimestamp: flag,
  audioTranscriptionConfig: anyObject,
  candidateCount: count,
  enableAffectiveDialog: flag,
  enableEnhancedCivicAnswers: flag,
  frequencyPenalty: number(-2, 2),
  imageConfig: anyObject,
  logprobs: integer(0, 20),
  maxOutputTokens: count,
  mediaResolution: text,
  modelSelectionConfig: anyObject,
  presencePenalty: number(-2, 2),
  responseFormat: anything,
  responseJsonSchema: anyObject,
  responseLogprobs: flag,
  responseMimeType: text,
  responseModalities: list(text),
  responseSchema: anyObject,
  routingConfig: anyObject,
  seed: integer(-2_147_483_648, 2_147_483_647),
  speechConfig: anyObject,
  stopSequences: list(text, 0, 5),
  temperature: number(0, 2),
  thinkingConfig: object(
    {},
    {
      includeThoughts: flag,
      thinkingBudget: integer(-1, 32_768),
      thinkingLevel: oneOf(...LEVELS, ...LEVELS.map((level) => level.toLowerCase())),
    },
  ),
  topK: number(0, Number.MAX_SAFE_INTEGER),
  topP: number(0, 1),
  translationConfig: anyObject,
};

/** Checks that a request has the keys and types of @google/genai 3.1 and of the REST reference, in camel case. */
export const geminiShape: Check = object(
  { contents: list(CONTENT, 1) },
  {
    cachedContent: text,
    generationConfig: object({}, GENERATION),
    labels: anyObject,
    model: text,
    modelArmorConfig: anyObject,
    safetySettings: list(object({ category: text, threshold: text }, { method: text })),
    serviceTier: text,
    store: flag,
    systemInstruction: SYSTEM,
    toolConfig: object(
      {},
      {
        functionCallingConfig: object(
          {},
          { mode: oneOf(...MODES), allowedFunctionNames: list(text), streamFunctionCallArguments: flag },
        ),
        includeServerSideToolInvocations: flag,
        retrievalConfig: anyObject,
      },
    ),
    tools: list(TOOL),
  },
);
