import type { Message, ToolSpec, Usage } from '@majordomo/core';
import type { MeteredRequest } from '@majordomo/context';
import { asList, asRecord, asText } from '@majordomo/core/toolkit';
import type { Recording } from '@majordomo/test-support';

/** Returns a recorded client's request, reduced to the roles and texts of its turns. */
export function meteredRequest({ request }: Recording): MeteredRequest {
  const body = asRecord(request?.body);
  const { system, instructions, systemInstruction } = body;
  const turns = body['messages'] ?? body['contents'] ?? body['input'];
  const list = typeof turns === 'string' ? [{ role: 'user', content: turns }] : asList(turns);
  const systemText = [system, instructions, systemInstruction].map((text) => wordsOf(text)).join('');
  return {
    messages: messagesOf(list),
    system: systemText === '' ? undefined : systemText,
    tools: toolsOf(body['tools'] ?? asRecord(body['toolConfig'])['tools']),
  };
}

type Turn = Exclude<Message, { readonly role: 'system' }>;

function messagesOf(turns: readonly unknown[]): readonly Message[] {
  const messages: Turn[] = [];
  for (const turn of turns) {
    const message = messageOf(turn);
    const last = messages.at(-1);
    // In Responses, one response consists of several items.
    if (last?.role === 'assistant' && message.role === 'assistant')
      messages[messages.length - 1] = { role: 'assistant', parts: [...last.parts, ...message.parts] };
    else messages.push(message);
  }
  return messages;
}

function messageOf(turn: unknown): Turn {
  const { role, type } = asRecord(turn);
  const json = JSON.stringify(turn);
  const text = { type: 'text', text: wordsOf(turn) } as const;
  if (role === 'assistant' || role === 'model' || type === 'function_call' || type === 'reasoning') {
    const hasThought = type === 'reasoning' || /"(?:thoughtSignature|signature|reasoning\w*)":/.test(json);
    return { role: 'assistant', parts: [{ ...text, ...(hasThought ? THOUGHT : {}) }] };
  }
  const isResult =
    role === 'tool' || /"(?:function_call_output|tool_result|functionResponse|toolResult)"/.test(json);
  if (!isResult) return { role: 'user', parts: [text] };
  return { role: 'tool', parts: [{ type: 'tool-result', callId: '', name: '', content: [text] }] };
}

/** Marks a part whose replay token the vendor counts. The meter does not read the token itself. */
const THOUGHT = { replay: { family: 'recorded', data: null } } as const;

const toolsOf = (tools: unknown): readonly ToolSpec[] =>
  asList(tools).map((tool) => ({ name: '', description: '', parameters: asRecord(tool) }));

/** Returns all content: text, arguments and results. */
function wordsOf(value: unknown, key = ''): string {
  if (typeof value === 'string') return UNSEEN.has(key) ? '' : value;
  if (Array.isArray(value)) return value.map((one) => wordsOf(one)).join('\n');
  return Object.entries(asRecord(value))
    .map(([name, one]) =>
      JSON_MEMBERS.has(name) ? (asText(one) ?? JSON.stringify(one)) : wordsOf(one, name),
    )
    .filter((text) => text !== '')
    .join('\n');
}

/** Members whose strings the model does not read as content. */
const UNSEEN: ReadonlySet<string> = new Set(
  'id,type,role,call_id,tool_call_id,tool_use_id,toolUseId,status,signature,thoughtSignature,encrypted_content,data,index,media_type,mimeType,detail,phase'.split(
    ',',
  ),
);
/** Members whose value the model reads as JSON, with the names of its members. */
const JSON_MEMBERS: ReadonlySet<string> = new Set('arguments,args,input,response,output,json'.split(','));

/** Returns the totals that the vendor reported. */
export function reportedUsage({ expected: { usageRaw } }: Recording): Usage | undefined {
  const raw = usageRaw ?? {};
  const number = (...path: readonly string[]): number | undefined => {
    const value = path.reduce<unknown>((at, name) => asRecord(at)[name], raw);
    return typeof value === 'number' ? value : undefined;
  };
  const first = (...paths: readonly (readonly string[])[]): number | undefined =>
    paths.map((path) => number(...path)).find((value) => value !== undefined);
  const plain = first(
    ['prompt_tokens'],
    ['input_tokens'],
    ['promptTokenCount'],
    ['inputTokens'],
    ['prompt_eval_count'],
    ['tokens', 'input_tokens'],
  );
  if (plain === undefined) return undefined;
  // Anthropic's and Bedrock's totals exclude cached tokens. OpenAI's totals include them.
  const cached = [
    'cache_read_input_tokens',
    'cache_creation_input_tokens',
    'cacheReadInputTokens',
    'cacheWriteInputTokens',
  ];
  const input = cached.reduce((sum, name) => sum + (number(name) ?? 0), plain);
  const thought = first(['thoughtsTokenCount']);
  const reported = first(
    ['completion_tokens'],
    ['output_tokens'],
    ['candidatesTokenCount'],
    ['outputTokens'],
    ['eval_count'],
    ['tokens', 'output_tokens'],
  );
  const reasoning =
    thought ??
    first(['completion_tokens_details', 'reasoning_tokens'], ['output_tokens_details', 'reasoning_tokens']);
  const output = reported === undefined ? undefined : reported + (thought ?? 0);
  return { input, output, reasoning, cacheRead: undefined, cacheWrite: undefined };
}
