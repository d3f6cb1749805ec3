import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SOUND, vendor } from './vendor.ts';
import { world } from './world.ts';

const MP3 = Buffer.from('ID3 a voice note');

describe('majordomo embed', () => {
  it('prints the vector of a text and the target', async () => {
    await using lab = await vendor();
    using cli = world({ env: lab.env });
    const result = await cli.run('embed', 'lab/vectors', 'hi');
    expect([result.code, result.out]).toEqual([0, '[0.1,2,-1]\n']);
    expect(result.err).toMatch(/^lab\/vectors · 1 vector of 3 · 5 in · \d+\.\d s\n$/);
  });

  it('prints a vector for each non-empty line of standard input', async () => {
    await using lab = await vendor();
    using cli = world({ env: lab.env, stdin: { kind: 'pipe', text: 'a\r\n\n  \nbcd\n' } });
    const result = await cli.run('embed', '-m', 'lab/vectors', '--lines', '-q');
    expect([result.out, result.err]).toEqual(['[0.1,1,-1]\n[0.1,3,-1]\n', '']);
  });

  it('sends dimensions and vendor-specific options', async () => {
    await using lab = await vendor();
    using cli = world({ env: lab.env });
    await cli.run('embed', 'lab/vectors', 'hi', '--dimensions', '3', '--option', 'user=me');
    expect(lab.requests[0]?.body).toMatchObject({ dimensions: 3, user: 'me', input: ['hi'] });
  });

  it('prints one document with --json, also for a failure', async () => {
    await using lab = await vendor();
    using cli = world({ env: lab.env });
    const expected = JSON.parse((await cli.run('embed', 'lab/vectors', 'hi', '--json')).out) as object;
    expect(expected).toMatchObject({ target: 'lab/vectors', vectors: [[0.1, 2, -1]], attempts: [{}] });
    const failed = await cli.run('embed', 'lab/locked', 'hi', '--json');
    expect([failed.code, JSON.parse(failed.out)]).toMatchObject([1, { error: { kind: 'auth' } }]);
  });
});

describe('majordomo transcribe', () => {
  it('prints the transcript of a file and its duration', async () => {
    await using lab = await vendor();
    using cli = world({ env: lab.env, files: { 'note.mp3': MP3 } });
    const result = await cli.run('transcribe', 'lab/ear', 'note.mp3', '--language', 'en');
    expect([result.code, result.out]).toEqual([0, 'Hello there. How are you?\n']);
    expect(result.err).toMatch(/^lab\/ear · 3725\.3 s of sound · en · \d+\.\d s\n$/);
    expect(lab.requests[0]?.text).toContain('ID3 a voice note');
  });

  it('prints the time of each segment with --timestamps', async () => {
    await using lab = await vendor();
    using cli = world({ env: lab.env, files: { 'note.mp3': MP3 } });
    const { out } = await cli.run('transcribe', '-m', 'lab/ear', 'note.mp3', '--timestamps');
    expect(out).toBe('[0:00.0 – 0:01.3] Hello there.\n[1:02:03.4 – 1:02:05.3] How are you?\n');
  });

  it('reads a recording from a pipe, and fails over if the first target is down', async () => {
    await using lab = await vendor();
    using cli = world({ env: lab.env, stdin: { kind: 'pipe', bytes: MP3 } });
    const { out, err } = await cli.run('transcribe', 'lab/down,lab/ear', '-');
    expect(out).toBe('Hello there. How are you?\n');
    expect(err).toContain('lab/down failed: overloaded (503)');
  });

  it('calls the alias with the name of the command', async () => {
    await using lab = await vendor();
    const files = { 'note.mp3': MP3, 'majordomo.config.json': '{"aliases":{"transcribe":"lab/ear"}}' };
    using cli = world({ env: lab.env, files });
    expect((await cli.run('transcribe', 'note.mp3', '-q')).out).toBe('Hello there. How are you?\n');
  });
});

describe('majordomo speak', () => {
  it('writes audio to a file in the format of its extension', async () => {
    await using lab = await vendor();
    using cli = world({ env: lab.env });
    const result = await cli.run(
      'speak',
      'lab/voice',
      'Dinner is served.',
      '-o',
      'out.flac',
      '--voice',
      'alto',
    );
    expect([result.code, result.out]).toEqual([0, 'out.flac\n']);
    expect(result.err).toMatch(/^lab\/voice · audio\/mpeg · \d+\.\d s\n$/);
    expect(readFileSync(join(cli.cwd, 'out.flac'))).toEqual(SOUND);
    expect(lab.requests[0]?.body).toMatchObject({
      input: 'Dinner is served.',
      response_format: 'flac',
      voice: 'alto',
    });
  });

  it('writes only the bytes to a pipe', async () => {
    await using lab = await vendor();
    using cli = world({ env: lab.env, stdin: { kind: 'pipe', text: 'Hello.' } });
    const { out } = await cli.run('speak', '-m', 'lab/voice');
    expect(Buffer.from(out, 'latin1')).toEqual(SOUND);
  });

  it('describes the file with --json', async () => {
    await using lab = await vendor();
    using cli = world({ env: lab.env });
    const { out } = await cli.run('speak', 'lab/voice', 'hi', '-o', 'a.mp3', '--json');
    expect(JSON.parse(out)).toMatchObject({ target: 'lab/voice', file: 'a.mp3', bytes: SOUND.length });
  });

  it('writes no audio to a terminal', async () => {
    using cli = world({ terminal: true });
    const result = await cli.run('speak', 'lab/voice', 'hi');
    expect([result.code, result.err]).toEqual([2, expect.stringContaining('pass -o <file>')]);
  });
});

