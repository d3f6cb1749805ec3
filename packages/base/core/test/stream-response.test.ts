import { describe, expect, it } from 'vitest';
import { LlmError, type ChatStream, type StreamEvent } from '../src/index.ts';
import { readSse, sseResponse } from '../src/http.ts';
import { failure } from './support/failure.ts';
import { settled } from './support/manual-clock.ts';
import { readAll } from './support/read-all.ts';
import { hi, world } from './support/world.ts';

const TEXT = 'one two three';

const textOf = (events: readonly StreamEvent[]): string =>
  events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');

describe('response() before the loop', () => {
  it('leaves all events to a loop that begins at once', async () => {
    const { majordomo, requestCounts } = world({ 'a/x': [TEXT] });
    const stream = majordomo.model('a/x').stream(hi);
    const response = stream.response();
    expect(textOf(await readAll(stream))).toBe(TEXT);
    expect((await response).text).toBe(TEXT);
    expect(requestCounts.get('a/x')).toBe(1);
  });

  it.each([1, 3, 20])('repeats the events for a loop that begins %d turns later', async (turns) => {
    const { majordomo } = world({ 'a/x': [TEXT] });
    const stream = majordomo.model('a/x').stream(hi);
    const response = stream.response();
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    const events = await readAll(stream);
    expect(textOf(events)).toBe(TEXT);
    expect(events.map(({ type }) => type)).toEqual((await readAll(other(TEXT))).map(({ type }) => type));
    expect((await response).text).toBe(TEXT);
  });

  it('repeats the events after the response', async () => {
    const { majordomo } = world({ 'a/x': [TEXT] });
    const stream = majordomo.model('a/x').stream(hi);
    await stream.response();
    expect(textOf(await readAll(stream))).toBe(TEXT);
    expect((await failure(readAll(stream))).message).toContain('read only once');
  });

  it('leaves the stream to sseResponse', async () => {
    const { majordomo } = world({ 'a/x': [TEXT] });
    const stream = majordomo.model('a/x').stream(hi);
    const response = stream.response();
    expect(textOf(await readAll(readSse(sseResponse(stream))))).toBe(TEXT);
    expect((await response).text).toBe(TEXT);
  });

  it('rejects with the error that the loop throws', async () => {
    const { majordomo } = world({ 'a/x': [{ text: TEXT, fail: 'auth' }] });
    const stream = majordomo.model('a/x').stream(hi);
    const response = failure(stream.response());
    await settled();
    const events: StreamEvent[] = [];
    const error = await failure(
      (async () => {
        for await (const event of stream) events.push(event);
      })(),
    );
    expect(textOf(events)).toBe(TEXT);
    expect([error.kind, await response]).toEqual(['auth', error]);
  });

  it('rejects as abandoned if the loop is left', async () => {
    const { majordomo, events } = world({ 'a/x': [{ text: TEXT, stall: true }] });
    const stream = majordomo.model('a/x').stream(hi);
    const response = failure(stream.response());
    await settled();
    for await (const event of stream) if (event.type === 'text-delta') break;
    expect((await response).details.code).toBe('abandoned');
    expect(events.at(-1)).toMatchObject({ type: 'call-end', outcome: 'abandoned' });
  });

  it('does not end the process if the application ignores its rejection', async () => {
    const unhandled: unknown[] = [];
    const listener = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', listener);
    const { majordomo } = world({ 'a/x': [{ text: TEXT, fail: 'auth' }] });
    const model = majordomo.model('a/x');
    void model.stream(hi).response();
    const stream = model.stream(hi);
    void stream.response();
    await failure(readAll(stream));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', listener);
    expect(unhandled.filter((reason) => LlmError.is(reason))).toEqual([]);
  });
});

const other = (text: string): ChatStream =>
  world({ 'a/x': [text] })
    .majordomo.model('a/x')
    .stream(hi);
