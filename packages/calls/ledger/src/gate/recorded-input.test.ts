import { maxRequestTokens } from '@majordomo/catalog/tokens';
import { hasRecordings, recordings, sequences, skippedNote } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';

interface Body {
  readonly messages?: readonly never[];
  readonly input?: readonly never[];
  readonly contents?: readonly never[];
  readonly tools?: readonly { readonly type?: string; readonly function?: object; readonly name?: string }[];
}

/** Returns the number of input tokens, including cached ones, from the vendors' field names. */
function inputOf(usage: Readonly<Record<string, unknown>>): number {
  const of = (name: string): number => Number(usage[name] ?? 0);
  if ('prompt_tokens' in usage) return of('prompt_tokens');
  if ('input_tokens' in usage)
    return of('input_tokens') + of('cache_creation_input_tokens') + of('cache_read_input_tokens');
  return of('promptTokenCount') + of('inputTokens') + of('prompt_eval_count');
}

/** Whether the recorded request is complete and contains all input that the model read. */
function isComparable(body: Body, text: string): boolean {
  const runsAtVendor =
    /web_search|code_execution|code_interpreter|compound|advisor|"mcp_servers"|googleSearch|text_editor|file_search/.test(
      text,
    );
  const isCut = /withheld|REDACTED|elided|…|\[cut|"models":|"prompt":\{/.test(text);
  return !runsAtVendor && !isCut && Array.isArray(body.messages ?? body.input ?? body.contents);
}

describe.skipIf(!hasRecordings)(`recorded requests${skippedNote}`, () => {
  it('exceed the bound in fewer than one of a hundred cases', () => {
    const all = [...recordings(), ...sequences().flatMap(({ steps }) => steps)].flatMap((recording) => {
      const body = recording.request?.body as Body | undefined;
      const used = inputOf(recording.expected.usageRaw ?? {});
      if (body === undefined || used === 0 || !isComparable(body, JSON.stringify(body))) return [];
      const tools = (body.tools ?? []) as never[];
      const extra = { ...body, tools: [] } as never;
      const most = maxRequestTokens({ system: undefined, messages: [], tools, output: undefined, extra });
      return [{ id: recording.id, used, most }];
    });
    const over = all.filter(({ used, most }) => used > most);
    expect(all.length).toBeGreaterThan(300);
    expect(over.length / all.length, JSON.stringify(over)).toBeLessThan(0.01);
  });
});
