import { createRedactor } from '@majordomo/redact';
import { trajectoryWriter } from '../../src/index.ts';
import { plain } from './runs.ts';

// writer-process.ts FOLDER NAME COUNT: writes as many lines, several at a time, into small files.
const [folder = '', name = '', count = '0'] = process.argv.slice(2);
await using writer = trajectoryWriter({ folder, redactor: createRedactor(), maxBytes: 20_000 });
const written = await Promise.all(
  Array.from({ length: Number(count) }, (_, n) => writer.write(plain(`${name}-${n}`, 'x'.repeat(n % 300)))),
);
console.log(written.filter((one) => one === 'written').length);
