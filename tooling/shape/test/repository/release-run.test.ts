import { expect, test } from 'vitest';
import { run } from '../../../release/run.ts';

test('a program that fails is reported with its output', async () => {
  const failing = run('sh', ['-c', 'echo a reason; exit 3']);
  await expect(failing).rejects.toThrow(/ended with 3:\na reason$/);
});

test('a program that is stopped by its timeout has failed, also if it then ends with 0', async () => {
  const stopped = run('sh', ['-c', "trap 'exit 0' TERM; while :; do sleep 0.05; done"], { timeout: 500 });
  await expect(stopped).rejects.toThrow('was stopped after 0.5 s');
});