it('all three commands record their costs, and are denied above a limit', async () => {
  await using lab = await vendor();
  const limits = [{ name: 'three', max: { requests: 3 }, per: 'day' }];
  const files = { 'note.mp3': MP3, 'majordomo.config.json': JSON.stringify({ ledger: { limits } }) };
  using cli = world({ env: lab.env, files });
  const codes = [
    await cli.run('embed', 'lab/vectors', 'hi'),
    await cli.run('transcribe', 'lab/ear', 'note.mp3'),
    await cli.run('speak', 'lab/voice', 'hi', '-o', 'a.mp3'),
    await cli.run('speak', 'lab/voice', 'hi', '-o', 'b.mp3'),
  ].map(({ code }) => code);
  expect(codes).toEqual([0, 0, 0, 1]);
  expect(lab.requests).toHaveLength(3);
  expect(existsSync(join(cli.cwd, 'b.mp3'))).toBe(false);
  const rows = JSON.parse((await cli.run('usage', '--by', 'model', '--json')).out) as object[];
  expect(rows).toHaveLength(3);
});

describe('reports a mistake before any request:', () => {
  it.each<[string, readonly string[]]>([
    ['no model is named; run majordomo embed -m', ['embed', 'hi there']],
    ['the prompt is empty', ['embed', 'lab/x', ' ']],
    ['--dimensions must be a positive integer', ['embed', 'lab/x', 'hi', '--dimensions', '0']],
    ['--purpose must be one of query', ['embed', 'lab/x', 'hi', '--purpose', 'fun']],
    ['--option must be key=value', ['embed', 'lab/x', 'hi', '--option', 'x']],
    ['no model is named; run majordomo transcribe', ['transcribe', 'note.mp3']],
    ['none.mp3 cannot be read: the file does not exist', ['transcribe', 'lab/x', 'none.mp3']],
    ['. cannot be read: it is a folder', ['transcribe', 'lab/x', '.']],
    ['empty.mp3 is empty', ['transcribe', 'lab/x', 'empty.mp3']],
    ['--timestamps must be segment or word', ['transcribe', 'lab/x', 'empty.mp3', '--timestamps', 'day']],
    ['--model allows one argument, the file', ['transcribe', '-m', 'lab/x', 'lab/y', 'empty.mp3']],
    ['standard input has no recording', ['transcribe', 'lab/x', '-']],
    ['unknown audio format .txt', ['speak', 'lab/x', 'hi', '-o', 'a.txt']],
    ['--format must be one of mp3', ['speak', 'lab/x', 'hi', '-o', 'a.mp3', '--format', 'aiff']],
    ['--speed must be a number above 0', ['speak', 'lab/x', 'hi', '-o', 'a.mp3', '--speed', 'fast']],
    ['no/a.mp3 cannot be written: the file does not exist', ['speak', 'lab/x', 'hi', '-o', 'no/a.mp3']],
    ['. is a folder', ['speak', 'lab/x', 'hi', '-o', '.']],
    ['-o must be a file, not an empty string', ['speak', 'lab/x', 'hi', '-o', '']],
    ['cannot be written: empty.mp3 is not a folder', ['speak', 'lab/x', 'hi', '-o', 'empty.mp3/a.mp3']],
    [
      'not "empty.mp3"; if it is the file, put it first',
      ['transcribe', '-m', 'lab/x', '--timestamps', 'empty.mp3'],
    ],
    ['no recording; pass a file', ['transcribe', '-m', 'lab/x']],
    ['--json requires -o', ['speak', 'lab/x', 'hi', '--json']],
  ])('%s', async (expected, argv) => {
    await using lab = await vendor();
    using cli = world({ env: lab.env, files: { 'empty.mp3': '' } });
    const result = await cli.run(...argv);
    expect([result.code, result.out, result.err]).toEqual([2, '', expect.stringContaining(expected)]);
    expect(lab.requests).toEqual([]);
  });
});
