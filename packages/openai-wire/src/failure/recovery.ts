import type { JsonObject, ModelRequest, ModelTool, Recovery } from '@majordomo/core';
import { GRAMMAR_DIALECT, sanitizeSchema } from '@majordomo/wire-kit';
import { besideTools } from '../schema/vendor-tools.ts';
import { withSchemas } from '../schema/dialects.ts';
import { instructionFor, JSON_MODE } from '../schema/output.ts';
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
  outputMember: (output: { readonly name: string; readonly schema: JsonObject }) => object,
  toolsOf: (tools: readonly ModelTool[]) => readonly object[],
): Recovery => ({
  id: 'strict',
  what: 'strict dropped from schemas',
  apply(request) {
    const { tools, output, extra } = request;
    const list = tools.length > 0 ? toolsOf(tools) : undefined;
    const { name = '', schema } = output ?? {};
    const plain = { ...(schema && outputMember({ name, schema })), ...(list && { tools: list }) };
    return { ...request, extra: { ...plain, ...besideTools(extra, list) } };
  },
  remember: true,
  isNeededFor: hasSchemas,
});

const hasSchemas = ({ tools, output }: ModelRequest): boolean => tools.length > 0 || output !== undefined;

/** What servers say of models that have JSON mode but take no schema (Groq, 2025-2026), or not even that. */
const NO_SCHEMA =
  /(?:not|n't) support[^.]{0,60}json_schema|json_schema[^.]{0,60}(?:not supported|unsupported)/i;
const NO_JSON_MODE =
  /(?:not|n't) support[^.]{0,60}json_object|json_object[^.]{0,60}(?:not supported|unsupported)/i;

/**
 * With the schema told in the system text instead of enforced: as JSON where the model has that mode, else as text.
 * `formatOf` is the wire's member for a format, `undefined` for none.
 */
export function toldSchema(
  { message }: ReportedFailure,
  sent: SentBody,
  formatOf: (format: object | undefined) => Readonly<Record<string, unknown>>,
): Recovery | undefined {
  const format = schemasIn({ ...sent, tools: undefined });
  const isSchema = format.includes('"type":"json_schema"');
  const isMode = format.includes('"type":"json_object"');
  if (isSchema && NO_SCHEMA.test(message))
    return told('JSON mode', (request) => instructed(request, formatOf(JSON_MODE)));
  if (isMode && NO_JSON_MODE.test(message))
    return told('no JSON mode', (request) => withExtra(request, formatOf(undefined)));
  return undefined;
}

const told = (id: string, apply: Recovery['apply']): Recovery => ({
  id,
  what: 'the schema of the answer told instead of enforced',
  apply,
  remember: true,
  isNeededFor: ({ output }) => output !== undefined,
});

function instructed(request: ModelRequest, members: Readonly<Record<string, unknown>>): ModelRequest {
  const { system, output } = request;
  if (output === undefined) return request;
  const text = [system, instructionFor(output.schema)].filter((each) => each !== undefined && each !== '');
  return withExtra({ ...request, system: text.join('\n\n') }, members);
}

/** `extra` goes over everything, and a member without a value is not sent. */
export const withExtra = (
  request: ModelRequest,
  members: Readonly<Record<string, unknown>>,
): ModelRequest => ({ ...request, extra: { ...request.extra, ...members } });
