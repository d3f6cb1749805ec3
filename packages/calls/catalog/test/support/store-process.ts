import { fileStore } from '../../src/node.ts';
import { documentOf, modelOf, priceOf } from './sources.ts';

// Writes a catalog of 5,000 models to the store repeatedly until it is killed.

const store = fileStore(process.argv[2] ?? '');
const models = Array.from({ length: 5000 }, (_, index) => modelOf(`model-${index}`, priceOf(1, 2)));
for (let day = 1; ; day++) {
  const date = new Date(Date.parse('2026-01-01') + day * 86_400_000).toISOString().slice(0, 10);
  await store.write({ document: documentOf(date, ...models), checkedAt: new Date().toISOString() });
  if (day === 1) process.stdout.write('ready\n');
}
