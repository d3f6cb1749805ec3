import {
  anyObject,
  anything,
  type Check,
  flag,
  list,
  matching,
  number,
  object,
  oneOf,
  text,
} from '@majordomo/core/toolkit';
import { count } from '../shape.ts';

const TOOL_NAME = matching(
  /^[a-zA-Z0-9_-]{1,64}$/,
  'must have 1 to 64 letters, digits, "_" or "-"',
  'name-format',
);
const TOOL_ID = matching(
  /^[a-zA-Z0-9_-]{1,64}$/,
  'must have 1 to 64 letters, digits, "_" or "-"',
  'tool-id-format',
);
const DOCUMENT_NAME = matching(
  /^(?!.*\s\s)[a-zA-Z0-9\s()[\]-]{1,200}$/,
  'must have 1 to 200 letters, digits, parentheses, brackets, hyphens or single spaces',
  'document-name',
);

const CACHE_POINT = object({ type: oneOf('default') }, { ttl: oneOf('5m', '1h') });
const BYTES_OR_S3 = object({}, { bytes: text, s3Location: anyObject });
const IMAGE = object({ format: oneOf('png', 'jpeg', 'gif', 'webp'), source: BYTES_OR_S3 });
const DOCUMENT = object(
  {
    name: DOCUMENT_NAME,
    source: object({}, { bytes: text, s3Location: anyObject, text, content: list(anyObject) }),
  },
  {
    format: oneOf('pdf', 'csv', 'doc', 'docx', 'xls', 'xlsx', 'html', 'txt', 'md'),
    context: text,
    citations: anyObject,
  },
);

const RESULT_CONTENT = object(
  {},
  { text, json: anything, image: IMAGE, document: DOCUMENT, video: anyObject, searchResult: anyObject },
);

/** Checks `ContentBlock` of @aws-sdk/client-bedrock-runtime 3.1162. A separate rule checks which members may be combined. */
const BLOCK = object(
  {},
  {
    text,
    image: IMAGE,
    document: DOCUMENT,
    video: anyObject,
    audio: anyObject,
    toolUse: object(
      { toolUseId: TOOL_ID, name: TOOL_NAME, input: anything },
      { type: oneOf('server_tool_use', 'tool_use') },
    ),
    toolResult: object(
      { toolUseId: TOOL_ID, content: list(RESULT_CONTENT) },
      { status: oneOf('success', 'error'), type: text },
    ),
    toolAddition: anyObject,
    toolRemoval: anyObject,
    guardContent: anyObject,
    cachePoint: CACHE_POINT,
    reasoningContent: object(
      {},
      { reasoningText: object({ text }, { signature: text }), redactedContent: text },
    ),
    citationsContent: anyObject,
    searchResult: anyObject,
  },
);

const SYSTEM = object({}, { text, guardContent: anyObject, cachePoint: CACHE_POINT });
const TOOL = object(
  {},
  {
    toolSpec: object(
      { name: TOOL_NAME, inputSchema: object({ json: anyObject }) },
      { description: text, strict: flag },
    ),
    systemTool: object({ name: TOOL_NAME }),
    cachePoint: CACHE_POINT,
  },
);

/** Checks that a request has the keys and types of `ConverseRequest` in @aws-sdk/client-bedrock-runtime 3.1162, as JSON. */
export const converseShape: Check = object(
  { messages: list(object({ role: oneOf('user', 'assistant'), content: list(BLOCK, 1) }), 1) },
  {
    additionalModelRequestFields: anything,
    additionalModelResponseFieldPaths: list(text),
    guardrailConfig: anyObject,
    inferenceConfig: object(
      {},
      { maxTokens: count, temperature: number(0, 1), topP: number(0, 1), stopSequences: list(text, 0, 2500) },
    ),
    outputConfig: object(
      {},
      {
        effort: oneOf('low', 'medium', 'high', 'xhigh', 'max'),
        textFormat: object({
          type: oneOf('json_schema'),
          structure: object({ jsonSchema: object({ schema: text }, { name: text, description: text }) }),
        }),
      },
    ),
    performanceConfig: object({}, { latency: oneOf('standard', 'optimized') }),
    promptVariables: anyObject,
    requestMetadata: anyObject,
    serviceTier: object({ type: text }),
    system: list(SYSTEM),
    toolConfig: object(
      { tools: list(TOOL, 1) },
      { toolChoice: object({}, { auto: anyObject, any: anyObject, tool: object({ name: TOOL_NAME }) }) },
    ),
  },
);
