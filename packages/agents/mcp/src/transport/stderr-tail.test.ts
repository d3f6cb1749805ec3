import { PassThrough } from 'node:stream';
import { redact } from '@majordomo/core/toolkit';
import { describe, expect, it } from 'vitest';
import { StderrTail } from './stderr-tail.ts';

const SECRET = 'a-secret-of-two-dozen-signs';

function listening(secret = SECRET) {
  const lines: string[] = [];
  const mask = (text: string): string => text.replaceAll(secret, '***');
  const words = new StderrTail([secret], mask, (line) => lines.push(line));
  const stream = new PassThrough();
  words.listen(stream);
  return {
    words,
    lines,
    stream,
    write: (text: string) => stream.emit('data', new TextEncoder().encode(text)),
  };
}

describe('the last output of a program', () => {
  it('is reported line by line, and stored up to its last characters', () => {
    const { words, lines, write } = listening();
    write('one\ntw');
    write('o\n\nthree');
    expect(lines).toEqual(['one', 'two']);
    expect(words.text).toBe('one\ntwo\nthree');
    write(`\n${'y'.repeat(900)}\n`.repeat(5));
    expect(words.text.length).toBeGreaterThan(1900);
    expect(words.text.length).toBeLessThanOrEqual(2000);
  });

  it('holds no part of a secret, wherever a long line is cut', () => {
    for (let before = 940; before < 1300; before++) {
      const { words, lines, write } = listening();
      write(`${'.'.repeat(before)}${SECRET}`);
      expect(words.text).not.toContain('a-s');
      write(`${'.'.repeat(3000)}\n`);
      expect(lines.join()).not.toContain('a-s');
      expect(words.text).not.toContain('signs');
    }
  });

  it('contains no part of a secret at the point where it is truncated', () => {
    for (let after = 1900; after < 2030; after++) {
      const { words, write } = listening();
      write(`${SECRET}\n`);
      for (let left = after; left > 0; left -= 100) write(`${'.'.repeat(Math.min(99, left - 1))}\n`);
      expect(words.text).not.toContain('signs');
    }
  });

  it('has lines of at most 1,000 characters, and at most 2,000 characters in total', () => {
    const { words, lines, write } = listening();
    write(`${'a'.repeat(1000)}\n${'b'.repeat(1001)}\n${'c'.repeat(500)}`);
    expect(lines).toEqual(['a'.repeat(1000), 'b'.repeat(1000)]);
    expect(words.text).toBe(`${'a'.repeat(498)}\n${'b'.repeat(1000)}\n${'c'.repeat(500)}`);
  });

  it('ends before the last 256 characters of a line that is cut before it is masked', () => {
    const { words, lines, write } = listening();
    const masked = `${SECRET}${'x'.repeat(2000)}`;
    write(masked);
    expect(words.text).toBe(`***${'x'.repeat(1000 - SECRET.length)}`);
    write('\n');
    expect(lines).toEqual([`***${'x'.repeat(1000 - SECRET.length)}`]);
  });

  it('contains no part of a secret of more than 256 characters', () => {
    const secret = 'key!'.repeat(100);
    for (let before = 840; before < 1300; before += 20) {
      const { words, lines, write } = listening(secret);
      write(`${'.'.repeat(before)}${secret}${'.'.repeat(2000)}`);
      expect(words.text).not.toContain('key');
      write('\n');
      expect(lines.join()).not.toContain('key');
    }
  });

  it('contains no part of a secret whose encoded form has more than 256 characters', () => {
    const secret = '+'.repeat(300);
    const lines: string[] = [];
    const tail = new StderrTail(
      [secret],
      (text) => redact(text, [secret]),
      (line) => lines.push(line),
    );
    const stream = new PassThrough();
    tail.listen(stream);
    const line = `${'.'.repeat(900)}${encodeURIComponent(secret)}${'.'.repeat(2000)}\n`;
    stream.emit('data', new TextEncoder().encode(line));
    expect(lines.join()).toMatch(/^\.+/);
    expect(lines.join()).not.toContain('%2B');
    expect(tail.text).not.toContain('%2B');
  });

  it('has no empty lines, and ignores a failure of the stream', () => {
    const { words, lines, stream, write } = listening();
    write(' \n\none\n \n');
    expect([lines, words.text]).toEqual([['one'], 'one']);
    expect(stream.emit('error', new Error('lost'))).toBe(true);
  });
});
