import process from 'node:process';
import { anthropicMessages, type Harness } from '@majordomo/conformance';
import { createCli } from '../src/index.ts';
import { BRIDGE } from './bridge.ts';
import { fakeCli, type FakeCli } from './fake-cli.ts';

const TOOLS = 'a CLI runs its own tools and accepts no others';
const REPLAY = 'a CLI accepts text only, so nothing is sent back';
const HEADERS = 'a CLI does not expose response headers';

const CANNOT: NonNullable<Harness['cannot']> = {
  'tool-call': TOOLS,
  'parallel-tool-calls': TOOLS,
  'interleaved-tool-calls': TOOLS,
  'streamed-arguments': TOOLS,
  'empty-arguments': TOOLS,
  'bad-arguments': TOOLS,
  'tool-result': TOOLS,
  'loaded-tools': TOOLS,
  'foreign-tool-ids': TOOLS,
  'made-up-tool-names': TOOLS,
  'text-with-tool-calls': TOOLS,
  'user-after-tools': TOOLS,
  'fitted-tool-names': TOOLS,
  'tool-schemas': TOOLS,
  // These cases request tools.
  'unicode-split': TOOLS,
  'prefix-stability': TOOLS,
  'request-tools': TOOLS,
  'request-effort': 'the effort is a flag of the CLI, and the test bridge does not map it',
  'request-tool-choice': TOOLS,
  'tool-result-content': TOOLS,
  frozen: TOOLS,
  reasoning: TOOLS,
  'reasoning-replay': REPLAY,
  'reasoning-redacted': REPLAY,
  'reasoning-foreign': REPLAY,
  'chain-recover-signature': REPLAY,
  'structured-output': 'a CLI accepts no schema; core adds the schema to the prompt',
  citations: 'a CLI returns text only',
  'vendor-parts': 'a CLI returns text only',
  image: 'a CLI accepts text only, as a prompt on stdin',
  file: 'a CLI accepts text only, as a prompt on stdin',
  'retry-after': HEADERS,
  'chain-retry-after': HEADERS,
  'chain-benched': HEADERS,
};

let script: Promise<FakeCli> | undefined;

/** Removes the script that the first call wrote. */
export async function cleanUp(): Promise<void> {
  await (await script)?.[Symbol.asyncDispose]();
}

/** Returns a harness with a CLI between the provider and the wire server. */
const harness: Harness = {
  wire: anthropicMessages,
  model: 'claude-test',
  async open({ baseURL, apiKey }) {
    const { command } = await (script ??= fakeCli(BRIDGE));
    return createCli({
      cli: 'claude',
      command,
      childEnv: {
        PATH: process.env['PATH'] ?? '',
        ANTHROPIC_BASE_URL: baseURL,
        ...(apiKey === undefined ? {} : { ANTHROPIC_API_KEY: apiKey }),
      },
    });
  },
  cannot: CANNOT,
  startMs: 400,
};

/** One CLI represents all: their flags and output have separate tests. */
export const harnesses: readonly (readonly [name: string, harness: Harness])[] = [['a CLI', harness]];
