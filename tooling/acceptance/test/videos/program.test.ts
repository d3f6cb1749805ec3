import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startJobServer } from '@majordomo/conformance';
import { inShared } from '@majordomo/test-support';
import { afterAll, expect, it } from 'vitest';
import { startVideoServer } from './video-server.ts';

const PROGRAM = inShared('facts4/slow-research.ts');
const folder = mkdtempSync(join(import.meta.dirname, '.program-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const DRIVER = `
import { memoryRecords } from '@majordomo/records';
import { research } from './program.ts';
console.log(await research('boats', 'run-1', memoryRecords()));
`;

it.skipIf(!existsSync(PROGRAM))(
  'a program writes a report with a research model, and saves a video about it',
  { timeout: 60_000 },
  async () => {
    const files = { uri: 'https://vendor.example/v1beta/files/clip:download?alt=media' };
    const response = { generateVideoResponse: { generatedSamples: [{ video: files }] } };
    await using videos = await startVideoServer({ google: [{}, { done: true, response }] });
    const jobs = await startJobServer({ plan: () => 'A report about boats' });
    // The program names the option by which jobs were stored when it was written.
    const program = readFileSync(PROGRAM, 'utf8').replace(
      '{ majordomo, store }',
      '{ majordomo, records: store }',
    );
    writeFileSync(join(folder, 'program.ts'), program);
    writeFileSync(join(folder, 'driver.ts'), DRIVER);
    const env = {
      PATH: process.env['PATH'],
      OPENAI_API_KEY: 'k',
      OPENAI_BASE_URL: jobs.baseURL,
      GEMINI_API_KEY: 'key',
      GOOGLE_GEMINI_BASE_URL: videos.origin,
      // The second target of the chain, which is not called.
      LLM_XAI: 'openai+http://127.0.0.1:9/v1',
    };
    const args = ['--no-warnings', 'driver.ts'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, env });
    await jobs.close();
    expect(stdout.trim().split('\n').at(-1)).toBe('A report about boats');
    expect(stdout).toContain('running google/veo-3.1-generate-preview 0 %');
    expect(readFileSync(join(folder, 'run-1-0.mp4'), 'utf8')).toBe('vvvvv');
    expect(videos.starts('google')[0]?.body['instances']).toEqual([{ prompt: 'A report about boats' }]);
  },
);
