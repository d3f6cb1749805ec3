import { describe, expect, it } from 'vitest';
import { baseURLFromHost } from './host.ts';

describe('a host', () => {
  it.each([
    ['1.2.3.4', 'http://1.2.3.4:11434'],
    ['h:1234', 'http://h:1234'],
    ['h:80', 'http://h'],
    ['http://h', 'http://h'],
    ['http://h:80', 'http://h'],
    ['https://h/x/', 'https://h/x'],
    ['https://h:8443', 'https://h:8443'],
    ['HTTP://H:1/', 'http://h:1'],
    ['h/path', 'http://h:11434/path'],
    ['h:1234/path/', 'http://h:1234/path'],
    [':1234', 'http://127.0.0.1:1234'],
    ['0.0.0.0', 'http://127.0.0.1:11434'],
    ['0.0.0.0:1234', 'http://127.0.0.1:1234'],
    ['http://0.0.0.0:1234', 'http://127.0.0.1:1234'],
    ['::1', 'http://[::1]:11434'],
    ['[::1]', 'http://[::1]:11434'],
    ['[::1]:1234', 'http://[::1]:1234'],
    ['[::]:1234', 'http://[::1]:1234'],
    [' "h" ', 'http://h:11434'],
    ['ollama.com', 'https://ollama.com'],
  ])('%j is %s', (host, url) => {
    expect(baseURLFromHost(host)).toBe(url);
  });

  it.each(['h:port', 'h:99999', 'http://', 'a b'])('rejects %j with an example', (host) => {
    expect(() => baseURLFromHost(host)).toThrow(/is not a valid host; use host, host:port or http/);
  });
});
