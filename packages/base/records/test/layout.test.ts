import { expect, test } from 'vitest';
import { layoutOf } from '../src/index.ts';

const layout = layoutOf('the run', 2);

test.each([
  { bytes: new Uint8Array([1, 2]), text: '\0\uD800' },
  { text: 'no bytes' },
  { list: [{ $bytes: 'the name of a member' }], text: '"$bytes":' },
])('a layout returns the data that it has written: %j', (data) => {
  expect(layout.read('a', layout.write(data))).toEqual(data);
});

test('a layout refuses a newer format and a damaged value, and names the record', () => {
  const newer = layoutOf('the run', 3).write({});
  expect(() => layout.read('a', newer)).toThrow(
    'the run "a": stored in format 3 by a newer version, and this version reads format 2',
  );
  for (const value of ['', 'null', '{"format":1}', '{"data":{}}'])
    expect(() => layout.read('a', value)).toThrow('the run "a": the stored value is damaged');
});
