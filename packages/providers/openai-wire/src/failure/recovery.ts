import type { AssistantPart, ModelRequest, ModelTool, Recovery, Replay } from '@majordomo/core';
import { hash128 } from '@majordomo/core/toolkit';
import { withAssistantParts, WITHOUT_TOOL_LOADING } from '@majordomo/wire-kit/internal';
import { withSchemas } from '../schema/dialects.ts';
import { instructionFor, JSON_MODE, type NamedSchema } from '../schema/output.ts';
import { GRAMMAR_DIALECT, sanitizeSchema } from '../schema/sanitize-schema.ts';
import { mergeVendorTools } from '../schema/vendor-tools.ts';
import type { ReportedFailure } from './reported-failure.ts';
import { rejectedMemberRecovery, withExtra, type RejectedRequest, type SentBody } from './rejected-member.ts';

/** Functions that write tools and response formats in the form of Chat Completions or of Responses. */
export interface BodyForms {
  /** Returns the properties that set the format of a response. For `undefined`, the request has no format. */
  readonly formatMembers: (format: object | undefined) => object;
  readonly schemaFormat: (schema: NamedSchema) => object;
  readonly toolsToWire: (tools: readonly ModelTool[]) => readonly object[];
}

/** Whether the server rejected the body, so that a changed body may succeed. */
export const isBodyRejection = (status: number): boolean => status === 400 || status === 422;

/**
 * Returns a change with which the request may succeed, for failures that both APIs report. The change drops `pattern` and
 * `format`, drops `strict`, moves the schema to the system text, drops or renames the rejected property, or disables streaming.
 */
export function sharedRecovery(
  failure: ReportedFailure,
  sent: SentBody,
  forms: BodyForms,
  request: RejectedRequest,
): Recovery | undefined {
  if (GRAMMAR_FAILURE.test(failure.message)) return simplerSchemaRecovery(sent);
  if (isStrictRejection(failure, sent)) return nonStrictRecovery(forms);
  return schemaInstructionRecovery(failure, sent, forms) ?? rejectedMemberRecovery(failure, sent, request);
}

/** Error messages of servers that could not convert a schema to a grammar (llama.cpp and its derivatives, 2025-2026). */
const GRAMMAR_FAILURE =
  /error parsing grammar|json-schema-to-grammar|unable to generate parser|failed to parse grammar/i;

/** Returns a recovery that removes `pattern` and `format` from the schemas; `undefined` if the schemas contain neither. */
function simplerSchemaRecovery(sent: SentBody): Recovery | undefined {
  if (!/"(?:pattern|format)":/.test(schemasIn(sent))) return undefined;
  return {
    id: 'grammar',
    what: 'pattern and format dropped from schemas',
    apply: (request) => ({
      ...request,
      tools: withSchemas(request.tools, GRAMMAR_DIALECT),
      output: request.output && {
        ...request.output,
        schema: request.output.schema && sanitizeSchema(request.output.schema, GRAMMAR_DIALECT).schema,
      },
    }),
    remember: true,
    isNeededFor: hasSchemas,
  };
}

/**
 * Whether the server rejected a strict schema (`Invalid schema for function 'f': …`, 2024-2026) or does not support strict
 * schemas (`Unknown parameter: 'tools[0].function.strict'`, of older deployments).
 */
const isStrictRejection = ({ code, message, param }: ReportedFailure, sent: SentBody): boolean =>
  (/^invalid schema for|\bstrict\b/i.test(`${message} ${param ?? ''}`) || SCHEMA_CODES.has(code ?? '')) &&
  schemasIn(sent).includes('"strict":true');

const SCHEMA_CODES: ReadonlySet<string> = new Set(['invalid_function_parameters', 'invalid_json_schema']);

const schemasIn = ({ tools, response_format: chat, text }: SentBody): string =>
  JSON.stringify([tools, chat, text]);

