import { describe, expect, it } from 'vitest';
import { parseTranscriptions } from '../src/operations/transcriptions.ts';
import { formOf, runOperation } from './support/run-operation.ts';

describe('a transcript', () => {
  const bytes = new Uint8Array([79, 103, 103, 83]);
  const recording = (name = 'a.ogg', type = 'audio/ogg'): File => new File([bytes], name, { type });
  const transcript = {
    text: 'Hi there.',
    language: 'en',
    durationMs: 2500,
    segments: [
      { startMs: 0, endMs: 500, text: 'Hi' },
      { startMs: 500, endMs: 2500, text: 'there.' },
    ],
  };

  it('converts all members of the request, and returns the text', async () => {
    const form = formOf({
      model: 'm',
      file: recording(),
      language: 'en',
      prompt: 'greetings',
      temperature: '0.5',
      stream: 'false',
      extra: '1',
    });
    expect(await runOperation(parseTranscriptions, form, transcript)).toEqual({
      model: 'm',
      metadata: undefined,
      notes: [
        { action: 'dropped', what: 'temperature', why: 'most targets do not support it' },
        { action: 'dropped', what: 'extra', why: 'unknown member' },
      ],
      request: {
        audio: bytes,
        mediaType: 'audio/ogg',
        language: 'en',
        prompt: 'greetings',
        timestamps: undefined,
      },
      mediaType: 'application/json',
      sent: { text: 'Hi there.' },
    });
  });

  it('is a line of text on request', async () => {
    const form = formOf({ model: 'm', file: recording(), response_format: 'text' });
    const { mediaType, sent } = await runOperation(parseTranscriptions, form, transcript);
    expect([mediaType, sent]).toEqual(['text/plain; charset=utf-8', 'Hi there.\n']);
  });

  const GRANULARITIES = 'timestamp_granularities[]';
  const segments = [
    { id: 0, start: 0, end: 0.5, text: 'Hi' },
    { id: 1, start: 0.5, end: 2.5, text: 'there.' },
  ];
  const words = segments.map(({ start, end, text }) => ({ word: text, start, end }));
  it.each<[readonly string[], string, object]>([
    [[], 'segment', { segments }],
    [['segment'], 'segment', { segments }],
    [['word'], 'word', { words }],
  ])('has the times %j on request', async (granularities, timestamps, ranges) => {
    const form = formOf({
      model: 'm',
      file: recording(),
      response_format: 'verbose_json',
      [GRANULARITIES]: granularities,
    });
    const { notes, request, sent } = await runOperation(parseTranscriptions, form, transcript);
    expect([notes, request]).toEqual([[], expect.objectContaining({ timestamps })]);
    expect(sent).toEqual({ task: 'transcribe', language: 'en', duration: 2.5, text: 'Hi there.', ...ranges });
  });

  it('has no language and no duration if they are unknown', async () => {
    const form = formOf({ model: 'm', file: recording(), response_format: 'verbose_json' });
    const { sent } = await runOperation(parseTranscriptions, form, { text: 'Hi', segments: [] });
    expect(sent).toEqual({ task: 'transcribe', text: 'Hi', segments: [] });
  });

  it('has the times of words and a warning if both kinds are requested', async () => {
    const granularities = ['segment', 'word'];
    const form = formOf({
      model: 'm',
      file: recording(),
      response_format: 'verbose_json',
      [GRANULARITIES]: granularities,
    });
    const { notes, request } = await runOperation(parseTranscriptions, form, transcript);
    expect(request).toMatchObject({ timestamps: 'word' });
    expect(notes).toEqual([
      {
        action: 'dropped',
        what: 'timestamp_granularities[]=segment',
        why: 'a response contains times of words or of segments',
      },
    ]);
  });

  it('has a warning instead of times without verbose_json', async () => {
    const form = formOf({ model: 'm', file: recording(), [GRANULARITIES]: ['word'] });
    const { notes, request, sent } = await runOperation(parseTranscriptions, form, transcript);
    expect([request, sent]).toEqual([
      expect.objectContaining({ timestamps: undefined }),
      { text: 'Hi there.' },
    ]);
    expect(notes).toEqual([
      { action: 'dropped', what: 'timestamp_granularities[]', why: 'only verbose_json contains times' },
    ]);
  });

  it.each([
    ['a.flac', '', 'audio/flac'],
    ['a.m4a', '', 'audio/mp4'],
    ['a.mp3', '', 'audio/mpeg'],
    ['a.mp4', '', 'video/mp4'],
    ['a.mpeg', '', 'audio/mpeg'],
    ['a.mpga', '', 'audio/mpeg'],
    ['a.oga', '', 'audio/ogg'],
    ['a.ogg', '', 'audio/ogg'],
    ['a.opus', '', 'audio/ogg'],
    ['a.WAV', '', 'audio/wav'],
    ['a.b.webm', '', 'audio/webm'],
    ['a.mp3', 'application/octet-stream', 'audio/mpeg'],
    ['a.mp3', 'recording', 'audio/mpeg'],
    ['a.mp3', 'audio/x-own', 'audio/x-own'],
    ['a.txt', '', 'application/octet-stream'],
    ['a', '', 'application/octet-stream'],
  ])('of the file %s with the type "%s" has the media type %s', async (name, type, mediaType) => {
    const form = formOf({ model: 'm', file: recording(name, type) });
    expect((await runOperation(parseTranscriptions, form, transcript)).request).toMatchObject({ mediaType });
  });

  it.each<[Readonly<Record<string, string | File | readonly File[]>>, string]>([
    [
      { file: recording(), stream: 'true' },
      'stream is not supported, because one response contains the transcript; omit it',
    ],
    [{ file: new File([], 'a.ogg') }, 'file must not be empty'],
    [{ file: 'a' }, 'file must be a file, not a string'],
    [{}, 'file is missing; it must be a recording'],
    [{ file: [recording(), recording()] }, 'file must be set only once'],
    [
      { file: recording(), response_format: 'srt' },
      'response_format must be one of json, text, verbose_json',
    ],
    [
      { file: recording(), [GRANULARITIES]: 'line' },
      'timestamp_granularities[] must be one of segment, word',
    ],
  ])('is refused: %j', async (fields, message) => {
    await expect(runOperation(parseTranscriptions, formOf({ model: 'm', ...fields }))).rejects.toThrow(
      message,
    );
  });
});
