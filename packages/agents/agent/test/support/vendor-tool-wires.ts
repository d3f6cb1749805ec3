import type { ChatRequest, JsonObject, Provider } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createGoogle } from '@majordomo/provider-google';
import { createOpenAI } from '@majordomo/provider-openai';

/** Wire with a tool of the vendor that the application runs. */
export interface Wire {
  readonly spec: string;
  readonly extra?: ChatRequest['extra'];
  readonly provider: (fetch: typeof globalThis.fetch) => Provider;
  /** Returns the ids of the calls and of their results in a request. */
  readonly sent: (body: unknown) => {
    readonly calls: readonly unknown[];
    readonly results: readonly unknown[];
  };
  /** Returns the response with a call that types a text. */
  readonly call: (id: string, text: string) => object;
  readonly done: object;
}

type Item = Readonly<Record<string, unknown>>;
type Body = Readonly<Record<string, readonly Item[]>>;

const idsOf = (items: readonly Item[], type: string, id: string): readonly unknown[] =>
  items.filter((item) => item['type'] === type).map((item) => item[id]);

const responses = (item: object): object => ({ id: 'resp', status: 'completed', output: [item] });
const message = (block: object, stop: string): object => ({
  id: 'msg',
  type: 'message',
  role: 'assistant',
  model: 'claude',
  content: [block],
  stop_reason: stop,
  usage: { input_tokens: 1, output_tokens: 1 },
});
const gemini = (part: object): object => ({
  candidates: [{ content: { parts: [part] }, finishReason: 'STOP' }],
});
const membersOf = (parts: readonly Item[], name: string): readonly JsonObject[] =>
  parts.flatMap((part) => (part[name] === undefined ? [] : [part[name] as JsonObject]));

export const WIRES: Readonly<Record<string, Wire>> = {
  'the shell of OpenAI': {
    spec: 'openai/gpt-5.4',
    provider: (fetch) => createOpenAI({ apiKey: 'k', fetch }),
    sent: (body) => {
      const { input = [] } = body as Body;
      const results = idsOf(input, 'shell_call_output', 'call_id');
      return { calls: idsOf(input, 'shell_call', 'call_id'), results };
    },
    call: (id, text) =>
      responses({ type: 'shell_call', id: `sh_${id}`, call_id: id, action: { commands: [text] } }),
    done: responses({
      type: 'message',
      role: 'assistant',
      content: [{ type: 'output_text', text: 'All done.' }],
    }),
  },
  'the computer of Anthropic': {
    spec: 'anthropic/claude-opus-5-5',
    provider: (fetch) => createAnthropic({ apiKey: 'k', fetch }),
    extra: { anthropic: { tools: [{ type: 'computer_toolset_20260801' }] } },
    sent: (body) => {
      const { messages = [] } = body as Body;
      const blocks = messages.flatMap(({ content }) => content as readonly Item[]);
      const named = blocks.filter((block) => block['toolset_name'] === 'computer');
      return { calls: idsOf(named, 'tool_use', 'id'), results: idsOf(named, 'tool_result', 'tool_use_id') };
    },
    call: (id, text) =>
      message({ type: 'tool_use', id, name: 'type', input: { text }, toolset_name: 'computer' }, 'tool_use'),
    done: message({ type: 'text', text: 'All done.' }, 'end_turn'),
  },
  'the computer of Gemini': {
    spec: 'google/gemini-3.5-pro',
    provider: (fetch) => createGoogle({ apiKey: 'k', fetch }),
    extra: { google: { tools: [{ computerUse: { environment: 'ENVIRONMENT_BROWSER' } }] } },
    sent: (body) => {
      const { contents = [] } = body as Body;
      const parts = contents.flatMap((content) => content['parts'] as readonly Item[]);
      const [calls, results] = ['functionCall', 'functionResponse'].map((name) =>
        membersOf(parts, name).map((member) => member['id']),
      );
      return { calls: calls ?? [], results: results ?? [] };
    },
    call: (id, text) => gemini({ functionCall: { id, name: 'type_text_at', args: { x: 1, y: 2, text } } }),
    done: gemini({ text: 'All done.' }),
  },
};
