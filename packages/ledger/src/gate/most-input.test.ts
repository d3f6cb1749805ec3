import { hasRecordings, recordings, sequences, skippedNote } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { mostInput } from './most-input.ts';

const request = (of: Partial<Parameters<typeof mostInput>[0]>) =>
  mostInput({ messages: [], tools: [], output: undefined, extra: {}, ...of });

describe('the most input', () => {
  it('counts bytes of text, whatever the script', () => {
    const of = (text: string): number => request({ system: text }) - request({ system: '' });
    expect([of('abcd'), of('äöüß'), of('日本'), of('😀')]).toEqual([2, 4, 3, 2]);
  });

  it('counts pictures and documents by themselves and by their bytes', () => {
    const bytes = new Uint8Array(40_000);
    const image = { type: 'image', mediaType: 'image/png', bytes } as const;
    expect(request({ messages: [{ role: 'user', parts: [image] }] })).toBeGreaterThan(15_000);
  });

  it('takes what nests deeply, and much of it', () => {
    let deep: object = {};
    for (let depth = 0; depth < 50_000; depth++) deep = { deep };
    const tools = [{ name: 'a', description: '', parameters: deep as Record<string, never> }];
    expect(request({ tools })).toBeGreaterThan(50_000);
  });
});

interface Body {
  readonly messages?: readonly never[];
  readonly input?: readonly never[];
  readonly contents?: readonly never[];
  readonly tools?: readonly { readonly type?: string; readonly function?: object; readonly name?: string }[];
}

/** Vendors' names for all that was read, caches included. */
function inputOf(usage: Readonly<Record<string, unknown>>): number {
  const of = (name: string): number => Number(usage[name] ?? 0);
  if ('prompt_tokens' in usage) return of('prompt_tokens');
  if ('input_tokens' in usage)
    return of('input_tokens') + of('cache_creation_input_tokens') + of('cache_read_input_tokens');
  return of('promptTokenCount') + of('inputTokens') + of('prompt_eval_count');
}

/** What is in the request is all that was read, and it was recorded whole. */
function isComparable(body: Body, text: string): boolean {
  const runsAtVendor =
    /web_search|code_execution|code_interpreter|compound|advisor|"mcp_servers"|googleSearch|text_editor|file_search/.test(
      text,
    );
  const isCut = /withheld|REDACTED|elided|…|\[cut|"models":|"prompt":\{/.test(text);
  return !runsAtVendor && !isCut && Array.isArray(body.messages ?? body.input ?? body.contents);
}

describe.skipIf(!hasRecordings)(`requests that were recorded${skippedNote}`, () => {
  it('used more than that in less than one of a hundred', () => {
    const all = [...recordings(), ...sequences().flatMap(({ steps }) => steps)].flatMap((recording) => {
      const body = recording.request?.body as Body | undefined;
      const used = inputOf(recording.expected.usageRaw ?? {});
      if (body === undefined || used === 0 || !isComparable(body, JSON.stringify(body))) return [];
      const messages = body.messages ?? body.input ?? body.contents ?? [];
      const tools = (body.tools ?? []) as never[];
      return [
        {
          id: recording.id,
          used,
          most: request({
            messages,
            tools,
            extra: { ...body, messages: [], input: [], contents: [], tools: [] },
          }),
        },
      ];
    });
    const over = all.filter(({ used, most }) => used > most);
    expect(all.length).toBeGreaterThan(300);
    expect(over.length / all.length, JSON.stringify(over)).toBeLessThan(0.01);
  });
});
