import { createAgent } from '@majordomo/agent';
import { startFileServer } from '@majordomo/conformance';
import { createMajordomo, file, toJson, user, type CallEvent } from '@majordomo/core';
import { createFiles } from '@majordomo/files';
import { createOpenAI } from '@majordomo/provider-openai';
import { createRedactor } from '@majordomo/redact';
import { parseTrajectory, toLine, trajectoryOf } from '@majordomo/trajectory';
import { inspect } from 'node:util';
import { expect, it } from 'vitest';

const SPEC = 'openai/gpt-5.4';
const bytes = new TextEncoder().encode(`%PDF-1.7\n${' '.repeat(5000)}`);

it('the id of an uploaded file is in no event, response, trajectory or redacted line, also after it was uploaded again', async () => {
  await using server = await startFileServer();
  const seen: CallEvent[] = [];
  const majordomo = createMajordomo({
    providers: [createOpenAI({ apiKey: 'key-of-the-account', baseURL: server.baseURL })],
    files: createFiles({ aboveBytes: 1000 }),
    env: {},
    onEvent: (event) => seen.push(event),
  });
  const about = { spec: SPEC, targets: [], system: 'Be brief.', tools: [], metadata: {}, id: 'run-1' };
  const agent = createAgent({ model: majordomo.model(SPEC), instructions: about.system });
  const prompt = [user(file(bytes, 'application/pdf', 'report.pdf'), 'What is in it?')];
  await agent.run(prompt);
  server.uploads[0]?.remove();
  const result = await agent.run(prompt);
  const line = toLine(trajectoryOf(result, about));
  const redacted = createRedactor().text(line);
  const [gone, id] = server.uploads.map((upload) => upload.id);
  expect(JSON.stringify(server.requests.at(-1)?.body)).toContain(id);
  const texts = [inspect(seen, { depth: 20 }), inspect(result, { depth: 20 }), line, redacted];
  for (const text of texts) expect(text).not.toMatch(new RegExp(`${id}(?!\\d)`));
  expect([line, redacted].join()).not.toContain(gone);
  // The trajectory contains the document, so any vendor can repeat the run.
  expect(JSON.stringify(toJson(parseTrajectory(line).messages))).toContain(
    Buffer.from(bytes).toString('base64'),
  );
});
