import type { AssistantPart, ModelRequest, ModelTool, Recovery, TurnMessage } from '@majordomo/core';
import { GRAMMAR_DIALECT, sanitizeSchema } from '@majordomo/wire-kit';
import { withSchemas } from '../schema/dialects.ts';
import { instructionFor, JSON_MODE, type NamedSchema } from '../schema/output.ts';
import { mergeVendorTools } from '../schema/vendor-tools.ts';
import type { ReportedFailure } from './reported-failure.ts';
import { rejectedMemberRecovery, withExtra, type SentBody } from './rejected-member.ts';

/** Forms of tools and formats that differ between the wires. */
export interface BodyForms {
  /** Returns the members that set the format of a response; `undefined` for no format. */
  readonly formatMembers: (format: object | undefined) => object;
  readonly schemaFormat: (schema: NamedSchema) => object;
  readonly toolsToWire: (tools: readonly ModelTool[]) => readonly object[];
}

/** Whether a status can mean that a changed body succeeds. */
export const isBodyRejection = (status: number): boolean => status === 400 || status === 422;

/**
 * Returns a changed request that may succeed, for failures that both wires have: schemas without what a grammar cannot
 * express, without `strict`, in the system text, or the body without the rejected member.
 */
export function sharedRecovery(
  failure: ReportedFailure,
  sent: SentBody,
  forms: BodyForms,
): Recovery | undefined {
  if (GRAMMAR_FAILURE.test(failure.message)) return simplerSchemaRecovery(sent);
  if (isStrictRejection(failure, sent)) return nonStrictRecovery(forms);
  return schemaInstructionRecovery(failure, sent, forms) ?? rejectedMemberRecovery(failure, sent);
}

/** Errors of engines that convert a schema into a grammar (llama.cpp and its derivatives, 2025-2026). */
const GRAMMAR_FAILURE =
  /error parsing grammar|json-schema-to-grammar|unable to generate parser|failed to parse grammar/i;

/** Removes `pattern` and `format`; `undefined` if the request has neither. */
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
 * Whether the strict subset of the server is smaller (`Invalid schema for function 'f': …`, 2024-2026) or absent (`Unknown
 * parameter: 'tools[0].function.strict'`, of older deployments).
 */
const isStrictRejection = ({ code, message, param }: ReportedFailure, sent: SentBody): boolean =>
  (/^invalid schema for|\bstrict\b/i.test(`${message} ${param ?? ''}`) || SCHEMA_CODES.has(code ?? '')) &&
  schemasIn(sent).includes('"strict":true');

const SCHEMA_CODES: ReadonlySet<string> = new Set(['invalid_function_parameters', 'invalid_json_schema']);

const schemasIn = ({ tools, response_format: chat, text }: SentBody): string =>
  JSON.stringify([tools, chat, text]);

/** Sends the caller's schemas unchanged and not enforced. */
const nonStrictRecovery = ({ formatMembers, schemaFormat, toolsToWire }: BodyForms): Recovery => ({
  id: 'strict',
  what: 'strict dropped from schemas',
  apply(request) {
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

/** Errors of models that have JSON mode but accept no schema (Groq, 2025-2026), or that have no JSON mode. */
const NO_SCHEMA =
  /(?:not|n't) support[^.]{0,60}json_schema|json_schema[^.]{0,60}(?:not supported|unsupported)/i;
const NO_JSON_MODE =
  /(?:not|n't) support[^.]{0,60}json_object|json_object[^.]{0,60}(?:not supported|unsupported)/i;

/** Puts the schema into the system text, with JSON mode where the model has it. */
function schemaInstructionRecovery(
  { message }: ReportedFailure,
  sent: SentBody,
  { formatMembers }: BodyForms,
): Recovery | undefined {
  const format = schemasIn({ ...sent, tools: undefined });
  if (format.includes('"type":"json_schema"') && NO_SCHEMA.test(message))
    return instructionRecovery('JSON mode', (request) => withInstruction(request, formatMembers(JSON_MODE)));
  if (format.includes('"type":"json_object"') && NO_JSON_MODE.test(message))
    return instructionRecovery('no JSON mode', (request) => withExtra(request, formatMembers(undefined)));
  return undefined;
}

const instructionRecovery = (id: string, apply: Recovery['apply']): Recovery => ({
  id,
  what: 'the schema of the answer put into the system text instead of enforced',
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
 * Removes earlier reasoning, and with it ids and vendor items, which refer to it. A rejected token would be rejected again,
 * so the target gets none for the rest of the conversation.
 */
export const WITHOUT_REPLAY: Recovery = {
  id: 'encrypted reasoning',
  what: 'earlier reasoning not sent back',
  apply: (request) => ({ ...request, messages: request.messages.map(withoutReplay) }),
  remember: true,
  isNeededFor: ({ messages }) => messages.some(({ role }) => role === 'assistant'),
};

function withoutReplay(message: TurnMessage): TurnMessage {
  if (message.role !== 'assistant') return message;
  const parts = message.parts.flatMap((part): AssistantPart[] => {
    if (part.type === 'reasoning' || part.type === 'vendor') return [];
    const { replay: _rejected, ...rest } = part;
    return [rest];
  });
  return { role: 'assistant', parts };
}
