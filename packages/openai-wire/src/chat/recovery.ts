import type { ModelOutput, ModelRequest, ModelTool, Recovery } from '@majordomo/core';
import { GRAMMAR_SCHEMA, sanitizeSchema } from '@majordomo/core/provider';
import type { ChatFailure } from '../failure/failure.ts';
import { FORGET } from '../failure/forget.ts';
import { schemaFormat } from '../schema/output.ts';
import type { ChatParams } from './request.ts';
import { withSchemas } from '../schema/dialects.ts';
import { besideTools, toolsToWire } from './tools.ts';

/** How servers name a member that they do not take, where the error has no `param`; each seen on a wire. */
const NAMED: readonly RegExp[] = [
  /(?:unsupported|unknown|unrecognized) (?:parameter|value|field|key|argument)s?:? [`'"]([\w.]+)[`'"]/i,
  /unrecognized request arguments? supplied: ([\w.]+)/i,
  /(?:property|parameter|argument|field) [`'"]([\w.]+)[`'"] is (?:not supported|unsupported|not permitted|unknown)/i,
  /[`'"]([\w.]+)[`'"] is not supported (?:with|by|for|on) this model/i,
  /not supported on this model: ([\w.]+)/i,
];

/** Codes of an error whose `param` is a member that could go. */
const CODES: ReadonlySet<string> = new Set([
  'unsupported_parameter',
  'unknown_parameter',
  'unsupported_value',
  'extra_forbidden',
]);

/** Without these the request would be another one. */
const NEEDED: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'input',
  'text',
  'tools',
  'tool_choice',
  'response_format',
  'stream',
]);

/** The two names of the limit: a server that refuses one and names the other gets that. */
const OTHER_LIMIT: ReadonlyMap<string, string> = new Map([
  ['max_tokens', 'max_completion_tokens'],
  ['max_completion_tokens', 'max_tokens'],
]);

/**
 * The remedy for a 400 or 422: without signed reasoning that is refused, without what a grammar cannot say, without strict
 * schemas, or without the member of the body that was named as unknown or unsupported. `undefined` where nothing was named that was sent, or nothing that can be spared.
 */
export function recoveryFor(failure: ChatFailure, status: number, sent: ChatParams): Recovery | undefined {
  if (status !== 400 && status !== 422) return undefined;
  if (SIGNATURE.test(failure.message) && hasDetails(sent)) return FORGET;
  if (GRAMMAR.test(failure.message)) return simpler(sent);
  if (refusesStrict(failure, sent))
    return unstrict(
      ({ name, schema }) => ({ response_format: schemaFormat({ name, schema, strict: false }) }),
      toolsToWire,
    );
  const member = refusedMember(failure);
  if (member === 'stream' && sent['stream'] === true) return unstreamed();
  if (member === undefined || NEEDED.has(member) || !Object.hasOwn(sent, member)) return undefined;
  const other = OTHER_LIMIT.get(member);
  if (other !== undefined && failure.message.includes(other)) return renamed(member, other);
  return dropped(member);
}

/** What a vendor behind a gateway says of reasoning that it did not sign, or not for this turn (2026). */
const SIGNATURE =
  /thinking[^]*(?:signature|cannot be modified|must remain as they|bound to)|signature[^]*thinking/i;

const hasDetails = ({ messages }: ChatParams): boolean =>
  Array.isArray(messages) &&
  messages.some((each: unknown) => typeof each === 'object' && each !== null && 'reasoning_details' in each);

/** What engines say that make a grammar of a schema and fail (llama.cpp and its kin, 2025-2026). */
const GRAMMAR =
  /error parsing grammar|json-schema-to-grammar|unable to generate parser|failed to parse grammar/i;

/** Without `pattern` and `format`, which such engines fail at. */
function simpler(sent: ChatParams): Recovery | undefined {
  if (!/"(?:pattern|format)":/.test(JSON.stringify([sent['tools'], sent['response_format'], sent['text']]))) {
    return undefined;
  }
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
 * The server's strict subset is another one than was thought (`Invalid schema for function 'f': …`, 2024-2026), or it has
 * none (`Unknown parameter: 'tools[0].function.strict'`, of older deployments).
 */
export const refusesStrict = ({ code, message, param }: ChatFailure, sent: ChatParams): boolean =>
  (/^invalid schema for|\bstrict\b/i.test(`${message} ${param ?? ''}`) || SCHEMA_CODES.has(code ?? '')) &&
  /"strict":true/.test(JSON.stringify([sent['tools'], sent['response_format'], sent['text']]));

const SCHEMA_CODES: ReadonlySet<string> = new Set(['invalid_function_parameters', 'invalid_json_schema']);

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

/** `stream_options.include_usage` names a member of a member: the whole one goes. */
function refusedMember({ code, type, param, message }: ChatFailure): string | undefined {
  const isCode = CODES.has(code ?? '') || CODES.has(type ?? '');
  const named = isCode && param !== undefined ? param : firstMatch(message);
  return named?.split('.')[0];
}

function firstMatch(message: string): string | undefined {
  for (const pattern of NAMED) {
    const found = pattern.exec(message)?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}

const dropped = (member: string): Recovery => ({
  id: `drop ${member}`,
  what: `${member} dropped`,
  apply: (request) => withExtra(request, { [member]: undefined }),
  remember: true,
});

const renamed = (member: string, other: string): Recovery => ({
  id: `drop ${member}`,
  what: `${member} sent as ${other}`,
  apply: (request) => withExtra(request, { [member]: undefined, [other]: request.maxTokens }),
  remember: true,
});

/** Some accounts may call a model but not stream it. */
const unstreamed = (): Recovery => ({
  id: 'whole',
  what: 'asked for a whole answer',
  apply: (request) => request,
  delivery: 'whole',
  remember: true,
});

/** `extra` goes over everything, and a member without a value is not sent. */
const withExtra = (request: ModelRequest, members: Readonly<Record<string, unknown>>): ModelRequest => ({
  ...request,
  extra: { ...request.extra, ...members },
});