/** Returns a recovery that sends the caller's schemas unchanged and without `strict`, so that they are not enforced. */
const nonStrictRecovery = ({ formatMembers, schemaFormat, toolsToWire }: BodyForms): Recovery => ({
  id: 'strict',
  what: 'strict dropped from schemas',
  apply(original) {
    // The recovery replaces the request's tools, so the new list must contain the loaded tools.
    const request = WITHOUT_TOOL_LOADING.apply(original);
    const { tools, output, extra } = request;
    const list = tools.length > 0 ? toolsToWire(tools) : undefined;
    const { name = '', schema } = output ?? {};
    const format = schema && formatMembers(schemaFormat({ name, schema, strict: false }));
    return {
      ...request,
      extra: { ...format, ...(list && { tools: list }), ...mergeVendorTools(extra, list) },
    };
  },
  remember: true,
  isNeededFor: hasSchemas,
});

const hasSchemas = ({ tools, output }: ModelRequest): boolean => tools.length > 0 || output !== undefined;

/** Error messages of models that support JSON mode but not schemas (Groq, 2025-2026). */
const NO_SCHEMA =
  /(?:not|n't) support[^.]{0,60}json_schema|json_schema[^.]{0,60}(?:not supported|unsupported)/i;
const NO_JSON_MODE =
  /(?:not|n't) support[^.]{0,60}json_object|json_object[^.]{0,60}(?:not supported|unsupported)/i;

/** Returns a recovery that adds the schema to the system text, and requests JSON mode if the model supports it. */
function schemaInstructionRecovery(
  { message }: ReportedFailure,
  sent: SentBody,
  { formatMembers }: BodyForms,
): Recovery | undefined {
  const format = schemasIn({ ...sent, tools: undefined });
  if (format.includes('"type":"json_schema"') && NO_SCHEMA.test(message))
    return instructionRecovery('JSON mode', (request) => withInstruction(request, formatMembers(JSON_MODE)));
  // The system text of a request for JSON mode already contains the schema.
  if (format.includes('"type":"json_object"') && NO_JSON_MODE.test(message))
    return instructionRecovery('no JSON mode', (request) => withExtra(request, formatMembers(undefined)));
  return undefined;
}

const instructionRecovery = (id: string, apply: Recovery['apply']): Recovery => ({
  id,
  what: 'the schema of the response added to the system text instead of being enforced',
  apply,
  remember: true,
  isNeededFor: ({ output }) => output !== undefined,
});

function withInstruction(request: ModelRequest, members: object): ModelRequest {
  const { system, output } = request;
  if (output === undefined) return request;
  const text = [system, instructionFor(output.schema)].filter((each) => each !== undefined && each !== '');
  return withExtra({ ...request, system: text.join('\n\n') }, members);
}

/**
 * Returns the recovery that removes earlier reasoning and vendor items, and the replay data that refers to them. Later requests omit
 * these items if they contain one of the rejected request, because the target would reject it again. Other conversations keep theirs.
 */
export function replayRecovery(rejected: RejectedRequest): Recovery {
  const tokens = new Set(replaysIn(rejected).map(tokenOf));
  return {
    id: 'encrypted reasoning',
    what: 'earlier reasoning not sent back',
    apply: (request) => withAssistantParts(request, withoutReplay),
    remember: true,
    isNeededFor: (request) => replaysIn(request).some((replay) => tokens.has(tokenOf(replay))),
  };
}

const replaysIn = ({ messages }: Pick<ModelRequest, 'messages'>): readonly Replay[] =>
  messages.flatMap((message) =>
    message.role === 'assistant' ? message.parts.flatMap(({ replay }) => replay ?? []) : [],
  );

const tokenOf = (replay: Replay): string => hash128(JSON.stringify(replay));

function withoutReplay(part: AssistantPart): AssistantPart | undefined {
  if (part.type === 'reasoning' || part.type === 'vendor') return undefined;
  // The id and the action of the call are in its token.
  if (part.type === 'vendor-call' || part.replay === undefined) return part;
  const { replay: _rejected, ...rest } = part;
  return rest;
}
