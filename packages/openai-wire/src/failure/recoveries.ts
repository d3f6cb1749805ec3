import type { ModelOutput, ModelRequest, ModelTool, Recovery } from '@majordomo/core';
import { GRAMMAR_SCHEMA, sanitizeSchema } from '@majordomo/core/provider';
import { besideTools } from '../schema/beside-tools.ts';
import { withSchemas } from '../schema/dialects.ts';
import type { ReportedFailure } from './reported.ts';

/** The body that was refused, of either wire. */
export type SentBody = Readonly<Record<string, unknown>>;

/** May the request be changed at all? Other statuses do not blame the body. */
export const blamesBody = (status: number): boolean => status === 400 || status === 422;

/** What engines say that make a grammar of a schema and fail (llama.cpp and its kin, 2025-2026). */
const GRAMMAR =
  /error parsing grammar|json-schema-to-grammar|unable to generate parser|failed to parse grammar/i;

export const failsAtGrammar = ({ message }: ReportedFailure): boolean => GRAMMAR.test(message);

/** Without `pattern` and `format`, which such engines fail at; `undefined` where neither was sent. */
export function simplerSchemas(sent: SentBody): Recovery | undefined {
  if (!/"(?:pattern|format)":/.test(schemasIn(sent))) return undefined;
  return {
    id: 'grammar',
    what: 'pattern and format dropped from schemas',
    apply: (request) => ({
      ...request,
      tools: withSchemas(request.tools, GRAMMAR_SCHEMA),
      output: request.output && {
        ...request.output,
        schema: sanitizeSchema(request.output.schema, GRAMMAR_SCHEMA).schema,
      },
    }),
    remember: true,
  };
}

/**
 * The server's strict subset is another one than was thought (`Invalid schema for function 'f': …`, 2024-2026), or it
 * has none (`Unknown parameter: 'tools[0].function.strict'`, of older deployments).
 */
export const refusesStrict = ({ code, message, param }: ReportedFailure, sent: SentBody): boolean =>
  (/^invalid schema for|\bstrict\b/i.test(`${message} ${param ?? ''}`) || SCHEMA_CODES.has(code ?? '')) &&
  schemasIn(sent).includes('"strict":true');

const SCHEMA_CODES: ReadonlySet<string> = new Set(['invalid_function_parameters', 'invalid_json_schema']);

/** The body's schemas, as they were sent. */
const schemasIn = ({ tools, response_format: chat, text }: SentBody): string =>
  JSON.stringify([tools, chat, text]);

/** The caller's schemas as they are, enforced by nobody. */
export const unstrict = (
  outputMember: (output: ModelOutput) => object,
  toolsOf: (tools: readonly ModelTool[]) => readonly object[],
): Recovery => ({
  id: 'strict',
  what: 'strict dropped from schemas',
  apply(request) {
    const { tools, output, extra } = request;
    const list = tools.length > 0 ? toolsOf(tools) : undefined;
    const plain = { ...(output && outputMember(output)), ...(list && { tools: list }) };
    return { ...request, extra: { ...plain, ...besideTools(extra, list) } };
  },
  remember: true,
});

/** `extra` goes over everything, and a member without a value is not sent. */
export const withExtra = (
  request: ModelRequest,
  members: Readonly<Record<string, unknown>>,
): ModelRequest => ({ ...request, extra: { ...request.extra, ...members } });
