import { createMajordomo, user } from '@majordomo/core';
import { createBedrock } from '@majordomo/provider-bedrock';
import { createGoogle } from '@majordomo/provider-google';
import { bedrockConverse, geminiGenerate, startWireServer, type WireServer } from '@majordomo/conformance';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Timeline } from '../../cli/src/demo/timeline.ts';

const STORY = 'A butler opens the door before the bell has rung.';

/** Plays a scene of the demo: a chain from Gemini to Bedrock, each through its vendor's SDK. Returns the test servers. */
export async function playMoreWires(timeline: Timeline): Promise<readonly WireServer[]> {
  const cut = { fault: 'end', at: { content: 2 }, answer: STORY } as const;
  const google = await startWireServer({ wire: geminiGenerate, script: () => cut });
  const bedrock = await startWireServer({ wire: bedrockConverse, script: () => STORY });
  try {
    const majordomo = createMajordomo({
      providers: [
        createGoogle({ apiKey: 'demo', baseURL: google.baseURL }),
        createBedrock({
          apiKey: 'demo',
          baseURL: bedrock.baseURL,
          region: 'us-east-1',
          // The test server supports only HTTP/1.1, but the SDK uses HTTP/2 by default.
          requestHandler: () => new NodeHttpHandler(),
        }),
      ],
      onEvent: timeline.onEvent,
    });
    timeline.title('5  Gemini ends without a finish; Bedrock answers');
    let shown = '';
    const model = majordomo.model('google/gemini-demo,bedrock/claude-demo');
    const options = { afterCommit: 'restart', attempts: 1 } as const;
    for await (const event of model.stream({ messages: [user('A story?')] }, options)) {
      if (event.type === 'text-delta') shown += event.text;
      if (event.type === 'reset') shown = '';
    }
    timeline.say('answer', shown);
    return [google, bedrock];
  } finally {
    await Promise.all([google.close(), bedrock.close()]);
  }
}
