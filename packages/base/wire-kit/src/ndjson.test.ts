import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ndjsonLines, NdjsonDecoder, UNTERMINATED_LINE } from './ndjson.ts';

const encoder = new TextEncoder();
const megabytes = (n: number): string => `"${'x'.repeat(n * 1_000_000)}"`;

/** Decodes text in chunks that end at `cuts`. */
function decode(text: string, cuts: readonly number[] = [], maxLineLength?: number): string[] {
  const lines: string[] = [];
  const decoder = new NdjsonDecoder((line) => lines.push(line), { target: 'a/b', maxLineLength });
  const bytes = encoder.encode(text);
  let from = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    const to = Math.min(cut, bytes.length);
    if (to > from) decoder.push(bytes.subarray(from, to));
    from = Math.max(from, to);
  }
  decoder.push(bytes.subarray(from));
  decoder.end();
  return lines;
}

describe('newline-delimited JSON', () => {
  it.each<[string, string, string[]]>([
    ['LF', '{"a":1}\n{"b":2}\n', ['{"a":1}', '{"b":2}']],
    ['CRLF', '{"a":1}\r\n{"b":2}\r\n', ['{"a":1}', '{"b":2}']],
    ['a last line without its end', '{"a":1}\n{"b":2}', ['{"a":1}', '{"b":2}']],
    ['blank lines', '\n{"a":1}\n\r\n  \n{"b":2}\n\n', ['{"a":1}', '{"b":2}']],
    ['characters of several bytes', '{"a":"é𝄞"}\n"中"\n', ['{"a":"é𝄞"}', '"中"']],
    ['a byte order mark', '\uFEFF{"a":1}\n', ['{"a":1}']],
    ['nothing', '', []],
  ])('%s', (_, text, expected) => {
    expect(decode(text)).toEqual(expected);
    expect(
      decode(
        text,
        Array.from({ length: text.length * 4 }, (__, at) => at),
      ),
    ).toEqual(expected);
  });

  it('decodes the same lines for any chunk boundaries', () => {
    const line = fc.json({ maxDepth: 2 }).map((text) => text.replaceAll(/[\r\n]/g, ''));
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 20 }),
        fc.array(fc.nat(600), { maxLength: 60 }),
        (lines, cuts) => {
          expect(decode(`${lines.join('\n')}\n`, cuts)).toEqual(lines);
        },
      ),
      { numRuns: process.env['SOAK'] === undefined ? 100 : 1000, seed: 20_261_120 },
    );
  });

  it('decodes a line of 15 MB in chunks of 64 KiB in linear time', () => {
    const text = `${megabytes(15)}\n"next"\n`;
    const cuts = Array.from({ length: 240 }, (_, at) => at * 65_536);
    const start = process.cpuUsage();
    expect(decode(text, cuts).map(({ length }) => length)).toEqual([15_000_002, 6]);
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(1000);
  });

  it.each([
    ['in chunks', Array.from({ length: 300 }, (_, at) => at * 65_536)],
    ['at once', []],
  ])('rejects a line of 17 MB that arrives %s', (_, cuts) => {
    expect(() => decode(`${megabytes(17)}\n`, cuts)).toThrow(
      /^a\/b: the response contains a line of more than 16777216 characters$/,
    );
  });

  it('marks a last line without its end', () => {
    const events: (string | undefined)[] = [];
    const decoder = new NdjsonDecoder((_, event) => events.push(event), { target: 'a/b' });
    decoder.push(encoder.encode('1\n2'));
    decoder.end();
    expect(events).toEqual([undefined, UNTERMINATED_LINE]);
  });

  it('applies another limit', () => {
    expect(decode('"abc"', [], 5)).toEqual(['"abc"']);
    expect(() => decode('"abcd"', [], 5)).toThrow(expect.objectContaining({ kind: 'protocol' }));
  });

  it('cancels the body when the loop is left', async () => {
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        controller.enqueue(encoder.encode('"a"\n'));
      },
      cancel: () => {
        cancelled = true;
      },
    });
    for await (const line of ndjsonLines(body, 'a/b')) {
      expect(line).toBe('"a"');
      break;
    }
    expect(cancelled).toBe(true);
  });
});
